//! A run that archives and drops is killed at random moments: nothing is lost, and nothing is there twice.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use eventbus_runtime::EventBus;
use eventbus_runtime::store::{NewEvent, Retention};
use eventbus_runtime::testing::suite::tools::{commit, torn};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use eventbus_tests::sqlite::SqliteFile;
use rand::RngExt;
use tempfile::TempDir;

const EVENTS: u32 = 1_000;
const KILLS: usize = 12;

fn worker(url: &str, folder: &TempDir) -> Child {
    let worker = env!("CARGO_BIN_EXE_retention-worker");
    Command::new(worker).arg(url).arg(folder.path()).spawn().unwrap()
}

async fn fill<S: Retention>(bus: &EventBus<S>) {
    for first in (0..EVENTS).step_by(500) {
        let events: Vec<NewEvent> = (first..first + 500).map(torn).collect();
        commit(bus, &events).await;
    }
}

/// Waiting is the point here: the moment of the kill is the random input, not a guess at when something is ready. A program
/// that was done before its kill is followed by one that is killed earlier, and there are always events left, until enough were cut.
async fn survives<S: Retention>(bus: EventBus<S>, url: &str, mut wait: Duration) {
    let mut random = seeded();
    let folder = TempDir::new().unwrap();
    let mut written = 0;
    let mut cut = 0;
    while cut < KILLS {
        if bus.store().count(i64::MAX).await.unwrap() < u64::from(EVENTS) / 2 {
            fill(&bus).await;
            written += EVENTS;
        }
        let mut child = worker(url, &folder);
        let moment = wait.mul_f64(random.random_range(0.0..1.0));
        std::thread::park_timeout(moment);
        match child.try_wait().unwrap() {
            None => cut += 1,
            Some(_) => wait = moment,
        }
        child.kill().unwrap();
        child.wait().unwrap();
        whole(&bus, &folder, written).await;
    }
    assert!(worker(url, &folder).wait().unwrap().success());
    assert_eq!(bus.store().count(i64::MAX).await.unwrap(), 0);
    whole(&bus, &folder, written).await;
}

/// Each event is in the archive or in the log, once.
async fn whole<S: Retention>(bus: &EventBus<S>, folder: &TempDir, written: u32) {
    let report = bus.verify().archive(folder.path()).await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
    let counted = bus.replay("all").archive(folder.path()).dry_run().await.unwrap();
    assert_eq!(counted.count, u64::from(written));
}

/// How long a run takes that nobody kills.
async fn calm<S: Retention>(bus: EventBus<S>, url: &str) -> Duration {
    fill(&bus).await;
    let (folder, start) = (TempDir::new().unwrap(), Instant::now());
    assert!(worker(url, &folder).wait().unwrap().success());
    assert_eq!(bus.store().count(i64::MAX).await.unwrap(), 0);
    start.elapsed()
}

#[tokio::test]
async fn on_sqlite_nothing_is_lost_or_doubled() {
    let first = SqliteFile::new();
    let wait = calm(first.bus().await, &first.url()).await;
    let file = SqliteFile::new();
    survives(file.bus().await, &file.url(), wait).await;
}

#[tokio::test]
async fn on_postgres_nothing_is_lost_or_doubled() {
    let first = PgDatabase::new().await;
    let wait = calm(first.bus().await, &first.url()).await;
    let database = PgDatabase::new().await;
    survives(database.bus().await, &database.url(), wait).await;
}

#[tokio::test]
async fn on_partitions_nothing_is_lost_or_doubled() {
    let first = PgDatabase::new().await;
    first.bus().await.partition_log(50).await.unwrap();
    let wait = calm(first.bus().await, &first.url()).await;
    let database = PgDatabase::new().await;
    // A part of what follows has a partition; the rest is in the default one.
    database.bus().await.partition_log(50).await.unwrap();
    survives(database.bus().await, &database.url(), wait).await;
}
