//! The log in PostgreSQL.
//!
//! Transactions commit in another order than they take their numbers in, so a cursor is no number here: see
//! [`PgCursor`].
//!
//! PostgreSQL 13 or newer. A role that emits needs `INSERT` on `eventbus_event`, `SELECT`, `INSERT`, `UPDATE` and `DELETE` on
//! `eventbus_key` where its events have keys, the same on `eventbus_scheduled` and `SELECT` on `eventbus_moved` where it
//! schedules, `SELECT` on `eventbus_schema` and the right to call `pg_control_system()`. One that relays needs `SELECT` and
//! `INSERT` on `eventbus_event`, `SELECT` on its sequence and on `eventbus_retention`, `SELECT` and `UPDATE` on `eventbus_schema`,
//! and all on `eventbus_subscription`, `eventbus_shard`, `eventbus_detour`, `eventbus_replica`, `eventbus_replay`,
//! `eventbus_delivery`, `eventbus_dead_letter`, `eventbus_action`, `eventbus_scheduled`, `eventbus_moved`, `eventbus_minute` and `eventbus_note`. One
//! that drops old events needs `DELETE` on `eventbus_event` and `UPDATE` on `eventbus_retention` beside these. None of them makes
//! tables: their owner migrates. [`RowLevelSecurity`] makes such roles, and keeps tenants apart.
//!
//! A process that runs subscriptions holds a session's advisory lock, so that others take over at once when it dies, and
//! listens for commits. A pooler in transaction mode, such as PgBouncer's, keeps no sessions. That is found out when the
//! bus connects, said once with `tracing`, and worked around: the store's statements are without names and inside
//! transactions, others take over when the lease has run out, and commits of other processes are looked for once a
//! second. [`PgBus::with_direct`](EventBus::with_direct) gives it sessions beside such a pool. Statements of your own
//! keep their names in the transactions of handlers and of `bus.transaction`; elsewhere behind such a pooler write
//! `.persistent(false)`, and begin a transaction for them.
//!
//! The library brings no TLS of its own. For a server that wants it, enable one of sqlx's features in your own
//! `Cargo.toml`, `sqlx = { version = "0.9", features = ["tls-rustls"] }`, and write `?sslmode=require` or more into the
//! URL.

mod action;
mod append;
mod bell;
mod bury;
mod connect;
mod cursor;
mod dead_letter;
mod detour;
mod epoch;
mod errand;
mod error;
mod handled;
mod hold;
mod integrity;
mod key;
mod last;
mod letters;
mod migrate;
mod page;
mod partition;
mod patience;
mod pending;
mod reach;
mod replay;
mod replica;
mod retention;
mod schedule;
mod session;
mod snapshot;
mod start;
mod stats;
mod step;
mod subscription;
mod tenants;
mod trouble;

use std::sync::Arc;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, Postgres};
use sqlx::{Connection, SqlSafeStr};
use uuid::Uuid;

use crate::bus::EventBus;
use crate::context::Context;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::migrations::RowLevelSecurity;
use crate::store::bell::Bell;
use crate::store::postgres::reach::Reach;
use crate::store::postgres::session::Session;
use crate::store::transaction::{Abandoned, Transaction, to_the_end};
use crate::store::{
    Capability, Due, Duplicates, Handled, Handles, Held, InTrouble, Ledger, Listens, Log, NewEvent,
    Old, Owner, Page, Pending, Registration, ReplayRow, Replica, Roster, Selection, Shard, Shards,
    Start, Step, Store, Stored, Tallies, Troubles, Waiting, Waits, Wanted,
};

pub use crate::store::postgres::cursor::PgCursor;
pub use crate::store::postgres::partition::Partitions;

/// A bus on PostgreSQL.
pub type PgBus = EventBus<PgStore>;

/// The log in PostgreSQL.
#[derive(Debug, Clone)]
pub struct PgStore {
    pool: PgPool,
    reach: Arc<Reach>,
    session: Session,
    bell: Bell,
}

/// What is left of [`Capability::ALL`] behind a pooler that keeps no sessions.
const WITHOUT_SESSIONS: &[Capability] =
    &[Capability::ReadsBesideWriter, Capability::SeveralWriters, Capability::Durable];

impl EventBus<PgStore> {
    /// A bus on the database that the URL names, `postgres://user:password@host/shop`.
    ///
    /// ```no_run
    /// # async fn example() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::PgBus;
    ///
    /// let bus = PgBus::connect("postgres://shop:secret@localhost/shop").await?.with_source("/shop");
    /// bus.migrate().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a URL that is none and for a server that
    /// refuses the user, the password, the database or the lack of TLS, and for tables of another version that `migrate()` does
    /// not mend: newer ones, and older ones that migration files made; [`ErrorKind::Store`](crate::ErrorKind::Store) for a
    /// server that cannot be reached.
    pub async fn connect(url: &str) -> Result<Self> {
        let (pool, reach) = connect::pool(url).await?;
        Ok(Self::on(PgStore::new(pool, reach)))
    }

    /// A bus on a pool that exists already. Its first subscription opens two connections beside
    /// it: one tells others that this process is there, one listens for commits.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::on(PgStore::new(pool, Reach::default()))
    }

    /// The same bus with a connection to the server itself, for what needs a session: the lock by which others see that
    /// this process is there, and LISTEN. For a pool behind a pooler in transaction mode; two connections are opened with
    /// these options. Call it before the first subscription starts.
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// use eventbus_runtime::PgBus;
    ///
    /// let bus = PgBus::connect("postgres://shop:secret@pooler:6432/shop").await?;
    /// let bus = bus.with_direct("postgres://shop:secret@server:5432/shop".parse()?);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn with_direct(mut self, options: PgConnectOptions) -> Self {
        self.store.reach = Arc::new(self.store.reach.with_direct(options));
        self
    }

    /// The pool underneath.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.store().pool
    }

    /// Opens a transaction; inside a [`Context`] with a tenant, one of this tenant's.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when no connection can be had.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, Postgres>> {
        // A begin that is dropped half-way would leave a pooled connection inside a transaction that nobody knows of.
        let (store, tenant) = (self.store().clone(), Context::current().tenant);
        let begun = to_the_end(async move {
            let mut transaction = store.pool.begin().await?;
            tenants::enter(&store, &mut transaction, tenant.as_deref()).await?;
            Ok(transaction)
        });
        begun.await?.map_err(|error| self.store().error("begin a transaction", error))
    }

    /// Puts the tables under row level security and makes the roles that pass it, in one transaction. The tables have to
    /// be migrated, and this connection is their owner's.
    ///
    /// ```no_run
    /// # async fn example(bus: &eventbus_runtime::PgBus) -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::migrations::RowLevelSecurity;
    ///
    /// bus.migrate().await?;
    /// bus.protect_tenants(&RowLevelSecurity::new().emitter("shop")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for names that cannot be, and where this user may
    /// not do it; [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn protect_tenants(&self, security: &RowLevelSecurity) -> Result<()> {
        tenants::protect(self.store(), security).await
    }
}

impl EventBus<PgStore> {
    /// Makes the log a table of partitions, each of a range of so many numbers, and sees to it that there are some ahead of
    /// the last number. Retention then drops whole partitions instead of deleting events, and what no partition has room
    /// for goes to a default one, so that no emit fails. Idempotent: call it again, once a day for instance, where no
    /// retention runs. This connection is the owner's of the tables.
    ///
    /// A log that is one table becomes the first partition as it is: nothing is copied, and while others emit, read and
    /// deliver it is locked for some milliseconds. `docs/retention.md` says how to choose the size, and what it costs.
    ///
    /// ```no_run
    /// # async fn example(bus: &eventbus_runtime::PgBus) -> eventbus_runtime::Result<()> {
    /// bus.migrate().await?;
    /// println!("{}", bus.partition_log(1_000_000).await?);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) for a size of 0, where something else in the database
    /// depends on the table, and where this user does not own it; [`ErrorKind::Store`](crate::ErrorKind::Store) when the
    /// database refuses, and when a lock is not to be had, because a transaction has been open for long.
    pub async fn partition_log(&self, size: u32) -> Result<Partitions> {
        partition::partition(self.store(), size).await
    }
}

impl PgStore {
    fn new(pool: PgPool, reach: Reach) -> Self {
        Self { pool, reach: Arc::new(reach), session: Session::new(), bell: Bell::new() }
    }

    /// Takes the names from what was prepared on a connection: where names do not last, others may have the same.
    async fn forget_names(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        if !self.reach.keeps_names() && connection.cached_statements_size() > 0 {
            connection.clear_cached_statements().await?;
        }
        Ok(())
    }

    /// Whether this is the store's own pool.
    pub(crate) fn is_on(&self, pool: &PgPool) -> bool {
        std::ptr::eq(self.pool.options(), pool.options())
    }
}

impl Store for PgStore {
    type Connection = PgConnection;
    type Transaction = Transaction<Postgres>;

    const NAME: &'static str = "PostgreSQL";

    async fn migrate(&self) -> Result<()> {
        migrate::migrate(self).await
    }

    async fn append(
        &self,
        connection: &mut PgConnection,
        events: &[NewEvent],
    ) -> Result<Duplicates> {
        append::append(self, connection, events, None).await
    }

    async fn schedule(
        &self,
        connection: &mut PgConnection,
        events: &[NewEvent],
        due: Due,
    ) -> Result<Duplicates> {
        schedule::schedule(self, connection, events, due).await
    }

    async fn append_alone(&self, events: &[NewEvent]) -> Result<Duplicates> {
        // What an append writes, it writes as a whole: without a transaction around it two round trips are saved.
        let tenant = events.first().and_then(|new| new.event.envelope.tenant.as_deref());
        let mut errand = self.errand_of("emit", None).await?;
        let appended = append::append(self, &mut errand, events, tenant).await;
        self.end(errand, appended).await
    }

    async fn begin(&self) -> Result<Transaction<Postgres>> {
        let begin = step::BEGIN.into_sql_str();
        let begun = Transaction::begin(&self.pool, Some(begin), Abandoned::Close).await?;
        let failed = |error| self.error("begin a transaction", error);
        let mut transaction = begun.map_err(failed)?;
        self.forget_names(&mut transaction).await.map_err(failed)?;
        let tenant = Context::current().tenant;
        tenants::enter(self, &mut transaction, tenant.as_deref()).await.map_err(failed)?;
        Ok(transaction)
    }

    async fn commit(&self, mut transaction: Transaction<Postgres>) -> Result<()> {
        let forgot = self.forget_names(&mut transaction).await;
        forgot.map_err(|error| self.error("commit", error))?;
        transaction.commit(&self.place()).await?.map_err(|error| self.error("commit", error))
    }

    async fn rollback(&self, mut transaction: Transaction<Postgres>) -> Result<()> {
        let forgot = self.forget_names(&mut transaction).await;
        forgot.map_err(|error| self.error("roll back", error))?;
        transaction.rollback().await?.map_err(|error| self.error("roll back", error))
    }

    fn connections(&self) -> Option<usize> {
        usize::try_from(self.pool.options().get_max_connections()).ok()
    }

    async fn discard(&self, transaction: Transaction<Postgres>) {
        drop(transaction);
    }
}

impl Log for PgStore {
    type Cursor = PgCursor;

    fn capabilities(&self) -> &'static [Capability] {
        if self.reach.has_sessions() { Capability::ALL } else { WITHOUT_SESSIONS }
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

    async fn roster(&self, subscription: &str) -> Result<Option<Roster<PgCursor>>> {
        subscription::roster(self, subscription).await
    }

    async fn take(&self, replica: &Replica, shards: &[Held]) -> Result<Vec<Shard<PgCursor>>> {
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
        let listen = |ringer| bell::listen(ringer, self.pool.clone(), Arc::clone(&self.reach));
        self.bell.rung(listen).await;
    }

    fn listens(&self) -> Listens {
        self.bell.hearing()
    }

    async fn pending(&self, cursor: &PgCursor, waits: Waits<'_>) -> Result<Pending> {
        pending::pending(self, cursor, waits).await
    }

    async fn waiting(&self, cursor: &PgCursor, waits: Waits<'_>) -> Result<Waiting> {
        stats::waiting(self, cursor, waits).await
    }

    async fn in_trouble(&self, subscription: &str) -> Result<InTrouble> {
        pending::in_trouble(self, subscription).await
    }

    async fn page(
        &self,
        cursor: &PgCursor,
        wanted: &Wanted<'_, PgCursor>,
    ) -> Result<Page<PgCursor>> {
        page::page(self, cursor, wanted).await
    }

    async fn end(&self) -> Result<PgCursor> {
        start::end(self).await
    }

    async fn last(
        &self,
        cursor: &PgCursor,
        types: &TypeSet,
        before: i64,
        limit: usize,
    ) -> Result<Vec<Stored>> {
        last::last(self, cursor, types, before, limit).await
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

    async fn span(&self, start: Start, last: i64) -> Result<(PgCursor, PgCursor)> {
        replay::span(self, start, last).await
    }

    async fn survey(
        &self,
        span: (&PgCursor, &PgCursor),
        shards: &Shards,
        selection: &Selection,
    ) -> Result<Tallies> {
        replay::survey(self, span, shards, selection).await
    }

    async fn begin_replay(
        &self,
        registration: &Registration,
        from: &PgCursor,
        row: &ReplayRow<PgCursor>,
    ) -> Result<ReplayRow<PgCursor>> {
        replay::begin(self, registration, from, row).await
    }

    async fn replay(&self, subscription: &str) -> Result<Option<ReplayRow<PgCursor>>> {
        replay::find(self, subscription).await
    }

    async fn end_replay(&self, subscription: &str) -> Result<bool> {
        replay::end(self, subscription).await
    }

    async fn ledger(&self) -> Result<Ledger> {
        retention::ledger(self).await
    }

    async fn restore(&self, connection: &mut PgConnection, events: &[Old]) -> Result<()> {
        retention::restore(self, connection, events).await
    }

    async fn advance(
        &self,
        connection: &mut PgConnection,
        owner: &Owner,
        step: &Step<PgCursor>,
    ) -> Result<()> {
        step::advance(self, connection, owner, step).await
    }
}
