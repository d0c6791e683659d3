//! What the shared behaviours need of a database.

use std::fmt::Debug;

use eventbus_runtime::store::{Log, Start, Store, Stored};
use eventbus_runtime::{EventBus, TypeSet};
use eventbus_tests::claim::{read_page, try_claim};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::{Connection, PgConnection, SqliteConnection, raw_sql};

use crate::events::NoteEvent;

/// A database of one test's own.
pub(crate) trait Database: Sized {
    /// Its store.
    type Store: Log<Connection: Connection> + Debug;

    /// A database without tables.
    async fn empty() -> Self;

    /// A bus on it with connections of its own, as another process would have.
    async fn bus(&self) -> EventBus<Self::Store>;

    /// Runs SQL on it.
    async fn execute(&self, sql: &'static str);

    /// Runs SQL on a connection.
    async fn run(
        connection: &mut <Self::Store as Store>::Connection,
        sql: &'static str,
    ) -> Result<(), sqlx::Error>;

    /// A database with tables.
    async fn migrated() -> Self;

    /// The same, with a bus.
    async fn fresh() -> (Self, EventBus<Self::Store>) {
        let database = Self::migrated().await;
        let bus = database.bus().await;
        (database, bus)
    }
}

pub(crate) type Claimed<S> = eventbus_tests::claim::Claimed<<S as Log>::Cursor>;

/// Everything in the log.
pub(crate) async fn log<S: Log>(bus: &EventBus<S>) -> Vec<Stored> {
    let reader = format!("reader {}", uuid::Uuid::now_v7());
    let claim = claim(bus, &reader).await;
    drain(bus, claim.cursor).await.0
}

/// Reads pages until there is nothing more.
pub(crate) async fn drain<S: Log>(
    bus: &EventBus<S>,
    mut cursor: S::Cursor,
) -> (Vec<Stored>, S::Cursor) {
    let filter = TypeSet::of::<NoteEvent>();
    let mut events = Vec::new();
    loop {
        let page = read_page(bus.store(), &cursor, &filter, 2).await.unwrap();
        let done = page.events.is_empty() && !page.more;
        events.extend(page.events);
        cursor = page.end;
        if done {
            return (events, cursor);
        }
    }
}

/// Takes a subscription that is free, or about to be: a database learns a moment later that a connection was closed.
pub(crate) async fn claim<S: Log>(bus: &EventBus<S>, subscription: &str) -> Claimed<S> {
    claim_at(bus, subscription, Start::Beginning).await
}

/// The same, a new one at `start`.
pub(crate) async fn claim_at<S: Log>(
    bus: &EventBus<S>,
    subscription: &str,
    start: Start,
) -> Claimed<S> {
    loop {
        if let Some(claimed) = try_claim(bus.store(), subscription, start).await {
            return claimed;
        }
        tokio::task::yield_now().await;
    }
}

/// A temporary SQLite file.
pub(crate) struct Sqlite(pub(crate) SqliteFile);

impl Database for Sqlite {
    type Store = eventbus_runtime::SqliteStore;

    async fn empty() -> Self {
        Self(SqliteFile::new())
    }

    async fn migrated() -> Self {
        let database = Self::empty().await;
        database.bus().await.migrate().await.unwrap();
        database
    }

    async fn bus(&self) -> EventBus<Self::Store> {
        self.0.empty_bus().await
    }

    async fn execute(&self, sql: &'static str) {
        raw_sql(sql).execute(self.bus().await.pool()).await.unwrap();
    }

    async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        raw_sql(sql).execute(connection).await.map(drop)
    }
}

/// A database on the PostgreSQL server of the tests.
pub(crate) struct Postgres(pub(crate) PgDatabase);

impl Database for Postgres {
    type Store = eventbus_runtime::PgStore;

    async fn empty() -> Self {
        Self(PgDatabase::empty().await)
    }

    async fn migrated() -> Self {
        Self(PgDatabase::new().await)
    }

    async fn bus(&self) -> EventBus<Self::Store> {
        self.0.bus().await
    }

    async fn execute(&self, sql: &'static str) {
        raw_sql(sql).execute(self.bus().await.pool()).await.unwrap();
    }

    async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        raw_sql(sql).execute(connection).await.map(drop)
    }
}
