//! The store in memory: `state` is what is committed, `transaction` what is not yet, `log` the relay's side, `letters`
//! that of dead letters.

mod integrity;
mod key;
mod letters;
mod log;
mod replay;
mod retention;
mod schedule;
mod state;
mod stats;
mod subscription;
#[cfg(test)]
mod tests;
mod transaction;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::error::Result;
use crate::store::{Due, Duplicates, Keyed, NewEvent, Store, Stored};
use crate::testing::memory::state::State;

pub use crate::testing::memory::state::MemoryCursor;
pub use crate::testing::memory::transaction::{MemoryConnection, MemoryTransaction};

/// A store whose log lives as long as its clones.
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    /// Told when a transaction that had taken keys ends.
    ended: Arc<watch::Sender<()>>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a transaction; dropping it rolls back.
    pub(crate) fn open(&self) -> MemoryTransaction {
        MemoryTransaction::new(self.clone())
    }

    /// Every committed event.
    pub(crate) fn log(&self) -> Vec<Stored> {
        self.state().log.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for MemoryStore {
    type Connection = MemoryConnection;
    type Transaction = MemoryTransaction;

    const NAME: &'static str = "memory";

    async fn migrate(&self) -> Result<()> {
        Ok(())
    }

    async fn append(
        &self,
        connection: &mut MemoryConnection,
        events: &[NewEvent],
    ) -> Result<Duplicates> {
        let duplicates = match Keyed::of(events) {
            Some(keyed) => self.take_keys(connection, &keyed).await,
            None => Duplicates::new(),
        };
        connection.append(events, &duplicates);
        Ok(duplicates)
    }

    async fn schedule(
        &self,
        connection: &mut MemoryConnection,
        events: &[NewEvent],
        due: Due,
    ) -> Result<Duplicates> {
        let duplicates = match Keyed::of(events) {
            Some(keyed) => self.take_keys(connection, &keyed).await,
            None => Duplicates::new(),
        };
        let due_at = self.state().due_at(due);
        connection.schedule(events, &duplicates, due_at);
        Ok(duplicates)
    }

    async fn begin(&self) -> Result<MemoryTransaction> {
        Ok(self.open())
    }

    async fn commit(&self, transaction: MemoryTransaction) -> Result<()> {
        transaction.commit()
    }

    async fn rollback(&self, transaction: MemoryTransaction) -> Result<()> {
        drop(transaction);
        Ok(())
    }

    async fn discard(&self, transaction: MemoryTransaction) {
        drop(transaction);
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemoryStore")
    }
}
