//! The transaction that a handler is lent.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::Store;

/// The relay's open transaction, in a handler's hands: it derefs to the database's connection, and what is written
/// through it commits together with the fact that the event was handled.
///
/// It goes back to the relay when it is dropped, which the end of the handler does by itself. A handler that keeps it
/// longer (leaks it, sends it to a task) has failed.
pub struct Tx<S: Store> {
    transaction: Option<S::Transaction>,
    slot: Arc<Mutex<Option<S::Transaction>>>,
}

/// The transaction on PostgreSQL.
#[cfg(feature = "postgres")]
pub type PgTx = Tx<crate::store::postgres::PgStore>;

/// The transaction on SQLite.
#[cfg(feature = "sqlite")]
pub type SqliteTx = Tx<crate::store::sqlite::SqliteStore>;

/// The transaction on the in-memory store.
#[cfg(feature = "testing")]
pub type MemoryTx = Tx<crate::testing::MemoryStore>;

/// Where a lent transaction comes back to. One that comes back after this is gone is dropped, which rolls it back.
pub(crate) struct Slot<S: Store>(Arc<Mutex<Option<S::Transaction>>>);

/// Lends a transaction to a handler.
pub(crate) fn lend<S: Store>(transaction: S::Transaction) -> (Tx<S>, Slot<S>) {
    let slot = Arc::new(Mutex::new(None));
    (Tx { transaction: Some(transaction), slot: Arc::clone(&slot) }, Slot(slot))
}

impl<S: Store> Slot<S> {
    /// The transaction, if it came back.
    pub(crate) fn take(self) -> Option<S::Transaction> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<S: Store> Deref for Tx<S> {
    type Target = S::Connection;

    fn deref(&self) -> &S::Connection {
        self.transaction.as_ref().expect("only drop takes the transaction")
    }
}

impl<S: Store> DerefMut for Tx<S> {
    fn deref_mut(&mut self) -> &mut S::Connection {
        self.transaction.as_mut().expect("only drop takes the transaction")
    }
}

impl<S: Store> Drop for Tx<S> {
    fn drop(&mut self) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = self.transaction.take();
    }
}

impl<S: Store> fmt::Debug for Tx<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tx<{}>", S::NAME)
    }
}
