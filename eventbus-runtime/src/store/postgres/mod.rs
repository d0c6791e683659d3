//! The log in PostgreSQL.
//!
//! Transactions commit in another order than they take their numbers in, so a cursor is no number here: see
//! [`PgCursor`].
//!
//! PostgreSQL 13 or newer. A role that emits needs `INSERT` on `eventbus_event`, `SELECT`, `INSERT`,
//! `UPDATE` and `DELETE` on `eventbus_key` where its events have keys, `SELECT` and `UPDATE` on
//! `eventbus_schema` and the right to call `pg_control_system()`; one that relays needs `SELECT` on `eventbus_event` and
//! its sequence, and all on `eventbus_subscription`, `eventbus_shard`, `eventbus_replica`, `eventbus_delivery`,
//! `eventbus_dead_letter` and `eventbus_action`.
//!
//! A process that runs subscriptions holds a session's advisory lock, so that others take over at once when it dies. A
//! pooler in transaction mode does not keep sessions: connect the relay to the server itself, or others wait until the
//! lease has run out.
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
mod epoch;
mod error;
mod handled;
mod key;
mod last;
mod letters;
mod migrate;
mod page;
mod replica;
mod session;
mod snapshot;
mod start;
mod step;
mod subscription;
mod trouble;

use sqlx::SqlSafeStr;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::bell::Bell;
use crate::store::postgres::session::Session;
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{
    Capability, Duplicates, Handled, Handles, Held, Log, NewEvent, Owner, Page, Registration,
    Replica, Roster, Shard, Shards, Start, Step, Store, Stored, Troubles, Wanted,
};

pub use crate::store::postgres::cursor::PgCursor;

/// A bus on PostgreSQL.
pub type PgBus = EventBus<PgStore>;

/// The log in PostgreSQL.
#[derive(Debug, Clone)]
pub struct PgStore {
    pool: PgPool,
    session: Session,
    bell: Bell,
}

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
    /// refuses the user, the password, the database or the lack of TLS; [`ErrorKind::Store`](crate::ErrorKind::Store)
    /// for a server that cannot be reached.
    pub async fn connect(url: &str) -> Result<Self> {
        connect::pool(url).await.map(Self::new)
    }

    /// A bus on a pool that exists already. Its first subscription opens two connections beside
    /// it: one tells others that this process is there, one listens for commits.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::on(PgStore { pool, session: Session::new(), bell: Bell::new() })
    }

    /// The pool underneath.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.store().pool
    }

    /// Opens a transaction.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when no connection can be had.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, Postgres>> {
        let begun = self.pool().begin().await;
        begun.map_err(|error| self.store().error("begin a transaction", error))
    }
}

impl PgStore {
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
        append::append(self, connection, events).await
    }

    async fn append_alone(&self, events: &[NewEvent]) -> Result<Duplicates> {
        // What an append writes, it writes as a whole: without a transaction around it two round trips are saved.
        let acquired = self.pool.acquire().await;
        let mut connection = acquired.map_err(|error| self.error("emit", error))?;
        append::append(self, &mut connection, events).await
    }

    async fn begin(&self) -> Result<Transaction<Postgres>> {
        let begin = step::BEGIN.into_sql_str();
        let begun = Transaction::begin(&self.pool, Some(begin), Abandoned::Close).await?;
        begun.map_err(|error| self.error("begin a transaction", error))
    }

    async fn commit(&self, transaction: Transaction<Postgres>) -> Result<()> {
        transaction.commit(&self.place()).await?.map_err(|error| self.error("commit", error))
    }

    async fn rollback(&self, transaction: Transaction<Postgres>) -> Result<()> {
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
        Capability::ALL
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
        self.bell.rung(|ringer| bell::listen(ringer, self.pool.clone())).await;
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

    async fn advance(
        &self,
        connection: &mut PgConnection,
        owner: &Owner,
        step: &Step<PgCursor>,
    ) -> Result<()> {
        step::advance(self, connection, owner, step).await
    }
}
