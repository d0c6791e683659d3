//! A conversion of the log into one of partitions is killed at random moments, while others emit: the log is whole and takes
//! events at any time, and the next attempt goes on.

use std::process::{Child, Command};
use std::thread::park_timeout;
use std::time::Instant;

use eventbus_runtime::PgBus;
use eventbus_runtime::store::NewEvent;
use eventbus_runtime::testing::suite::tools::{commit, log, torn};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use rand::RngExt;

const EVENTS: u32 = 2_000;
const KILLS: usize = 10;

fn worker(database: &PgDatabase) -> Child {
    let worker = env!("CARGO_BIN_EXE_partition-worker");
    Command::new(worker).args([&database.url(), "500"]).spawn().unwrap()
}

async fn filled() -> (PgDatabase, PgBus) {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let events: Vec<NewEvent> = (0..EVENTS).map(torn).collect();
    commit(&bus, &events).await;
    (database, bus)
}

/// Waiting is the point here: the moment of the kill is the random input, not a guess at when something is ready.
#[tokio::test]
async fn a_killed_conversion_leaves_a_whole_log() {
    let mut random = seeded();
    let (database, _bus) = filled().await;
    let start = Instant::now();
    assert!(worker(&database).wait().unwrap().success());
    let whole = start.elapsed();
    let mut cut = 0;
    for _ in 0..KILLS {
        let (database, bus) = filled().await;
        let mut child = worker(&database);
        park_timeout(whole.mul_f64(random.random_range(0.1..0.9)));
        cut += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        commit(&bus, &[torn(EVENTS)]).await;
        let report = bus.verify().await.unwrap();
        assert_eq!(report.findings(), [], "{report}");
        assert!(worker(&database).wait().unwrap().success());
        commit(&bus, &[torn(EVENTS + 1)]).await;
        let numbers: Vec<i64> = log(&bus).await.iter().map(|stored| stored.position).collect();
        assert_eq!(numbers, (1..=i64::from(EVENTS) + 2).collect::<Vec<_>>());
        assert_eq!(bus.partition_log(500).await.unwrap().default_bytes, 0);
    }
    assert!(cut >= KILLS / 3, "only {cut} of {KILLS} kills met a running program");
}
