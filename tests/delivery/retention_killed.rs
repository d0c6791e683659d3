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

const EVENTS: u32 = 2_000;
const KILLS: usize = 12;

fn worker(url: &str, folder: &TempDir) -> Child {
    let worker = env!("CARGO_BIN_EXE_retention-worker");
    Command::new(worker).arg(url).arg(folder.path()).spawn().unwrap()
}

async fn fill<S: Retention>(bus: &EventBus<S>) {
    for first in (0..EVENTS).step_by(500) {
        fill_with(bus, first).await;
    }
}

async fn fill_with<S: Retention>(bus: &EventBus<S>, first: u32) {
    let events: Vec<NewEvent> = (first..first + 500).map(torn).collect();
    commit(bus, &events).await;
}

/// Waiting is the point here: the moment of the kill is the random input, not a guess at when something is ready.
async fn survives<S: Retention>(bus: EventBus<S>, url: &str, folder: TempDir, whole: Duration) {
    let mut random = seeded();
    let mut cut = 0;
    for _ in 0..KILLS {
        let mut child = worker(url, &folder);
        std::thread::park_timeout(whole.mul_f64(random.random_range(0.0..0.3)));
        cut += usize::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        let report = bus.verify().archive(folder.path()).await.unwrap();
        assert_eq!(report.findings(), [], "{report}");
        let counted = bus.replay("all").archive(folder.path()).dry_run().await.unwrap();
        assert_eq!(counted.count, u64::from(EVENTS), "each is in the archive or in the log");
    }
    assert!(cut >= KILLS / 3, "only {cut} of {KILLS} kills met a running program");
    assert!(worker(url, &folder).wait().unwrap().success());
    assert_eq!(bus.store().count(i64::MAX).await.unwrap(), 0);
    let counted = bus.replay("all").archive(folder.path()).dry_run().await.unwrap();
    assert_eq!(counted.count, u64::from(EVENTS));
    let report = bus.verify().archive(folder.path()).await.unwrap();
    assert_eq!(report.findings(), [], "{report}");
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
    let whole = calm(first.bus().await, &first.url()).await;
    let file = SqliteFile::new();
    fill(&file.bus().await).await;
    survives(file.bus().await, &file.url(), TempDir::new().unwrap(), whole).await;
}

#[tokio::test]
async fn on_postgres_nothing_is_lost_or_doubled() {
    let first = PgDatabase::new().await;
    let whole = calm(first.bus().await, &first.url()).await;
    let database = PgDatabase::new().await;
    fill(&database.bus().await).await;
    survives(database.bus().await, &database.url(), TempDir::new().unwrap(), whole).await;
}

#[tokio::test]
async fn on_partitions_nothing_is_lost_or_doubled() {
    let first = PgDatabase::new().await;
    first.bus().await.partition_log(50).await.unwrap();
    let whole = calm(first.bus().await, &first.url()).await;
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    for first in (0..EVENTS).step_by(500) {
        // Each time less than half of it has a partition; the rest is in the default one.
        bus.partition_log(50).await.unwrap();
        fill_with(&bus, first).await;
    }
    survives(bus, &database.url(), TempDir::new().unwrap(), whole).await;
}
