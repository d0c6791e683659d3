//! A process that is stopped for longer than its lease commits nothing of what it held when it goes on.

use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use eventbus_runtime::{LetterFilter, PgBus};
use eventbus_tests::postgres::PgDatabase;
use tokio::time::timeout;

use crate::writers::CounterRaised;

/// A process of `tests/src/bin/stopped-worker.rs`; it is killed when this is dropped.
struct Worker {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(database: &PgDatabase, name: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_stopped-worker"))
            .args([&database.url(), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut worker = Self { process, output };
        worker.says("ready");
        worker
    }

    fn says(&mut self, word: &str) {
        assert_eq!(self.output.next().expect("the process goes on").unwrap(), word);
    }

    fn goes_on(&mut self) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-CONT", &id]).status().unwrap().success());
        self.says("continued");
    }

    /// Its end, without being killed.
    fn ends(&mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().unwrap().success(), "it ends cleanly");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

async fn emit(bus: &PgBus, numbers: std::ops::RangeInclusive<i64>) {
    for n in numbers {
        for counter in ["a", "b", "c", "d"].map(str::to_owned) {
            bus.emit(bus.pool(), CounterRaised { counter, n }).await.unwrap();
        }
    }
}

async fn handled(bus: &PgBus) -> i64 {
    let count = sqlx::query_scalar("SELECT count(DISTINCT (counter, n)) FROM handled");
    count.fetch_one(bus.pool()).await.unwrap()
}

/// Within a minute, or the takeover has failed.
async fn until_handled(bus: &PgBus, count: i64) {
    let waiting = async {
        while handled(bus).await < count {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect("all is handled");
}

#[tokio::test]
async fn a_process_stopped_inside_a_transaction_commits_nothing_after_its_lease() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let table = "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, counter text, n bigint, worker text)";
    sqlx::query(table).execute(bus.pool()).await.unwrap();
    let mut first = Worker::start(&database, "first");
    emit(&bus, 1..=5).await;
    first.says("stopping");
    let mut second = Worker::start(&database, "second");
    // The first still has its sessions, with their locks: only the lease can let the second in.
    until_handled(&bus, 20).await;
    first.goes_on();
    emit(&bus, 6..=10).await;
    until_handled(&bus, 40).await;
    first.ends();
    second.ends();
    let rows: Vec<(String, i64)> = sqlx::query_as("SELECT counter, n FROM handled ORDER BY at")
        .fetch_all(bus.pool())
        .await
        .unwrap();
    for counter in ["a", "b", "c", "d"] {
        let of_it: Vec<i64> = rows.iter().filter(|row| row.0 == counter).map(|row| row.1).collect();
        assert_eq!(of_it, (1..=10).collect::<Vec<_>>(), "{counter}: once each, in order");
    }
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0);
}
