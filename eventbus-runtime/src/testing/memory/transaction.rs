//! A transaction in memory: a list of writes, applied together under one lock.

use std::fmt;
use std::mem::take;
use std::ops::{Deref, DerefMut};

use uuid::Uuid;

#[cfg(feature = "relay")]
use crate::envelope::RawEvent;
use crate::error::Result;
use crate::store::{Duplicates, NewEvent, Old, Owner, Step};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::key::{Taken, keep};
use crate::testing::memory::letters::Deed;
use crate::testing::memory::schedule::Change;
use crate::testing::memory::state::MemoryCursor;

/// An open transaction; dropping it rolls back.
pub struct MemoryTransaction {
    store: MemoryStore,
    connection: MemoryConnection,
    #[cfg(feature = "relay")]
    waker: Option<crate::relay::Waker>,
}

/// What a transaction has written so far.
#[derive(Debug)]
pub struct MemoryConnection {
    /// Tells the transaction from others.
    pub(super) id: Uuid,
    /// The keys that it took.
    pub(super) taken: Vec<Taken>,
    pub(super) writes: Vec<Write>,
}

/// One write that becomes visible at the commit.
#[derive(Debug)]
pub(super) enum Write {
    /// An event.
    Append(NewEvent),
    /// An event that was dropped.
    Restore(Old),
    /// A step of a subscription.
    Advance(Owner, Step<MemoryCursor>),
    /// What is done to dead letters.
    Letters(Deed),
    /// What is done to scheduled events.
    Schedule(Change),
}

impl MemoryTransaction {
    pub(super) fn new(store: MemoryStore) -> Self {
        Self {
            store,
            connection: MemoryConnection {
                id: Uuid::now_v7(),
                taken: Vec::new(),
                writes: Vec::new(),
            },
            #[cfg(feature = "relay")]
            waker: None,
        }
    }

    /// The same, waking a bus's subscriptions after the commit.
    #[cfg(feature = "relay")]
    pub(crate) fn waking(mut self, waker: crate::relay::Waker) -> Self {
        self.waker = Some(waker);
        self
    }

    /// Makes what was written visible, all of it together.
    ///
    /// # Errors
    /// [`ErrorKind::Fenced`](crate::ErrorKind::Fenced) when it holds a step of an owner that was replaced; then nothing
    /// of it becomes visible.
    pub fn commit(mut self) -> Result<()> {
        #[cfg(feature = "relay")]
        let emitted = self.connection.emitted();
        {
            let mut state = self.store.state();
            state.apply(take(&mut self.connection.writes))?;
            keep(&mut state.keys, take(&mut self.connection.taken));
        }
        self.store.ended.send_replace(());
        #[cfg(feature = "relay")]
        if let Some(waker) = &self.waker {
            waker.wake_for(emitted.iter());
        }
        Ok(())
    }
}

impl MemoryConnection {
    pub(super) fn append(&mut self, events: &[NewEvent], duplicates: &Duplicates) {
        let written =
            events.iter().enumerate().filter(|(index, _)| !duplicates.contains_key(index));
        self.writes.extend(written.map(|(_, new)| Write::Append(new.clone())));
    }

    #[cfg(feature = "relay")]
    fn emitted(&self) -> Vec<RawEvent> {
        let appended = |write: &Write| match write {
            Write::Append(new) => Some(new.event.clone()),
            Write::Restore(_) | Write::Advance(..) | Write::Letters(_) | Write::Schedule(_) => None,
        };
        self.writes.iter().filter_map(appended).collect()
    }

    pub(super) fn write(&mut self, write: Write) {
        self.writes.push(write);
    }

    pub(super) fn advance(&mut self, owner: &Owner, step: &Step<MemoryCursor>) {
        self.writes.push(Write::Advance(owner.clone(), step.clone()));
    }
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        self.store.release(take(&mut self.connection.taken));
    }
}

impl Deref for MemoryTransaction {
    type Target = MemoryConnection;

    fn deref(&self) -> &MemoryConnection {
        &self.connection
    }
}

impl DerefMut for MemoryTransaction {
    fn deref_mut(&mut self) -> &mut MemoryConnection {
        &mut self.connection
    }
}

impl fmt::Debug for MemoryTransaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTransaction").field("connection", &self.connection).finish()
    }
}
