//! Watches and live queries are told of what another process commits.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{Changed, EventBus, Key, Watch};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use tokio::time::timeout;

use crate::writers::CounterRaised;

const COUNT: &str = "SELECT count(*) FROM eventbus_event WHERE aggregate_id = 'watched'";

/// A process of `tests/src/bin/emitter.rs`; it is killed when this is dropped.
struct Emitter {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Emitter {
    fn start(url: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_emitter"))
            .arg(url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        let mut emitter = Self { process, input, output: BufReader::new(output).lines() };
        emitter.says("ready");
        emitter
    }

    fn says(&mut self, word: &str) {
        assert_eq!(self.output.next().expect("the process goes on").unwrap(), word);
    }

    fn emits(&mut self, counter: &str) {
        writeln!(self.input, "{counter}").unwrap();
        self.says("committed");
    }

    fn leaves_open(&mut self, counter: &str) {
        writeln!(self.input, "open {counter}").unwrap();
        self.says("open");
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Emitter {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

async fn soon<T>(coming: impl Future<Output = Option<T>>) -> T {
    timeout(Duration::from_secs(60), coming).await.expect("it is told").expect("the bus is there")
}

async fn told(watch: &mut Watch) -> Changed {
    soon(watch.changed()).await
}

async fn another_process_is_told_of<S, E, F>(
    bus: EventBus<S>,
    url: String,
    count: impl Fn() -> F + Send + 'static,
) where
    S: Log,
    E: std::fmt::Debug + Send + 'static,
    F: Future<Output = Result<i64, E>> + Send + 'static,
{
    let mut other = Emitter::start(&url);
    let watched = Key::of::<CounterRaised>().of_aggregate("watched");
    let mut watch = bus.watch([watched.clone(), Key::aggregate("last")]).await.unwrap();
    let mut live = bus.live([watched.clone()], count).await.unwrap().distinct();
    assert_eq!(soon(live.next()).await.unwrap(), 0);
    for n in 1..4 {
        other.emits("watched");
        assert!(told(&mut watch).await.has(&watched));
        assert_eq!(soon(live.next()).await.unwrap(), n);
        other.emits("nobody's");
    }
    other.leaves_open("watched");
    other.kill();
    Emitter::start(&url).emits("last");
    assert!(!told(&mut watch).await.has(&watched), "what was open when it was killed never was");
    bus.shutdown().await.unwrap();
    assert!(live.next().await.is_none() && watch.changed().await.is_none());
}

#[tokio::test]
async fn another_process_is_told_of_on_sqlite() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let pool = bus.pool().clone();
    let count = move || {
        let pool = pool.clone();
        async move { sqlx::query_scalar(COUNT).fetch_one(&pool).await }
    };
    // In a task, as whoever serves others has it.
    tokio::spawn(another_process_is_told_of(bus, file.url(), count)).await.unwrap();
}

#[tokio::test]
async fn another_process_is_told_of_on_postgres() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let pool = bus.pool().clone();
    let count = move || {
        let pool = pool.clone();
        async move { sqlx::query_scalar(COUNT).fetch_one(&pool).await }
    };
    tokio::spawn(another_process_is_told_of(bus, database.url(), count)).await.unwrap();
}
