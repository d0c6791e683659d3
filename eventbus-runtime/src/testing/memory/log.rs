//! The relay's side of the store in memory.

use std::fmt;

use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::{Claim, Log, Owner, Page, Start, Step, Stored, Troubles};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::{MemoryCursor, Subscription};
use crate::testing::memory::transaction::MemoryConnection;

/// Ownership of a subscription in memory; dropping it gives it back.
pub struct MemoryLease {
    store: MemoryStore,
    owner: Owner,
}

impl Log for MemoryStore {
    type Cursor = MemoryCursor;
    type Lease = MemoryLease;

    async fn claim(
        &self,
        subscription: &str,
        start: Start,
    ) -> Result<Option<Claim<MemoryCursor, MemoryLease>>> {
        let mut state = self.state();
        let cursor = match start {
            Start::Beginning => MemoryCursor::default(),
            Start::Now => MemoryCursor(state.newest()),
        };
        let row = state
            .subscriptions
            .entry(subscription.to_owned())
            .or_insert_with(|| Subscription::at(cursor));
        if row.owned {
            return Ok(None);
        }
        row.owned = true;
        row.fence += 1;
        let owner = Owner { subscription: subscription.to_owned(), fence: row.fence };
        let lease = MemoryLease { store: self.clone(), owner: owner.clone() };
        Ok(Some(Claim { owner, cursor: row.cursor, lease }))
    }

    async fn page(
        &self,
        cursor: &MemoryCursor,
        types: &TypeSet,
        limit: usize,
    ) -> Result<Page<MemoryCursor>> {
        let state = self.state();
        let unread = state.log.partition_point(|stored| stored.position <= cursor.0);
        let wanted = |stored: &&Stored| types.contains(&stored.event.envelope.event_type);
        let mut wanted = state.log[unread..].iter().filter(wanted);
        let events: Vec<Stored> = wanted.by_ref().take(limit).cloned().collect();
        let more = wanted.next().is_some();
        let end = match events.last() {
            Some(last) if more => MemoryCursor(last.position),
            _ => MemoryCursor(state.newest()),
        };
        Ok(Page { window: *cursor, events, end, more })
    }

    async fn troubles(&self, subscription: &str, now: i64, limit: usize) -> Result<Troubles> {
        Ok(self.state().troubles(subscription, now, limit))
    }

    async fn advance(
        &self,
        connection: &mut MemoryConnection,
        owner: &Owner,
        step: &Step<MemoryCursor>,
    ) -> Result<()> {
        self.state().check(owner)?;
        connection.advance(owner, step);
        Ok(())
    }
}

impl Drop for MemoryLease {
    fn drop(&mut self) {
        let mut state = self.store.state();
        if let Some(row) = state.subscriptions.get_mut(&self.owner.subscription)
            && row.fence == self.owner.fence
        {
            row.owned = false;
        }
    }
}

impl fmt::Debug for MemoryLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("MemoryLease").field(&self.owner).finish()
    }
}
