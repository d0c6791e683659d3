//! What statistics read is bounded, whatever the log holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};

use eventbus_runtime::stats::Statistics;
use eventbus_runtime::store::{Handles, Log, Registration, Start};
use eventbus_runtime::{EventBus, PgBus, SqliteBus};
use sqlx::postgres::PgPoolOptions;
use sqlx::sqlite::SqlitePoolOptions;
use uuid::Uuid;

use crate::database::{Database, Postgres, Sqlite};

/// More than are ever looked through for one subscription.
const LOG: u64 = 120_000;

/// One in a thousand is of the rare type.
const POSTGRES: &str = "\
    INSERT INTO eventbus_event (epoch, shard, version, id, type, source, tenant, aggregate_id, data) \
    SELECT 1, n % 1024, 1, ('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, \
        CASE WHEN n % 1000 = 0 THEN 'note.rare' ELSE 'note.taken' END, '/bench', 't' || n % 5, 'a', '{}' \
    FROM generate_series(1, 120000) AS n";

const SQLITE: &str = "\
    WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < 120000) \
    INSERT INTO eventbus_event (shard, version, id, type, source, tenant, aggregate_id, data) \
    SELECT n % 1024, 1, printf('01900000-0000-7000-8000-%012x', n), \
        CASE WHEN n % 1000 = 0 THEN 'note.rare' ELSE 'note.taken' END, '/bench', 't' || n % 5, 'a', '{}' FROM series";

/// Subscriptions that have everything before them.
async fn register<S: Log>(bus: &EventBus<S>) {
    for (name, event_type) in [("rare", "note.rare"), ("all", "note.*")] {
        let handles: Handles = [(event_type.to_owned(), 1)].into();
        let subscription = name.to_owned();
        let registration =
            Registration { subscription, start: Start::Beginning, shards: 16, handles };
        bus.store().register(&registration).await.unwrap();
    }
}

/// That a figure is an estimate near what there is, and says so.
fn is_about(told: &Statistics, expected: u64) {
    let pending = &told.total.pending;
    assert!(!pending.exact, "{told}");
    assert!((expected / 2..expected * 2).contains(&pending.events), "{told}");
}

/// How many rows of the log a connection read that asked for this, as the server counts them.
async fn read(database: &Postgres, ask: impl AsyncFnOnce(PgBus)) -> i64 {
    let counted = "SELECT coalesce(idx_tup_fetch, 0) + seq_tup_read FROM pg_stat_user_tables \
        WHERE relname = 'eventbus_event'";
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND application_name = 'bounded'";
    let before = database.number(counted).await;
    let options = database.0.url().parse::<sqlx::postgres::PgConnectOptions>().unwrap();
    let pool =
        PgPoolOptions::new().connect_with(options.application_name("bounded")).await.unwrap();
    ask(PgBus::new(pool.clone())).await;
    pool.close().await;
    // A session tells what it counted when it ends.
    while database.number(open).await > 0 {
        tokio::task::yield_now().await;
    }
    database.number(counted).await - before
}

#[tokio::test]
async fn statistics_read_a_bounded_part_of_a_large_log_on_postgres() {
    let (database, bus) = Postgres::migrated().await;
    register(&bus).await;
    database.execute(POSTGRES).await;
    database.execute("ANALYZE eventbus_event").await;
    for (name, expected) in [("rare", LOG / 1_000), ("all", LOG)] {
        let ask = async |bus: PgBus| {
            is_about(&bus.stats().of_subscription(name).await.unwrap(), expected)
        };
        let rows = read(&database, ask).await;
        assert!((20_000..41_000).contains(&rows), "{rows} rows were read for `{name}`");
    }
}

/// Ids that are the correlation of nothing and no event's: of an earlier time, of a later one, and of none.
const STRANGERS: [u128; 3] = [
    0x0180_0000_0000_7000_8000_0000_0000_0001,
    0x01a0_0000_0000_7000_8000_0000_0000_0001,
    0x0190_0000_0000_4000_8000_0000_0000_0001,
];

#[tokio::test]
async fn the_event_of_a_correlation_is_not_looked_for_in_all_of_the_log_on_postgres() {
    let (database, _) = Postgres::migrated().await;
    database.execute(POSTGRES).await;
    database.execute("ANALYZE eventbus_event").await;
    for stranger in STRANGERS.map(Uuid::from_u128) {
        let ask = async |bus: PgBus| {
            assert!(bus.correlation(stranger).await.unwrap().events.is_empty());
        };
        let rows = read(&database, ask).await;
        assert!(rows < 200, "{rows} rows were read for {stranger}");
    }
}

/// The steps of SQLite's machine, in thousands, that this takes.
async fn steps(database: &Sqlite, ask: impl AsyncFnOnce(SqliteBus)) -> i64 {
    let count = Arc::new(AtomicI64::new(0));
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect(&database.0.url()).await.unwrap();
    let counts = Arc::clone(&count);
    let mut connection = pool.acquire().await.unwrap();
    connection.lock_handle().await.unwrap().set_progress_handler(1_000, move || {
        counts.fetch_add(1, SeqCst);
        true
    });
    drop(connection);
    ask(SqliteBus::new(pool)).await;
    count.load(SeqCst)
}

#[tokio::test]
async fn the_event_of_a_correlation_is_not_looked_for_in_all_of_the_log_on_sqlite() {
    let (database, _) = Sqlite::migrated().await;
    database.execute(SQLITE).await;
    for stranger in STRANGERS.map(Uuid::from_u128) {
        let ask = async |bus: SqliteBus| {
            assert!(bus.correlation(stranger).await.unwrap().events.is_empty());
        };
        let taken = steps(&database, ask).await;
        assert!(taken < 20, "{taken} thousand steps for {stranger}");
    }
}

#[tokio::test]
async fn statistics_read_a_bounded_part_of_a_large_log_on_sqlite() {
    let (database, bus) = Sqlite::migrated().await;
    register(&bus).await;
    for (name, frequency) in [("rare", 1_000), ("all", 1)] {
        let mut taken = Vec::new();
        for _ in 0..2 {
            database.execute(SQLITE).await;
            let stored = database.number("SELECT count(*) FROM eventbus_event").await;
            let expected = stored.unsigned_abs() / frequency;
            let ask = async |bus: SqliteBus| {
                is_about(&bus.stats().of_subscription(name).await.unwrap(), expected);
            };
            taken.push(steps(&database, ask).await);
        }
        assert!(taken[1] < taken[0] * 11 / 10, "more for a larger log: {taken:?} for `{name}`");
    }
}
