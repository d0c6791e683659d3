//! What the shared behaviours need of a database.

use std::fmt::Debug;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::testing::suite::StoreFixture;
use eventbus_runtime::{EventBus, MemoryStore, PgStore, SqliteBus, SqliteStore};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::{Connection, PgConnection, SqliteConnection, query_scalar, raw_sql};

/// What its store is behind [`StoreFixture`]: the handles have connections of their own, and it goes when it is dropped.
pub(crate) trait Database: StoreFixture<Store: Log<Connection: Connection> + Debug> {
    /// A database without tables.
    async fn empty() -> Self;

    /// A bus on it with connections of its own, as another process would have.
    async fn bus(&self) -> EventBus<Self::Store> {
        EventBus::on(self.store().await)
    }

    /// Runs SQL on it.
    async fn execute(&self, sql: &'static str);

    /// Asks it for a number.
    async fn number(&self, sql: &'static str) -> i64;

    /// Runs SQL on a connection.
    async fn run(
        connection: &mut <Self::Store as Store>::Connection,
        sql: &'static str,
    ) -> Result<(), sqlx::Error>;

    /// A database with tables, and a bus on it.
    async fn migrated() -> (Self, EventBus<Self::Store>) {
        let database = Self::fresh().await;
        let bus = database.bus().await;
        bus.migrate().await.unwrap();
        (database, bus)
    }
}

/// A temporary SQLite file.
pub(crate) struct Sqlite(pub(crate) SqliteFile);

impl StoreFixture for Sqlite {
    type Store = SqliteStore;

    async fn fresh() -> Self {
        Self(SqliteFile::new())
    }

    async fn store(&self) -> SqliteStore {
        self.0.empty_bus().await.store().clone()
    }
}

impl Database for Sqlite {
    async fn empty() -> Self {
        Self(SqliteFile::new())
    }

    async fn execute(&self, sql: &'static str) {
        raw_sql(sql).execute(self.bus().await.pool()).await.unwrap();
    }

    async fn number(&self, sql: &'static str) -> i64 {
        query_scalar(sql).fetch_one(self.bus().await.pool()).await.unwrap()
    }

    async fn run(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        raw_sql(sql).execute(connection).await.map(drop)
    }
}

/// A database on the PostgreSQL server of the tests.
pub(crate) struct Postgres(pub(crate) PgDatabase);

impl Postgres {
    /// Polls `second` until it waits in the database for a lock of somebody's open transaction.
    ///
    /// # Panics
    /// When it ends without having waited.
    pub(crate) async fn until_it_waits<F: Future<Output: Debug>>(&self, mut second: Pin<&mut F>) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
                       AND wait_event_type = 'Lock'";
        while self.number(waiting).await == 0 {
            let polled = poll_fn(|context| Poll::Ready(second.as_mut().poll(context))).await;
            assert!(polled.is_pending(), "the first is still open: {polled:?}");
        }
    }
}

impl StoreFixture for Postgres {
    type Store = PgStore;

    async fn fresh() -> Self {
        Self(PgDatabase::new().await)
    }

    async fn store(&self) -> PgStore {
        self.0.bus().await.store().clone()
    }
}

impl Database for Postgres {
    async fn empty() -> Self {
        Self(PgDatabase::empty().await)
    }

    async fn execute(&self, sql: &'static str) {
        raw_sql(sql).execute(self.bus().await.pool()).await.unwrap();
    }

    async fn number(&self, sql: &'static str) -> i64 {
        query_scalar(sql).fetch_one(self.bus().await.pool()).await.unwrap()
    }

    async fn run(connection: &mut PgConnection, sql: &'static str) -> Result<(), sqlx::Error> {
        raw_sql(sql).execute(connection).await.map(drop)
    }
}

/// The same with a log of partitions, so small that a test crosses some of them.
pub(crate) struct Partitioned(pub(crate) PgDatabase);

/// How many numbers each has.
pub(crate) const SIZE: u32 = 3;

impl StoreFixture for Partitioned {
    type Store = PgStore;

    async fn fresh() -> Self {
        let database = PgDatabase::new().await;
        database.bus().await.partition_log(SIZE).await.unwrap();
        Self(database)
    }

    async fn store(&self) -> PgStore {
        self.0.bus().await.store().clone()
    }
}

/// An SQLite database without a file. One pool alone has it.
pub(crate) struct SqliteInMemory(SqliteStore);

impl StoreFixture for SqliteInMemory {
    type Store = SqliteStore;

    async fn fresh() -> Self {
        Self(SqliteBus::connect("sqlite::memory:").await.unwrap().store().clone())
    }

    async fn store(&self) -> SqliteStore {
        self.0.clone()
    }
}

/// The store of unit tests.
pub(crate) struct Memory(MemoryStore);

impl StoreFixture for Memory {
    type Store = MemoryStore;

    async fn fresh() -> Self {
        Self(MemoryStore::new())
    }

    async fn store(&self) -> MemoryStore {
        self.0.clone()
    }
}
