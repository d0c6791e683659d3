//! The relay's side of the store in memory.

use uuid::Uuid;

use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::{
    Capability, Handled, Handles, Held, InTrouble, LOOK_BACK, Ledger, Log, Old, Owner, Page,
    Pending, Registration, ReplayRow, Replica, Roster, Selection, Shard, Shards, Start, Step,
    Stored, Tallies, Troubles, Waiting, Waits, Wanted,
};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::MemoryCursor;
use crate::testing::memory::transaction::{MemoryConnection, Write};

impl Log for MemoryStore {
    type Cursor = MemoryCursor;

    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::ReadsBesideWriter, Capability::SeveralWriters]
    }

    async fn register(&self, registration: &Registration) -> Result<()> {
        self.state().register(registration)
    }

    async fn declare(&self, subscription: &str, seen: &Handles, handles: &Handles) -> Result<()> {
        self.state().declare(subscription, seen, handles);
        Ok(())
    }

    async fn renew(&self, replica: &Replica, handles: &Handles) -> Result<bool> {
        Ok(self.state().renew(replica, handles))
    }

    async fn retire(&self, replica: &Replica) -> Result<()> {
        self.state().retire(replica);
        Ok(())
    }

    async fn roster(&self, subscription: &str) -> Result<Option<Roster<MemoryCursor>>> {
        Ok(self.state().roster(subscription))
    }

    async fn take(&self, replica: &Replica, shards: &[Held]) -> Result<Vec<Shard<MemoryCursor>>> {
        Ok(self.state().take(replica, shards))
    }

    async fn give(&self, subscription: &str, shards: &[Held]) -> Result<()> {
        self.state().give(subscription, shards);
        Ok(())
    }

    async fn pause(&self, subscription: &str, paused: bool) -> Result<bool> {
        let mut state = self.state();
        let found = state.subscriptions.get_mut(subscription);
        Ok(found.map(|subscription| subscription.paused = paused).is_some())
    }

    async fn seek(&self, subscription: &str, start: Start) -> Result<bool> {
        self.state().seek(subscription, start)
    }

    async fn remove(&self, subscription: &str) -> Result<bool> {
        Ok(self.state().subscriptions.remove(subscription).is_some())
    }

    async fn handled(&self, subscription: &str, event: Uuid) -> Result<Handled> {
        Ok(self.state().handled(subscription, event))
    }

    async fn pending(&self, cursor: &MemoryCursor, waits: Waits<'_>) -> Result<Pending> {
        let state = self.state();
        let unread = state.log.partition_point(|stored| stored.position <= cursor.0);
        let is_wanted = |stored: &&Stored| {
            let envelope = &stored.event.envelope;
            waits.shards.contains(stored.slot)
                && waits.tracks.contain(envelope.priority, envelope.tenant.as_deref())
                && waits.types.contains(&envelope.event_type)
        };
        let mut unread = state.log[unread..].iter().filter(is_wanted);
        let ids: Vec<Uuid> =
            unread.by_ref().take(waits.at_most).map(|stored| stored.event.envelope.id).collect();
        Ok(Pending {
            events: u64::try_from(ids.len()).unwrap_or(u64::MAX),
            more: unread.next().is_some(),
            oldest: ids
                .into_iter()
                .filter(|id| id.get_version_num() == 7)
                .map(|id| state.agenda.as_old(id))
                .min(),
        })
    }

    async fn waiting(&self, cursor: &MemoryCursor, waits: Waits<'_>) -> Result<Waiting> {
        Ok(self.state().waiting(*cursor, waits))
    }

    async fn in_trouble(&self, subscription: &str) -> Result<InTrouble> {
        let state = self.state();
        let rows = state.subscriptions.get(subscription).map(|found| &found.rows);
        let (mut retrying, mut parked) = (0, 0);
        for row in rows.into_iter().flat_map(|rows| rows.values()) {
            *(if row.retrying.is_some() { &mut retrying } else { &mut parked }) += 1;
        }
        Ok(InTrouble { retrying, parked })
    }

    async fn page(
        &self,
        cursor: &MemoryCursor,
        wanted: &Wanted<'_, MemoryCursor>,
    ) -> Result<Page<MemoryCursor>> {
        let state = self.state();
        let last = wanted.upto.map_or_else(|| state.newest(), |upto| upto.0);
        let unread = state.log.partition_point(|stored| stored.position <= cursor.0);
        let is_wanted = |stored: &&Stored| {
            let envelope = &stored.event.envelope;
            stored.position <= last
                && wanted.shards.contains(stored.slot)
                && wanted.tracks.contain(envelope.priority, envelope.tenant.as_deref())
                && wanted.types.contains(&envelope.event_type)
        };
        let mut unread = state.log[unread..].iter().filter(is_wanted);
        let events: Vec<Stored> = unread.by_ref().take(wanted.limit).cloned().collect();
        let rest = unread.next().is_some();
        let end = match events.last() {
            Some(newest) if rest => MemoryCursor(newest.position),
            _ => MemoryCursor(last.max(cursor.0)),
        };
        Ok(Page { window: *cursor, events, end, more: rest || wanted.upto.is_some() })
    }

    async fn end(&self) -> Result<MemoryCursor> {
        Ok(MemoryCursor(self.state().newest()))
    }

    async fn last(
        &self,
        cursor: &MemoryCursor,
        types: &TypeSet,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Stored>> {
        let state = self.state();
        let high = before.min(cursor.0.saturating_add(1));
        let in_range = |stored: &&Stored| {
            (high.saturating_sub(LOOK_BACK)..high).contains(&stored.position)
                && types.contains(&stored.event.envelope.event_type)
        };
        let mut events: Vec<_> =
            state.log.iter().rev().filter(in_range).take(limit).cloned().collect();
        events.reverse();
        Ok(events)
    }

    async fn troubles(
        &self,
        subscription: &str,
        shards: &Shards,
        now: i64,
        limit: usize,
    ) -> Result<Troubles> {
        Ok(self.state().troubles(subscription, shards, now, limit))
    }

    async fn span(&self, start: Start, last: i64) -> Result<(MemoryCursor, MemoryCursor)> {
        let state = self.state();
        Ok((state.resolve(start)?, MemoryCursor(state.newest().min(last))))
    }

    async fn survey(
        &self,
        (from, upto): (&MemoryCursor, &MemoryCursor),
        shards: &Shards,
        selection: &Selection,
    ) -> Result<Tallies> {
        Ok(self.state().survey((*from, *upto), shards, selection))
    }

    async fn begin_replay(
        &self,
        registration: &Registration,
        from: &MemoryCursor,
        row: &ReplayRow<MemoryCursor>,
    ) -> Result<ReplayRow<MemoryCursor>> {
        self.state().begin_replay(registration, *from, row)
    }

    async fn replay(&self, subscription: &str) -> Result<Option<ReplayRow<MemoryCursor>>> {
        Ok(self.state().replay(subscription))
    }

    async fn end_replay(&self, subscription: &str) -> Result<bool> {
        Ok(self.state().end_replay(subscription))
    }

    async fn ledger(&self) -> Result<Ledger> {
        Ok(self.state().ledger())
    }

    async fn restore(&self, connection: &mut MemoryConnection, events: &[Old]) -> Result<()> {
        for stored in events {
            connection.write(Write::Restore(stored.clone()));
        }
        Ok(())
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
