//! What a database must be able to do: [`Store`] to emit into it, [`Log`] to relay out of it.
//!
//! The relay decides, a store remembers. Whatever belongs together is one [`Step`]: the cursor and the delivery rows
//! that an event leaves behind move in one transaction, under one fence, or not at all.

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod columns;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) mod keys;
#[cfg(feature = "postgres")]
pub mod postgres;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod transaction;

use std::collections::{BTreeMap, HashSet};
use std::fmt::Debug;
use std::future::Future;
use std::ops::DerefMut;
use std::time::Duration;

use uuid::Uuid;

use crate::catalog::first_segment;
use crate::envelope::RawEvent;
use crate::error::{ErrorKind, Result};
use crate::filter::TypeSet;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::keys::Keyed;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::store::transaction::Transaction;

/// A database that events can be emitted into.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no store of events",
    label = "not a store",
    note = "a bus is on a `SqliteStore`, a `PgStore` or a `MemoryStore`: the features `sqlite`, `postgres` and `testing`"
)]
pub trait Store: Clone + Send + Sync + 'static {
    /// What `emit` and a transactional handler write to.
    type Connection: Send;
    /// A transaction that the relay opens, hands to a handler and ends.
    type Transaction: DerefMut<Target = Self::Connection> + Send + 'static;

    /// The database's name in messages, `SQLite`.
    const NAME: &'static str;

    /// Brings the runtime's tables to the version of this code; a no-op where they are.
    fn migrate(&self) -> impl Future<Output = Result<()>> + Send;

    /// Appends events in their order, inside whatever transaction is open on the connection.
    ///
    /// An event whose key is taken is not written: it is one of the [`Duplicates`]. Where another transaction that is
    /// still open took the key, this waits for its end: it is a duplicate if that commits, and the first if not. The
    /// second of two events of one key in one append is a duplicate of the first. A key that has expired is free.
    fn append(
        &self,
        connection: &mut Self::Connection,
        events: &[NewEvent],
    ) -> impl Future<Output = Result<Duplicates>> + Send;

    /// Appends events in a transaction of their own and commits it. Nobody cancels it half-way.
    fn append_alone(&self, events: &[NewEvent]) -> impl Future<Output = Result<Duplicates>> + Send {
        async {
            let mut transaction = self.begin().await?;
            match self.append(&mut transaction, events).await {
                Ok(duplicates) => self.commit(transaction).await.map(|()| duplicates),
                Err(error) => {
                    // What is rolled back by losing its connection is rolled back as well.
                    self.rollback(transaction).await.ok();
                    Err(error)
                }
            }
        }
    }

    /// Opens a transaction that may write.
    fn begin(&self) -> impl Future<Output = Result<Self::Transaction>> + Send;

    /// Commits it.
    fn commit(&self, transaction: Self::Transaction) -> impl Future<Output = Result<()>> + Send;

    /// Rolls it back.
    fn rollback(&self, transaction: Self::Transaction) -> impl Future<Output = Result<()>> + Send;

    /// Ends a transaction whose connection is in an unknown state, because a handler was cut off in the middle: the
    /// connection is closed, never pooled.
    fn discard(&self, transaction: Self::Transaction) -> impl Future<Output = ()> + Send;
}

/// A store whose log subscriptions can read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no log that subscriptions can read",
    label = "nothing to subscribe to",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` have one: `EventBus<SqliteStore>`, or `S: Log` where it is any"
)]
pub trait Log: Store {
    /// How far a subscription has come.
    type Cursor: Cursor;
    /// Ownership of a subscription; it ends when this is dropped or the process dies.
    type Lease: Send + 'static;

    /// Takes a subscription, creating it at `start` when it is new. `None` while another process owns it.
    fn claim(
        &self,
        subscription: &str,
        start: Start,
    ) -> impl Future<Output = Result<Option<Claim<Self::Cursor, Self::Lease>>>> + Send;

    /// Reads the wanted events after `cursor`, at most `limit`, in the order of delivery. A store that asks by
    /// [`TypeSet::patterns`] may bring events of other types, which the relay passes over.
    fn page(
        &self,
        cursor: &Self::Cursor,
        types: &TypeSet,
        limit: usize,
    ) -> impl Future<Output = Result<Page<Self::Cursor>>> + Send;

    /// Reads what is in trouble in a subscription; `now` in milliseconds since 1970, as in every time here.
    fn troubles(
        &self,
        subscription: &str,
        now: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Troubles>> + Send;

    /// Makes one step inside the open transaction. An error of kind [`ErrorKind::Fenced`] when the fence is stale: then
    /// nothing of the transaction may be committed. An error of kind [`ErrorKind::TransactionRollback`] where the
    /// connection is not in the transaction that [`Store::begin`] opened any more, or in one nested in it.
    fn advance(
        &self,
        connection: &mut Self::Connection,
        owner: &Owner,
        step: &Step<Self::Cursor>,
    ) -> impl Future<Output = Result<()>> + Send;

    /// The dead letters, oldest first; of one subscription where it is named.
    fn dead_letters(
        &self,
        subscription: Option<&str>,
    ) -> impl Future<Output = Result<Vec<DeadLetter>>> + Send;
}

/// A place in the log.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place in a log",
    label = "not a cursor",
    note = "a store implements `Cursor` for the type of its `Log::Cursor`"
)]
pub trait Cursor: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The place just after the event at `position`, which is an event of the page that this window belongs to.
    #[must_use]
    fn at(&self, position: i64) -> Self;
}

/// Where a new subscription starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Start {
    /// With the oldest event.
    #[default]
    Beginning,
    /// After everything that is committed now.
    Now,
}

/// A subscription that this process owns.
#[derive(Debug)]
pub struct Claim<C, L> {
    /// Under which name and fence it commits.
    pub owner: Owner,
    /// How far the subscription has come.
    pub cursor: C,
    /// Ends the ownership when dropped.
    pub lease: L,
}

/// Who may move a subscription's cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The subscription's name.
    pub subscription: String,
    /// The number that came with the claim; a stale one can commit nothing.
    pub fence: i64,
}

/// An event on its way into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// The event as it is written.
    pub event: RawEvent,
    /// The kind of its aggregate, which its shard depends on: [`DomainEvent::aggregate_kind`].
    ///
    /// [`DomainEvent::aggregate_kind`]: crate::DomainEvent::aggregate_kind
    pub aggregate_kind: String,
    /// What makes a second event of its tenant a duplicate, where it has that.
    pub key: Option<EventKey>,
}

/// What tells an event from others of its tenant: within the window a second one of the key is a duplicate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventKey {
    /// The key.
    pub text: String,
    /// How long it is kept.
    pub window: Duration,
}

/// The events of an append that were not written because their key was taken, by their place in it, with the id of the
/// event that has the key.
pub type Duplicates = BTreeMap<usize, Uuid>;

impl From<RawEvent> for NewEvent {
    /// An event whose aggregate has the kind that the first segment of its type names.
    fn from(event: RawEvent) -> Self {
        let aggregate_kind = first_segment(&event.envelope.event_type).to_owned();
        Self { event, aggregate_kind, key: None }
    }
}

/// An event of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its number in the log.
    pub position: i64,
    /// The event as it was written.
    pub event: RawEvent,
}

/// What one read of the log brought.
#[derive(Debug, Clone)]
pub struct Page<C> {
    /// The window the events were read in; [`Cursor::at`] makes a place between two of them.
    pub window: C,
    /// The events, in the order of delivery.
    pub events: Vec<Stored>,
    /// The place after the whole page.
    pub end: C,
    /// Whether another read may bring more at once.
    pub more: bool,
}

/// The open delivery rows of a subscription.
#[derive(Debug, Clone, Default)]
pub struct Troubles {
    /// What may be attempted now, by position: events whose retry is due, and parked ones with no retrying event of the
    /// same key before them.
    pub ready: Vec<Trouble>,
    /// Every key that has an open row: further events of it must be parked.
    pub keys: HashSet<String>,
    /// When the next retry is due.
    pub next_at: Option<i64>,
}

/// One open delivery row with its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The event.
    pub stored: Stored,
    /// Attempts so far; 0 when it was parked before its first.
    pub attempts: u32,
    /// The key of its row. It stays what it was when the event got into trouble, whatever handles it by now.
    pub key: Option<String>,
}

/// What moves together in one transaction.
#[derive(Debug, Clone)]
pub struct Step<C> {
    /// The new place, when it moves.
    pub cursor: Option<C>,
    /// What becomes of events in trouble.
    pub changes: Vec<Change>,
}

/// What becomes of one event in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event's number in the log.
    pub position: i64,
    /// Its id.
    pub event_id: Uuid,
    /// The key that orders it: siblings of the same key wait behind it. `None` where nothing waits.
    pub key: Option<String>,
    /// What it becomes.
    pub fate: Fate,
}

/// The state that a delivery row is left in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Handled after all: the row goes.
    Handled,
    /// Waits behind a sibling.
    Parked,
    /// Is tried again at `next_at`.
    Retrying {
        /// Attempts so far.
        attempts: u32,
        /// When it is due.
        next_at: i64,
        /// Why the last attempt failed.
        failure: Failure,
    },
    /// Is not tried again.
    Dead {
        /// Attempts made.
        attempts: u32,
        /// Why it ended.
        failure: Failure,
    },
}

/// Why an attempt failed, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// Its text with its causes.
    pub message: String,
    /// When it happened.
    pub at: i64,
}

/// An event that a subscription gave up on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The subscription.
    pub subscription: String,
    /// The whole event.
    pub stored: Stored,
    /// Attempts made.
    pub attempts: u32,
    /// The name of the failure's kind, [`ErrorKind::as_str`].
    pub kind: String,
    /// Why it ended.
    pub message: String,
    /// When it ended.
    pub at: i64,
}
