//! Two processes on one SQLite file: both emit, both run a replica of one subscription, and one is killed.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use eventbus_runtime::{LetterFilter, SqliteBus};
use eventbus_tests::sqlite::SqliteFile;
use sqlx::raw_sql;

/// A process of `tests/src/bin/tally-worker.rs`; it is killed when this is dropped.
struct Worker {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(file: &SqliteFile, name: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_tally-worker"))
            .args([&file.url(), name])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut worker = Self { process, input, output: BufReader::new(output).lines() };
        worker.says("ready");
        worker
    }

    fn says(&mut self, word: &str) {
        assert_eq!(self.output.next().expect("the process goes on").unwrap(), word);
    }

    fn emit(&mut self, count: u32) {
        writeln!(self.input, "{count}").unwrap();
    }

    /// As the system ends a process without asking it: `SIGKILL` on Unix.
    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

async fn tables(bus: &SqliteBus) {
    raw_sql(
        "CREATE TABLE tally (tally TEXT PRIMARY KEY, n INTEGER NOT NULL); \
         CREATE TABLE follower (tally TEXT PRIMARY KEY, n INTEGER NOT NULL); \
         CREATE TABLE handled (tally TEXT, n INTEGER, worker TEXT NOT NULL, PRIMARY KEY (tally, n)); \
         INSERT INTO tally SELECT 't' || value, 0 FROM json_each(json_array( \
             0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)); \
         INSERT INTO follower SELECT tally, n FROM tally",
    )
    .execute(bus.pool())
    .await
    .unwrap();
}

async fn count(bus: &SqliteBus, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(bus.pool()).await.unwrap()
}

async fn handled_by(bus: &SqliteBus, worker: &str) -> i64 {
    let count = sqlx::query_scalar("SELECT count(*) FROM handled WHERE worker = ?1").bind(worker);
    count.fetch_one(bus.pool()).await.unwrap()
}

/// Waits until a count is more than that; the event that was handled is the signal, in the database itself.
async fn until_more(bus: &SqliteBus, worker: &str, before: i64) {
    while handled_by(bus, worker).await <= before {
        tokio::task::yield_now().await;
    }
}

async fn until_all_is_handled(bus: &SqliteBus) {
    let behind =
        "SELECT count(*) FROM tally JOIN follower USING (tally) WHERE tally.n <> follower.n";
    while count(bus, behind).await > 0 {
        let letters = bus.dead_letters().list(&LetterFilter::all(), None, 1).await.unwrap();
        assert!(letters.is_empty(), "{letters:?}");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn two_processes_share_a_file_and_one_is_killed() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    tables(&bus).await;
    let (mut first, mut second) = (Worker::start(&file, "first"), Worker::start(&file, "second"));
    // The first has all shards until it sees the second.
    let mut emitted = 0;
    while handled_by(&bus, "second").await == 0 {
        for worker in [&mut first, &mut second] {
            worker.emit(40);
        }
        for worker in [&mut first, &mut second] {
            worker.says("emitted");
        }
        emitted += 80;
    }
    until_all_is_handled(&bus).await;
    assert_eq!(count(&bus, "SELECT sum(n) FROM tally").await, emitted);
    assert_eq!(count(&bus, "SELECT count(*) FROM handled").await, emitted, "each once");

    let before = handled_by(&bus, "first").await;
    first.emit(1_000_000);
    second.emit(400);
    until_more(&bus, "first", before).await;
    first.kill();
    let killed = Instant::now();
    second.says("emitted");
    second.emit(80);
    second.says("emitted");
    until_all_is_handled(&bus).await;
    let took = killed.elapsed();
    assert!(took < Duration::from_secs(60), "{took:?}: its lease is ten minutes");
    assert_eq!(
        count(&bus, "SELECT count(*) FROM handled").await,
        count(&bus, "SELECT sum(n) FROM tally").await,
        "what was committed is handled, each once"
    );
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0, "in turn");
}
