//! The log in PostgreSQL.
//!
//! Transactions commit in another order than they take their numbers in, so a cursor is no number here: see
//! [`PgCursor`].
//!
//! PostgreSQL 13 or newer. A role that emits needs `INSERT` on `eventbus_event`, `SELECT`, `INSERT`,
//! `UPDATE` and `DELETE` on `eventbus_key` where its events have keys, `SELECT` and `UPDATE` on
//! `eventbus_schema` and the right to call `pg_control_system()`; one that relays needs `SELECT` on `eventbus_event` and
//! its sequence, and all on `eventbus_subscription` and `eventbus_delivery`.
//!
//! A subscription's owner holds a session's advisory lock. A pooler in transaction mode does not keep sessions: connect
//! the relay to the server itself.
//!
//! The library brings no TLS of its own. For a server that wants it, enable one of sqlx's features in your own
//! `Cargo.toml`, `sqlx = { version = "0.9", features = ["tls-rustls"] }`, and write `?sslmode=require` or more into the
//! URL.

mod append;
mod claim;
mod connect;
mod cursor;
mod epoch;
mod error;
mod key;
mod migrate;
mod page;
mod snapshot;
mod step;
mod trouble;

use sqlx::SqlSafeStr;
use sqlx::postgres::{PgConnection, PgPool, Postgres};

use crate::bus::EventBus;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{
    Claim, DeadLetter, Duplicates, Log, NewEvent, Owner, Page, Start, Step, Store, Troubles,
};

pub use crate::store::postgres::claim::PgLease;
pub use crate::store::postgres::cursor::PgCursor;

/// A bus on PostgreSQL.
pub type PgBus = EventBus<PgStore>;

/// The log in PostgreSQL.
#[derive(Debug, Clone)]
pub struct PgStore {
    pool: PgPool,
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

    /// A bus on a pool that exists already. The relay of a subscription takes one connection out of it for good.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self::on(PgStore { pool })
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

    async fn discard(&self, transaction: Transaction<Postgres>) {
        drop(transaction);
    }
}

impl Log for PgStore {
    type Cursor = PgCursor;
    type Lease = PgLease;

    async fn claim(
        &self,
        subscription: &str,
        start: Start,
    ) -> Result<Option<Claim<PgCursor, PgLease>>> {
        claim::claim(self, subscription, start).await
    }

    async fn page(
        &self,
        cursor: &PgCursor,
        types: &TypeSet,
        limit: usize,
    ) -> Result<Page<PgCursor>> {
        page::page(self, cursor, types, limit).await
    }

    async fn troubles(&self, subscription: &str, now: i64, limit: usize) -> Result<Troubles> {
        trouble::troubles(self, subscription, now, limit).await
    }

    async fn advance(
        &self,
        connection: &mut PgConnection,
        owner: &Owner,
        step: &Step<PgCursor>,
    ) -> Result<()> {
        step::advance(self, connection, owner, step).await
    }

    async fn dead_letters(&self, subscription: Option<&str>) -> Result<Vec<DeadLetter>> {
        trouble::dead_letters(self, subscription).await
    }
}
