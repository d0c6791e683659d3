//! The log in an SQLite file.
//!
//! SQLite has one writer at a time, so the order of commits is the order of positions and a cursor is a number.
//!
//! Beside `shop.db` lie SQLite's `shop.db-wal` and `shop.db-shm`, and for each process that runs subscriptions a lock
//! file, `shop.db-….lock`, which goes with it. A copy of the database needs none of the lock files.

mod action;
mod append;
mod bell;
mod bury;
mod connect;
mod dead_letter;
mod detour;
mod error;
mod handled;
mod integrity;
mod key;
mod last;
mod letters;
mod migrate;
mod page;
mod pending;
mod replay;
mod replica;
mod retention;
mod schedule;
mod session;
mod start;
mod stats;
mod step;
mod subscription;
mod trouble;

use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool};
use sqlx::{SqlSafeStr, SqlStr};

use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::bell::Bell;
use crate::store::sqlite::session::Session;
use crate::store::transaction::{Abandoned, Transaction, to_the_end};
use crate::store::{
    Capability, Due, Duplicates, Handled, Handles, Held, InTrouble, Ledger, Log, NewEvent, Old,
    Owner, Page, Pending, Registration, ReplayRow, Replica, Roster, Selection, Shard, Shards,
    Start, Step, Store, Stored, Tallies, Troubles, Waiting, Waits, Wanted,
};

pub use crate::store::sqlite::page::SqliteCursor;

/// A bus on an SQLite file.
pub type SqliteBus = EventBus<SqliteStore>;

/// The log in an SQLite file.
#[derive(Debug, Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    /// Whether the database dies with its last connection.
    in_memory: bool,
    session: Session,
    bell: Bell,
}

impl EventBus<SqliteStore> {
    /// A bus on the file that the URL names, `sqlite://shop.db`; the file is created when it is missing.
    ///
    /// The connections use WAL, wait up to 5 seconds for another writer, enforce foreign keys and run with
    /// `synchronous = FULL`: an event whose commit returned survives a power cut, at the price of one flush to the disk
    /// per commit. Whoever wants other settings makes the pool and hands it to [`SqliteBus::new`].
    ///
    /// `sqlite::memory:` is a database that dies with the bus. Its connections share one cache without WAL, so readers
    /// wait for an open writing transaction: whoever keeps one open and waits for a subscription waits for ever.
    ///
    /// ```no_run
    /// # async fn example() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::SqliteBus;
    ///
    /// let bus = SqliteBus::connect("sqlite://shop.db").await?.with_source("/shop");
    /// bus.migrate().await?;
    /// let tx = bus.begin().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a URL that is none, for a file or folder
    /// that cannot be written, and for tables of another version that `migrate()` does not mend: newer ones, and older ones that
    /// migration files made; [`ErrorKind::Store`](crate::ErrorKind::Store) for whatever else SQLite says.
    pub async fn connect(url: &str) -> Result<Self> {
        connect::pool(url).await.map(Self::new)
    }

    /// A bus on a pool that exists already.
    #[must_use]
    pub fn new(pool: SqlitePool) -> Self {
        Self::on(SqliteStore::new(pool))
    }

    /// The pool underneath.
    #[must_use]
    pub fn pool(&self) -> &SqlitePool {
        &self.store().pool
    }

    /// Opens a transaction that may write, with `BEGIN IMMEDIATE`: it waits for the other writer now instead of failing
    /// at its first write.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when another writer does not finish within the busy timeout.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, Sqlite>> {
        // Nobody drops a begin half-way.
        let pool = self.pool().clone();
        let begun = to_the_end(async move { pool.begin_with("BEGIN IMMEDIATE").await }).await?;
        begun.map_err(|error| self.store().error("begin a transaction", error))
    }
}

impl SqliteStore {
    /// Whether this is the store's own pool.
    pub(crate) fn is_on(&self, pool: &SqlitePool) -> bool {
        std::ptr::eq(self.pool.options(), pool.options())
    }
}

impl Store for SqliteStore {
    type Connection = SqliteConnection;
    type Transaction = Transaction<Sqlite>;

    const NAME: &'static str = "SQLite";

    async fn migrate(&self) -> Result<()> {
        migrate::migrate(self).await
    }

    async fn append(
        &self,
        connection: &mut SqliteConnection,
        events: &[NewEvent],
    ) -> Result<Duplicates> {
        append::append(self, connection, events).await
    }

    async fn schedule(
        &self,
        connection: &mut SqliteConnection,
        events: &[NewEvent],
        due: Due,
    ) -> Result<Duplicates> {
        schedule::schedule(self, connection, events, due).await
    }

    async fn append_alone(&self, events: &[NewEvent]) -> Result<Duplicates> {
        // What an append writes, it writes as a whole: without a transaction around it two round trips are saved.
        let acquired = self.pool.acquire().await;
        let mut connection = acquired.map_err(|error| self.error("emit", error))?;
        append::append(self, &mut connection, events).await
    }

    async fn begin(&self) -> Result<Transaction<Sqlite>> {
        let abandoned = if self.in_memory { Abandoned::RollBack } else { Abandoned::Close };
        let begun = Transaction::begin(&self.pool, Some(immediate()), abandoned).await?;
        begun.map_err(|error| self.error("begin a transaction", error))
    }

    async fn commit(&self, transaction: Transaction<Sqlite>) -> Result<()> {
        transaction.commit(&self.place()).await?.map_err(|error| self.error("commit", error))
    }

    async fn rollback(&self, mut transaction: Transaction<Sqlite>) -> Result<()> {
        if self.in_memory {
            step::reopen(&mut transaction).await;
        }
        transaction.rollback().await?.map_err(|error| self.error("roll back", error))
    }

    fn connections(&self) -> Option<usize> {
        usize::try_from(self.pool.options().get_max_connections()).ok()
    }

    async fn discard(&self, transaction: Transaction<Sqlite>) {
        drop(transaction);
    }
}

impl Log for SqliteStore {
    type Cursor = SqliteCursor;

    fn capabilities(&self) -> &'static [Capability] {
        match self.in_memory {
            true => &[],
            false => {
                &[Capability::ReadsBesideWriter, Capability::Durable, Capability::NoticesDeath]
            }
        }
    }

    async fn register(&self, registration: &Registration) -> Result<()> {
        subscription::register(self, registration).await
    }

    async fn declare(&self, subscription: &str, seen: &Handles, handles: &Handles) -> Result<()> {
        subscription::declare(self, subscription, seen, handles).await
    }

    async fn renew(&self, replica: &Replica, handles: &Handles) -> Result<bool> {
        replica::renew(self, replica, handles).await
    }

    async fn retire(&self, replica: &Replica) -> Result<()> {
        replica::retire(self, replica).await
    }

    async fn roster(&self, subscription: &str) -> Result<Option<Roster<SqliteCursor>>> {
        subscription::roster(self, subscription).await
    }

    async fn take(&self, replica: &Replica, shards: &[Held]) -> Result<Vec<Shard<SqliteCursor>>> {
        subscription::take(self, replica, shards).await
    }

    async fn give(&self, subscription: &str, shards: &[Held]) -> Result<()> {
        subscription::give(self, subscription, shards).await
    }

    async fn pause(&self, subscription: &str, paused: bool) -> Result<bool> {
        subscription::pause(self, subscription, paused).await
    }

    async fn seek(&self, subscription: &str, start: Start) -> Result<bool> {
        subscription::seek(self, subscription, start).await
    }

    async fn remove(&self, subscription: &str) -> Result<bool> {
        subscription::remove(self, subscription).await
    }

    async fn handled(&self, subscription: &str, event: Uuid) -> Result<Handled> {
        handled::handled(self, subscription, event).await
    }

    async fn rung(&self) {
        if self.in_memory {
            // One process alone has it, and wakes its own subscriptions.
            std::future::pending().await
        } else {
            self.bell.rung(|ringer| bell::listen(ringer, self.pool.clone())).await;
        }
    }

    async fn pending(&self, cursor: &SqliteCursor, waits: Waits<'_>) -> Result<Pending> {
        pending::pending(self, *cursor, waits).await
    }

    async fn waiting(&self, cursor: &SqliteCursor, waits: Waits<'_>) -> Result<Waiting> {
        stats::waiting(self, *cursor, waits).await
    }

    async fn in_trouble(&self, subscription: &str) -> Result<InTrouble> {
        pending::in_trouble(self, subscription).await
    }

    async fn page(
        &self,
        cursor: &SqliteCursor,
        wanted: &Wanted<'_, SqliteCursor>,
    ) -> Result<Page<SqliteCursor>> {
        page::page(self, *cursor, wanted).await
    }

    async fn end(&self) -> Result<SqliteCursor> {
        start::end(self).await
    }

    async fn last(
        &self,
        cursor: &SqliteCursor,
        types: &TypeSet,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Stored>> {
        last::last(self, *cursor, types, before, limit).await
    }

    async fn troubles(
        &self,
        subscription: &str,
        shards: &Shards,
        now: i64,
        limit: usize,
    ) -> Result<Troubles> {
        trouble::troubles(self, subscription, shards, now, limit).await
    }

    async fn span(&self, start: Start, last: i64) -> Result<(SqliteCursor, SqliteCursor)> {
        replay::span(self, start, last).await
    }

    async fn survey(
        &self,
        span: (&SqliteCursor, &SqliteCursor),
        shards: &Shards,
        selection: &Selection,
    ) -> Result<Tallies> {
        replay::survey(self, span, shards, selection).await
    }

    async fn begin_replay(
        &self,
        registration: &Registration,
        from: &SqliteCursor,
        row: &ReplayRow<SqliteCursor>,
    ) -> Result<ReplayRow<SqliteCursor>> {
        replay::begin(self, registration, from, row).await
    }

    async fn replay(&self, subscription: &str) -> Result<Option<ReplayRow<SqliteCursor>>> {
        replay::find(self, subscription).await
    }

    async fn end_replay(&self, subscription: &str) -> Result<bool> {
        replay::end(self, subscription).await
    }

    async fn ledger(&self) -> Result<Ledger> {
        retention::ledger(self).await
    }

    async fn restore(&self, connection: &mut SqliteConnection, events: &[Old]) -> Result<()> {
        retention::restore(self, connection, events).await
    }

    async fn advance(
        &self,
        connection: &mut SqliteConnection,
        owner: &Owner,
        step: &Step<SqliteCursor>,
    ) -> Result<()> {
        step::advance(self, connection, owner, step).await
    }
}

fn immediate() -> SqlStr {
    step::BEGIN.into_sql_str()
}
