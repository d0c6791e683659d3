//! What a database must be able to do: [`Store`] to emit into it, [`Log`] to relay out of it, [`Letters`] to keep what
//! was given up, [`Integrity`] to verify what is there, [`Retention`] to drop what is old.
//!
//! The relay decides, a store remembers. Whatever belongs together is one [`Step`]: the cursor and the delivery rows
//! that an event leaves behind move in one transaction, under one fence, or not at all.
//!
//! Whoever writes a store of their own finds the order of the work, and the suite that it has to pass, in
//! [`testing::suite`](crate::testing::suite).

#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod bell;
mod capability;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod columns;
mod dead_letter;
mod delivery;
mod detour;
mod failure;
mod figures;
mod integrity;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) mod keys;
mod ownership;
mod pending;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod places;
#[cfg(feature = "postgres")]
pub mod postgres;
mod replay;
mod retention;
mod schedule;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod schema;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod search;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod slip;
mod slot;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod sums;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod transaction;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::ops::DerefMut;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::catalog::first_segment;
use crate::envelope::RawEvent;
use crate::error::Result;
use crate::filter::TypeSet;
pub use crate::store::capability::Capability;
pub use crate::store::dead_letter::{LetterSlice, Letters, Moved, Obstacle, Survey};
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::delivery::Found;
pub use crate::store::delivery::{
    Change, Failure, Fate, Handled, MOST_PARKED, Step, Trouble, Troubles,
};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub(crate) use crate::store::detour::Listed;
pub use crate::store::detour::{Track, Tracks, Way};
pub(crate) use crate::store::failure::recordable;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::figures::looked_through;
pub use crate::store::figures::{
    Entries, Figures, Group, Link, Noted, Series, Stuck, StuckGroup, Sums, Waiting, Waits, Whose,
};
pub use crate::store::integrity::{Damage, Hits, Integrity, LogRow, Readable, Scope};
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::keys::Keyed;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::ownership::first_fence;
pub use crate::store::ownership::{
    Handles, Held, Owner, Registration, Replica, Roster, SLOTS, Shard, Shards, shard_of,
};
#[cfg(feature = "relay")]
pub(crate) use crate::store::ownership::{covers, families};
pub use crate::store::pending::{InTrouble, Listens, Pending};
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::replay::as_old;
pub use crate::store::replay::{ReplayRow, Selection, Tallies, Tally, first_id};
pub use crate::store::retention::{Dropped, Hold, Holder, Ledger, Old, Retention, Settled};
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) use crate::store::retention::{farthest_behind, let_go};
pub use crate::store::schedule::{Agenda, Due, Schedule, Taken};
pub(crate) use crate::store::slot::{slot_of_aggregate, slot_of_id};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use crate::store::transaction::Transaction;

/// A database that events can be emitted into.
///
/// A handle: clones share their connections. Any of its futures may be dropped before it is done; that must not cost a
/// connection, so steps that cannot be stopped half-way, a begin and a commit above all, run to their end by themselves.
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

    /// Appends events in their order, one at least, inside whatever transaction is open on the connection. They have
    /// ascending positions and [`NewEvent::slot`]s, and nobody sees them before the commit.
    ///
    /// An event whose key is taken is not written: it is one of the [`Duplicates`]. Where another transaction that is
    /// still open took the key, this waits for its end: it is a duplicate if that commits, and the first if not. The
    /// second of two events of one key in one append is a duplicate of the first. A key that has expired is free.
    fn append(
        &self,
        connection: &mut Self::Connection,
        events: &[NewEvent],
    ) -> impl Future<Output = Result<Duplicates>> + Send;

    /// Keeps events until they are `due`, one at least, inside whatever transaction is open on the connection, instead of
    /// appending them; [`Schedule`] moves them. Their keys are taken now, as [`append`](Store::append) takes them.
    fn schedule(
        &self,
        connection: &mut Self::Connection,
        events: &[NewEvent],
        due: Due,
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

    /// Opens a transaction that may write. Where it is dropped, it is rolled back, sooner or later.
    fn begin(&self) -> impl Future<Output = Result<Self::Transaction>> + Send;

    /// Commits it, also where nobody waits for the answer any more.
    fn commit(&self, transaction: Self::Transaction) -> impl Future<Output = Result<()>> + Send;

    /// Rolls it back, with all that was appended, advanced or done to letters in it.
    fn rollback(&self, transaction: Self::Transaction) -> impl Future<Output = Result<()>> + Send;

    /// How many transactions may be open at once, or reads beside them; `None` where that has no bound.
    fn connections(&self) -> Option<usize> {
        None
    }

    /// Ends a transaction whose connection is in an unknown state, because a handler was cut off in the middle: the
    /// connection is closed, never pooled.
    fn discard(&self, transaction: Self::Transaction) -> impl Future<Output = ()> + Send;
}

/// A store whose log subscriptions can read.
///
/// An event is read by every cursor exactly once, in the order of positions within a page, whenever its transaction
/// commits: one that commits later than an event of a higher position is in a later page. Events of one aggregate whose
/// transactions wait for each other are read in the order in which they were appended.
///
/// A subscription is made by [`register`](Log::register), and what is asked of one that is not known finds nothing: it is
/// no error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no log that subscriptions can read",
    label = "nothing to subscribe to",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` have one: `EventBus<SqliteStore>`, or `S: Log` where it is any"
)]
pub trait Log: Letters + Schedule + Figures {
    /// How far a shard of a subscription has come.
    type Cursor: Cursor;

    /// What it can do beyond what every store must.
    fn capabilities(&self) -> &'static [Capability];

    /// Makes a subscription known where it is not known yet; else it changes nothing. All its shards are at its start, have
    /// no owner, and are under one fence that nobody had of an earlier subscription of its name: a random one will do. An
    /// error of kind [`ErrorKind::Configuration`] where no event has the id of [`Start::After`].
    ///
    /// [`ErrorKind::Configuration`]: crate::ErrorKind::Configuration
    fn register(&self, registration: &Registration) -> impl Future<Output = Result<()>> + Send;

    /// Replaces what the newest code handles, where it still is what was `seen`.
    fn declare(
        &self,
        subscription: &str,
        seen: &Handles,
        handles: &Handles,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Says that a replica is alive; whether its subscription still exists. Where `handles` is what the newest code
    /// handles, such code was seen.
    ///
    /// What tells others that the process is gone before the lease has run out, a lock for instance, is the store's:
    /// [`Capability::NoticesDeath`].
    fn renew(
        &self,
        replica: &Replica,
        handles: &Handles,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Lets a replica go, with all shards that it has. Their fences stay.
    fn retire(&self, replica: &Replica) -> impl Future<Output = Result<()>> + Send;

    /// Who is there and who owns what; `None` where the subscription is not known.
    fn roster(
        &self,
        subscription: &str,
    ) -> impl Future<Output = Result<Option<Roster<Self::Cursor>>>> + Send;

    /// Takes the shards whose fences still are as given, and raises them by one, whoever owns them: the caller decided
    /// that nobody who is alive does. Those that somebody else took are left out; of several that take at once, one has it.
    fn take(
        &self,
        replica: &Replica,
        shards: &[Held],
    ) -> impl Future<Output = Result<Vec<Shard<Self::Cursor>>>> + Send;

    /// Gives shards back where their fences still are as given. They stay where their cursors are.
    fn give(&self, subscription: &str, shards: &[Held]) -> impl Future<Output = Result<()>> + Send;

    /// Pauses a subscription or lets it go on; whether it is known.
    fn pause(&self, subscription: &str, paused: bool) -> impl Future<Output = Result<bool>> + Send;

    /// Moves every shard to `start`, takes them from their owners by raising their fences, ends all detours, and forgets
    /// what was retrying or parked; whether the subscription is known. Dead letters stay. Errors as in [`Log::register`].
    fn seek(&self, subscription: &str, start: Start) -> impl Future<Output = Result<bool>> + Send;

    /// Forgets a subscription with all that is in trouble in it; whether it was known. Dead letters stay.
    fn remove(&self, subscription: &str) -> impl Future<Output = Result<bool>> + Send;

    /// What a subscription has done with an event so far, as it is written down.
    fn handled(
        &self,
        subscription: &str,
        event: Uuid,
    ) -> impl Future<Output = Result<Handled>> + Send;

    /// Waits until something may have been committed, by whatever process; for ever where the store cannot tell. The relay
    /// waits here when it has nothing to do, and reads again afterwards: a call more than needed does no harm, and one that
    /// is missing costs no more than the relay's poll interval.
    fn rung(&self) -> impl Future<Output = ()> + Send {
        std::future::pending()
    }

    /// Whether it hears of the commits of other processes; where it needs no connection of its own for that,
    /// [`Listens::Unneeded`].
    fn listens(&self) -> Listens {
        Listens::Unneeded
    }

    /// How many events of these types, shards and tracks are committed and not before `cursor`: counted up to `at_most`,
    /// and among the next [`LOOK_AHEAD`] numbers. As with a page, there may be events of other types among them.
    fn pending(
        &self,
        cursor: &Self::Cursor,
        waits: Waits<'_>,
    ) -> impl Future<Output = Result<Pending>> + Send;

    /// The same, by type and tenant: of all numbers behind the place, where [`Waits::at_most`] allows so many, and else of a
    /// sample that begins with the oldest. How many were not looked at is told, so that the rest can be estimated. A scheduled
    /// event is as old as its place.
    fn waiting(
        &self,
        cursor: &Self::Cursor,
        waits: Waits<'_>,
    ) -> impl Future<Output = Result<Waiting>> + Send;

    /// How many events of a subscription have a delivery row.
    fn in_trouble(&self, subscription: &str) -> impl Future<Output = Result<InTrouble>> + Send;

    /// Reads events after `cursor`, in the order of delivery. A page that has no event to bring lies behind what it passed
    /// over; only one that says that there is [more](Page::more) may end before everything that is committed.
    fn page(
        &self,
        cursor: &Self::Cursor,
        wanted: &Wanted<'_, Self::Cursor>,
    ) -> impl Future<Output = Result<Page<Self::Cursor>>> + Send;

    /// The place after everything that is committed now. Nothing is made known to the store.
    fn end(&self) -> impl Future<Output = Result<Self::Cursor>> + Send;

    /// The newest events of these types that are before `cursor`, in the order of their numbers: `limit` at most, of
    /// those with a number below `before`. It goes back [`LOOK_BACK`] numbers and no further. As with a page, there may
    /// be events of other types among them.
    fn last(
        &self,
        cursor: &Self::Cursor,
        types: &TypeSet,
        before: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Stored>>> + Send;

    /// Reads what is in trouble in some shards of a subscription; `now` in milliseconds since 1970, as in every time
    /// here. At most `limit` events are ready; the keys and the next time are those of all of them.
    fn troubles(
        &self,
        subscription: &str,
        shards: &Shards,
        now: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Troubles>> + Send;

    /// The part of the log that a replay reads: from the place that `start` means now up to everything that is committed
    /// now, or, where that is nearer, up to the number `last`. A [page](Log::page) from the first of the two up to the
    /// second brings what is in it, a later commit's events not. Nothing is made known to the store. Errors as in
    /// [`Log::register`].
    fn span(
        &self,
        start: Start,
        last: i64,
    ) -> impl Future<Output = Result<(Self::Cursor, Self::Cursor)>> + Send;

    /// Counts, by type, the events of some shards that are behind the first place, not behind the second, and meant by the
    /// selection.
    fn survey(
        &self,
        span: (&Self::Cursor, &Self::Cursor),
        shards: &Shards,
        selection: &Selection,
    ) -> impl Future<Output = Result<Tallies>> + Send;

    /// Makes a replay known, a subscription with all its shards at `from`, where it is not known yet; what is known of it
    /// then. [`Registration::start`] says nothing here.
    fn begin_replay(
        &self,
        registration: &Registration,
        from: &Self::Cursor,
        row: &ReplayRow<Self::Cursor>,
    ) -> impl Future<Output = Result<ReplayRow<Self::Cursor>>> + Send;

    /// What is known of a replay; `None` where it is not known, or no replay. [`Log::remove`] forgets that, too.
    fn replay(
        &self,
        subscription: &str,
    ) -> impl Future<Output = Result<Option<ReplayRow<Self::Cursor>>>> + Send;

    /// Removes a replay unless an event is in trouble in it; whether it did. No letter becomes a delivery of it meanwhile.
    fn end_replay(&self, subscription: &str) -> impl Future<Output = Result<bool>> + Send;

    /// What it knows of the past of its log.
    fn ledger(&self) -> impl Future<Output = Result<Ledger>> + Send;

    /// Puts events that were dropped back into the log inside the open transaction, under the numbers that they had and
    /// before every place that a subscription can have; those that are there stay as they are. A replay of an archive does
    /// so with what gets into trouble, so that rows and letters find their events. A scheduled event is as old again as it was.
    fn restore(
        &self,
        connection: &mut Self::Connection,
        events: &[Old],
    ) -> impl Future<Output = Result<()>> + Send;

    /// Makes one step inside the open transaction: the owner's shards move, or what [`Step::way`] says beside or instead of
    /// that, and of each changed event the row is written,
    /// replaced or deleted, or its letter is made. An error of kind [`ErrorKind::Fenced`] when a fence is stale: then
    /// nothing of the transaction may be committed. A store that cannot keep others from raising a fence until the
    /// transaction ends says so at the commit. An error of kind [`ErrorKind::TransactionRollback`] where the
    /// connection is not in the transaction that [`Store::begin`] opened any more, or in one nested in it.
    ///
    /// [`ErrorKind::Fenced`]: crate::ErrorKind::Fenced
    /// [`ErrorKind::TransactionRollback`]: crate::ErrorKind::TransactionRollback
    fn advance(
        &self,
        connection: &mut Self::Connection,
        owner: &Owner,
        step: &Step<Self::Cursor>,
    ) -> impl Future<Output = Result<()>> + Send;
}

/// How many numbers [`Log::last`] goes back at most: a search for what the log hardly holds must not read all of it.
pub const LOOK_BACK: i64 = 100_000;

/// How many numbers [`Log::pending`] looks ahead at most: a look must not read a whole log.
pub const LOOK_AHEAD: i64 = 1_000_000;

/// A place in the log. Of two places one is less than the other where everything before it is before the other, too;
/// places that have nothing to do with each other do not compare.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no place in a log",
    label = "not a cursor",
    note = "a store implements `Cursor` for the type of its `Log::Cursor`"
)]
pub trait Cursor: Clone + Debug + PartialOrd + Send + Sync + 'static {
    /// The place just after the event at `position`, which is an event of the page that this window belongs to.
    #[must_use]
    fn at(&self, position: i64) -> Self;

    /// The number up to which everything is before this place, and from which on nothing of its window is: of a place in
    /// the window that begins with the oldest event, as a replay of an archive has it. `None` for every other.
    fn number(&self) -> Option<i64>;
}

/// Where a subscription starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Start {
    /// With the oldest event.
    #[default]
    Beginning,
    /// After everything that is committed now.
    Now,
    /// With the first event that came to be at this time or later, and all that stand behind it in the log. Where
    /// clocks differ, a few of these are earlier.
    Time(SystemTime),
    /// After the event with this id.
    After(Uuid),
    /// With the event of this number, or the next one that there is. What is committed later comes in any case.
    Position(i64),
}

/// What a read of the log is to bring.
#[derive(Debug, Clone)]
pub struct Wanted<'a, C> {
    /// The types. A store that asks by [`TypeSet::patterns`] may bring events of others, which the relay passes over.
    pub types: &'a TypeSet,
    /// The shards.
    pub shards: &'a Shards,
    /// Whose events of which priorities.
    pub tracks: &'a Tracks,
    /// How many events at most.
    pub limit: usize,
    /// A place behind the cursor that the page does not go beyond. The end of a page that reaches it is equal to it, so
    /// that shards that were apart go on together; where the two cannot be made to meet yet, the page does not mind it.
    pub upto: Option<&'a C>,
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
    /// The hash of what orders it, below [`SLOTS`].
    pub slot: u16,
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
