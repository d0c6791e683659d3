//! The two databases of the trials.

use std::future::Future;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{EventBus, PgBus, PgStore, SqliteBus, SqliteStore};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::pool::PoolConnection;
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{ConnectOptions, Pool, Postgres, Sqlite, query, query_scalar, raw_sql};

use crate::slowly::Slowly;

const TABLES: &str = "CREATE TABLE business (trial text NOT NULL); \
    CREATE TABLE seen (trial text NOT NULL, part bigint NOT NULL)";

/// What the trials need of a database.
pub(crate) trait Database: Sized + 'static {
    type Sqlx: sqlx::Database;
    type Store: Log<Connection = <Self::Sqlx as sqlx::Database>::Connection>;

    /// A database with tables, a bus with two connections on it, and one beside it to look from.
    async fn open() -> (Self, EventBus<Self::Store>, EventBus<Self::Store>);

    /// Another bus on this database, with a pool of its own.
    fn connect(&self) -> impl Future<Output = eventbus_runtime::Result<EventBus<Self::Store>>>;

    /// Another bus on the pool of this one.
    fn beside(bus: &EventBus<Self::Store>) -> EventBus<Self::Store>;

    fn pool(bus: &EventBus<Self::Store>) -> &Pool<Self::Sqlx>;

    /// [`PgBus::begin`], or that of SQLite.
    async fn begin(
        bus: &EventBus<Self::Store>,
    ) -> eventbus_runtime::Result<sqlx::Transaction<'static, Self::Sqlx>>;

    /// Runs a statement with the trial's name as `$1` and a number as `$2`.
    fn run(
        connection: &mut <Self::Store as Store>::Connection,
        sql: &'static str,
        trial: &str,
        part: i64,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// Asks with the trial's name as `$1`.
    async fn count(bus: &EventBus<Self::Store>, sql: &'static str, trial: &str) -> i64;

    /// Whether no connection to the database but the asking one is inside a transaction.
    async fn is_at_rest(observer: &EventBus<Self::Store>) -> bool;

    /// Fails where the connection is inside a transaction, or holds a lock of its session.
    async fn is_clean(connection: &mut PoolConnection<Self::Sqlx>);

    /// Leaves a mark on a connection that a rollback does not take away, and that is not clean.
    fn mark(
        connection: &mut <Self::Store as Store>::Connection,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;

    /// A statement that takes a second or so, with the trial's name as `$1` and 0 as `$2`.
    const SLOW: &'static str;

    /// Whether whoever listens for commits does so.
    async fn is_listening(observer: &EventBus<Self::Store>) -> bool;

    /// How many tasks are the test's own.
    fn tasks(&self) -> usize {
        0
    }
}

/// PostgreSQL, on a slow way.
pub(crate) struct Pg {
    way: Slowly,
    url: String,
    _database: PgDatabase,
}

impl Database for Pg {
    type Sqlx = Postgres;
    type Store = PgStore;

    async fn open() -> (Self, PgBus, PgBus) {
        let database = PgDatabase::new().await;
        let observer = database.bus().await;
        raw_sql(TABLES).execute(observer.pool()).await.unwrap();
        let server = observer.pool().connect_options();
        let way = Slowly::to(&server);
        let pool = PgPoolOptions::new().max_connections(2);
        let options = way.options(&server);
        let url = options.to_url_lossy().to_string();
        let pool = pool.connect_with(options).await.unwrap();
        (Self { way, url, _database: database }, PgBus::new(pool), observer)
    }

    fn tasks(&self) -> usize {
        self.way.tasks()
    }

    async fn connect(&self) -> eventbus_runtime::Result<PgBus> {
        PgBus::connect(&self.url).await
    }

    fn beside(bus: &PgBus) -> PgBus {
        PgBus::new(bus.pool().clone())
    }

    fn pool(bus: &PgBus) -> &Pool<Postgres> {
        bus.pool()
    }

    async fn begin(bus: &PgBus) -> eventbus_runtime::Result<sqlx::Transaction<'static, Postgres>> {
        bus.begin().await
    }

    async fn run(
        connection: &mut sqlx::PgConnection,
        sql: &'static str,
        trial: &str,
        part: i64,
    ) -> Result<(), sqlx::Error> {
        query(sql).bind(trial).bind(part).execute(connection).await.map(drop)
    }

    async fn count(bus: &PgBus, sql: &'static str, trial: &str) -> i64 {
        query_scalar(sql).bind(trial).fetch_one(bus.pool()).await.unwrap()
    }

    async fn is_at_rest(observer: &PgBus) -> bool {
        let inside = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
            AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
        let inside: i64 = query_scalar(inside).fetch_one(observer.pool()).await.unwrap();
        inside == 0
    }

    /// The relay has two locks: its session's, and that of whoever sleeps.
    async fn is_listening(observer: &PgBus) -> bool {
        let locks = "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
            WHERE l.locktype = 'advisory' AND d.datname = current_database()";
        let locks: i64 = query_scalar(locks).fetch_one(observer.pool()).await.unwrap();
        locks == 2
    }

    const SLOW: &'static str = "SELECT pg_sleep(1) WHERE $1 <> '' AND $2 = 0";

    async fn mark(connection: &mut sqlx::PgConnection) -> Result<(), sqlx::Error> {
        raw_sql("SELECT pg_advisory_lock(1)").execute(connection).await.map(drop)
    }

    async fn is_clean(connection: &mut PoolConnection<Postgres>) {
        let locks =
            "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'";
        let locks: i64 = query_scalar(locks).fetch_one(&mut **connection).await.unwrap();
        assert_eq!(locks, 0, "a pooled connection holds no lock");
        // Outside of a transaction a savepoint is refused.
        raw_sql("SAVEPOINT x").execute(&mut **connection).await.expect_err("it is in none");
    }
}

/// A file of SQLite.
pub(crate) struct File {
    file: SqliteFile,
}

impl Database for File {
    type Sqlx = Sqlite;
    type Store = SqliteStore;

    async fn open() -> (Self, SqliteBus, SqliteBus) {
        let file = SqliteFile::new();
        let observer = file.bus().await;
        raw_sql(TABLES).execute(observer.pool()).await.unwrap();
        let options = observer.pool().connect_options();
        let pool = SqlitePoolOptions::new()
            .max_connections(2)
            .connect_with((*options).clone())
            .await
            .unwrap();
        (Self { file }, SqliteBus::new(pool), observer)
    }

    async fn connect(&self) -> eventbus_runtime::Result<SqliteBus> {
        SqliteBus::connect(&self.file.url()).await
    }

    fn beside(bus: &SqliteBus) -> SqliteBus {
        SqliteBus::new(bus.pool().clone())
    }

    fn pool(bus: &SqliteBus) -> &Pool<Sqlite> {
        bus.pool()
    }

    async fn begin(
        bus: &SqliteBus,
    ) -> eventbus_runtime::Result<sqlx::Transaction<'static, Sqlite>> {
        bus.begin().await
    }

    async fn run(
        connection: &mut sqlx::SqliteConnection,
        sql: &'static str,
        trial: &str,
        part: i64,
    ) -> Result<(), sqlx::Error> {
        query(sql).bind(trial).bind(part).execute(connection).await.map(drop)
    }

    async fn count(bus: &SqliteBus, sql: &'static str, trial: &str) -> i64 {
        query_scalar(sql).bind(trial).fetch_one(bus.pool()).await.unwrap()
    }

    /// A checkpoint that empties the log of writes needs a file that nobody reads or writes.
    async fn is_at_rest(observer: &SqliteBus) -> bool {
        let busy: i64 = query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
            .fetch_one(observer.pool())
            .await
            .unwrap();
        busy == 0
    }

    /// It does from the moment at which there is nothing to do.
    async fn is_listening(_: &SqliteBus) -> bool {
        true
    }

    const SLOW: &'static str = "INSERT INTO business (trial) WITH RECURSIVE n (i) AS ( \
        SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT $1 FROM n WHERE i = $2";

    async fn mark(connection: &mut sqlx::SqliteConnection) -> Result<(), sqlx::Error> {
        raw_sql("PRAGMA cache_size = 77").execute(connection).await.map(drop)
    }

    async fn is_clean(connection: &mut PoolConnection<Sqlite>) {
        let mark: i64 =
            query_scalar("PRAGMA cache_size").fetch_one(&mut **connection).await.unwrap();
        assert_ne!(mark, 77, "it is none that was to be closed");
        raw_sql("BEGIN IMMEDIATE").execute(&mut **connection).await.expect("it is in none");
        raw_sql("ROLLBACK").execute(&mut **connection).await.unwrap();
    }
}
