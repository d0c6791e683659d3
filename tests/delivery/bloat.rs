//! What the runtime writes, while a snapshot that somebody holds keeps every old row version.

use std::time::Duration;

use eventbus_runtime::{Event, HandlerError, PgBus};
use eventbus_tests::postgres::PgDatabase;
use tokio::time::sleep;

use crate::writers::CounterRaised;

const EVENTS: i64 = 5_000;
const PAGE: usize = 500;
const SHARDS: i64 = 16;

/// How many versions of cursors, replicas and subscriptions there are. Under a held snapshot none of them goes.
async fn versions(bus: &PgBus) -> i64 {
    let count = "SELECT (SELECT sum(n_tup_ins + n_tup_upd) FROM pg_stat_user_tables \
        WHERE relname IN ('eventbus_shard', 'eventbus_replica', 'eventbus_subscription'))::bigint";
    sqlx::query_scalar(count).fetch_one(bus.pool()).await.unwrap()
}

/// The same, when the server has counted what its sessions did: it does so once they were idle for a second.
async fn counted(bus: &PgBus) -> i64 {
    let mut before = -1;
    for _ in 0..8 {
        let now = versions(bus).await;
        if now == before {
            return now;
        }
        before = now;
        sleep(Duration::from_millis(1_500)).await;
    }
    panic!("it is written to while nothing happens")
}

#[tokio::test]
async fn writes_grow_with_pages_and_leases_and_neither_with_events_nor_with_polls() {
    let database = PgDatabase::new().await;
    let (bus, observer) = (database.bus().await, database.bus().await);
    let mut held =
        observer.pool().begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    sqlx::query("SELECT 1 FROM eventbus_schema").execute(&mut *held).await.unwrap();

    let handler = async |_: Event<CounterRaised>| Ok::<_, HandlerError>(());
    let subscription = bus.subscribe("busy").page(PAGE).poll(Duration::from_millis(5));
    let running = subscription.handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let started = counted(&observer).await;
    let idle = counted(&observer).await;
    assert!(idle - started <= 2, "{} versions while 300 polls found nothing", idle - started);

    let events: Vec<_> = (0..EVENTS).map(|n| CounterRaised { counter: n.to_string(), n }).collect();
    bus.emit(bus.pool(), events).await.unwrap();
    running.settled().await.unwrap();
    let written = counted(&observer).await - idle;
    let pages = EVENTS / i64::try_from(PAGE).unwrap();
    println!("{written} versions for {EVENTS} events in {pages} pages");
    assert!(written >= SHARDS, "the cursors moved");
    assert!(written <= SHARDS * (pages * 2 + 2), "{written} versions for {pages} pages");
    assert_eq!(running.stats().total.handled, 5_000);
    held.rollback().await.unwrap();
    bus.shutdown().await.unwrap();
}
