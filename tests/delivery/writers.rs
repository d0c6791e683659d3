//! The reading law: writers commit out of order, roll back, and one transaction stays open for the whole run.

use std::collections::BTreeMap;

use eventbus_runtime::{DomainEvent, Event, HandlerError, LetterFilter, PgBus, PgTx};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::{PgPool, Row};

const WRITERS: usize = 8;
const TRANSACTIONS: usize = 60;
const COUNTERS: usize = 12;

/// The events of the test.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum TallyEvent {
    /// Of one counter.
    Counter(CounterEvent),
}

/// The events of a counter.
#[derive(Debug, Clone, DomainEvent)]
pub(crate) enum CounterEvent {
    /// A counter was raised to `n`.
    Raised {
        /// The counter.
        #[event(aggregate_id)]
        counter: String,
        /// Its new value, one more than before.
        n: i64,
    },
}

/// Fails on a gap, on a repetition and on a step back: each would leave an event unhandled at the end.
pub(crate) async fn follow(mut tx: PgTx, event: Event<CounterRaised>) -> Result<(), HandlerError> {
    let moved = sqlx::query("UPDATE follower SET n = $2 WHERE counter = $1 AND n = $2 - 1")
        .bind(&event.counter)
        .bind(event.n)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        let text = format!("{} reached {} out of turn", event.counter, event.n);
        return Err(HandlerError::terminal(text));
    }
    Ok(())
}

pub(crate) async fn tables(pool: &PgPool) {
    for table in ["counter", "follower"] {
        let create = format!("CREATE TABLE {table} (counter text PRIMARY KEY, n bigint NOT NULL)");
        sqlx::query(sqlx::AssertSqlSafe(create)).execute(pool).await.unwrap();
        let fill = format!("INSERT INTO {table} SELECT 'c' || i, 0 FROM generate_series(0, $1) i");
        let last = i64::try_from(COUNTERS).unwrap();
        sqlx::query(sqlx::AssertSqlSafe(fill)).bind(last).execute(pool).await.unwrap();
    }
}

/// Raises some counters, in a fixed order so that writers never deadlock, then commits or rolls back.
pub(crate) async fn write(bus: &PgBus, random: &mut StdRng) {
    try_write(bus, random).await.unwrap();
}

/// The same where the database may be away.
pub(crate) async fn try_write(bus: &PgBus, random: &mut StdRng) -> Result<(), HandlerError> {
    let mut tx = bus.begin().await?;
    for counter in (0..COUNTERS).filter(|_| random.random_bool(0.2)) {
        let counter = format!("c{counter}");
        let n: i64 = sqlx::query("UPDATE counter SET n = n + 1 WHERE counter = $1 RETURNING n")
            .bind(&counter)
            .fetch_one(&mut *tx)
            .await?
            .get(0);
        bus.emit(&mut tx, CounterRaised { counter, n }).await?;
        tokio::task::yield_now().await;
    }
    if random.random_bool(0.25) { tx.rollback().await } else { tx.commit().await }?;
    Ok(())
}

pub(crate) async fn values(pool: &PgPool, table: &str) -> BTreeMap<String, i64> {
    let select = format!("SELECT counter, n FROM {table}");
    let rows = sqlx::query(sqlx::AssertSqlSafe(select)).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writers_that_overlap_and_roll_back_lose_nothing_and_wait_for_no_open_transaction() {
    let mut random = seeded();
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let pool = bus.pool().clone();
    tables(&pool).await;

    // It holds a position below all others for the whole run.
    let mut held = bus.begin().await.unwrap();
    let counter = format!("c{COUNTERS}");
    bus.emit(&mut held, CounterRaised { counter: counter.clone(), n: 1 }).await.unwrap();

    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    let writers: Vec<_> = (0..WRITERS)
        .map(|_| {
            let (bus, mut random) = (bus.clone(), StdRng::seed_from_u64(random.random()));
            tokio::spawn(async move {
                for _ in 0..TRANSACTIONS {
                    write(&bus, &mut random).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    running.settled().await.unwrap();
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0);
    let mut written = values(&pool, "counter").await;
    assert_eq!(values(&pool, "follower").await, written, "handled while a transaction is open");
    assert!(written.values().sum::<i64>() > 100);

    held.commit().await.unwrap();
    running.settled().await.unwrap();
    written.insert(counter, 1);
    assert_eq!(values(&pool, "follower").await, written, "the late one is handled as well");
    bus.shutdown().await.unwrap();
}
