//! Scheduled events and processes: several that move at once, some that are killed in the middle, and one whose clock is
//! wrong and jumps.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use eventbus_runtime::store::Log;
use eventbus_runtime::{EventBus, PgBus, ScheduleFilter};
use eventbus_tests::faketime;
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::raw_sql;
use tokio::time::timeout;

use crate::writers::CounterRaised;

/// How many times are due, each with an event of each counter.
const TIMES: i64 = 240;

/// How many events are moved between two kills at least, of 1,200.
const ROUND: u64 = 50;

const COUNTERS: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A process of `tests/src/bin/schedule-worker.rs`; it is killed when this is dropped.
struct Worker {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Worker {
    fn start(url: &str) -> Self {
        Self::with(Command::new(env!("CARGO_BIN_EXE_schedule-worker")).arg(url))
    }

    /// One that sees another time than the machine; which one, a file says.
    fn with_clock(url: &str, clock: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_schedule-worker"));
        let missing =
            "libfaketime is missing: install the package `faketime`, or let scripts/test do so";
        Self::with(command.arg(url).envs(faketime::variables(clock).expect(missing)))
    }

    fn with(command: &mut Command) -> Self {
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Self { process, input, output: BufReader::new(output).lines() }
    }

    fn says(&mut self) -> String {
        self.output.next().expect("the process goes on").unwrap()
    }

    fn asked(&mut self, line: &str) -> String {
        writeln!(self.input, "{line}").unwrap();
        self.says()
    }

    /// How many seconds its clock is ahead.
    fn ahead(&mut self) -> i64 {
        let seen: i64 = self.asked("clock").parse().unwrap();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        seen - i64::try_from(now).unwrap()
    }

    /// `SIGKILL`.
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

/// Within a minute, or somebody moves nothing.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect(what);
}

/// Schedules everything for times that have passed, the latest first.
async fn fill<S: Log>(bus: &EventBus<S>) {
    for n in (0..TIMES).rev() {
        let events = COUNTERS.map(|counter| CounterRaised { counter: counter.to_owned(), n });
        let due = UNIX_EPOCH + Duration::from_millis(u64::try_from(n).unwrap());
        bus.emit(bus.store(), events.to_vec()).deliver_at(due).await.unwrap();
    }
}

async fn left<S: Log>(bus: &EventBus<S>) -> u64 {
    bus.scheduled().count(&ScheduleFilter::all()).await.unwrap()
}

/// Lets two processes move, and kills both five times, when `is_busy` says that one is at it. Nobody waits until they are
/// ready: the first of them that is begins.
async fn move_and_kill<S: Log>(
    bus: &EventBus<S>,
    url: &str,
    mut is_busy: impl AsyncFnMut() -> bool,
) {
    fill(bus).await;
    let mut before = left(bus).await;
    for _ in 0..5 {
        let mut workers = [Worker::start(url), Worker::start(url)];
        until("something is moved", async || left(bus).await < before - ROUND && is_busy().await)
            .await;
        workers.iter_mut().for_each(Worker::kill);
        before = left(bus).await;
        assert!(before > 0, "they were killed in the middle");
    }
    let _workers = [Worker::start(url), Worker::start(url)];
    until("all is moved", async || left(bus).await == 0).await;
}

/// Each is there once, and those of a counter in the order of their times.
fn assert_whole(log: &[(String, String)]) {
    for counter in COUNTERS {
        let of_it: Vec<i64> = log
            .iter()
            .filter(|(aggregate, _)| aggregate == counter)
            .map(|(_, data)| {
                serde_json::from_str::<serde_json::Value>(data).unwrap()["n"].as_i64().unwrap()
            })
            .collect();
        assert_eq!(of_it, (0..TIMES).collect::<Vec<_>>(), "{counter}: once each, in order");
    }
}

#[tokio::test]
async fn processes_that_are_killed_while_they_move_lose_and_repeat_nothing_on_postgres() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    // A transaction takes long enough to be hit.
    raw_sql(
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.001); RETURN NEW; END'; \
         CREATE TRIGGER slow BEFORE INSERT ON eventbus_event FOR EACH ROW EXECUTE FUNCTION slow()",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    let inserting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
        AND state = 'active' AND query LIKE '%INSERT INTO eventbus_event %' AND pid <> pg_backend_pid())";
    let is_busy = async || sqlx::query_scalar(inserting).fetch_one(bus.pool()).await.unwrap();
    move_and_kill(&bus, &database.url(), is_busy).await;
    let log = "SELECT aggregate_id, data::text FROM eventbus_event ORDER BY position";
    assert_whole(&sqlx::query_as(log).fetch_all(bus.pool()).await.unwrap());
}

#[tokio::test]
async fn processes_that_are_killed_while_they_move_lose_and_repeat_nothing_on_sqlite() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    raw_sql(
        "CREATE TABLE slow AS SELECT value FROM json_each('[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]'); \
         CREATE TRIGGER slow AFTER INSERT ON eventbus_event BEGIN \
             SELECT count(*) FROM slow AS a, slow AS b, slow AS c, slow AS d; END",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    move_and_kill(&bus, &file.url(), async || true).await;
    let log = "SELECT aggregate_id, data FROM eventbus_event ORDER BY position";
    assert_whole(&sqlx::query_as(log).fetch_all(bus.pool()).await.unwrap());
}

/// How much later than it was due each event came into the log, in milliseconds of the database's clock.
async fn late(bus: &PgBus) -> Vec<i64> {
    let late = "SELECT floor(extract(epoch FROM e.at) * 1000)::bigint - d.due_at FROM eventbus_event AS e \
        JOIN due AS d ON d.id = e.id ORDER BY e.position";
    sqlx::query_scalar(late).fetch_all(bus.pool()).await.unwrap()
}

#[tokio::test]
async fn the_clock_of_a_process_does_not_move_what_is_scheduled_on_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let clock = folder.path().join("clock");
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    // The database notes when each is due and when it came into the log, whatever the runtime says.
    raw_sql(
        "ALTER TABLE eventbus_event ADD COLUMN at timestamptz DEFAULT clock_timestamp(); \
         CREATE TABLE due AS SELECT id, due_at FROM eventbus_scheduled; \
         CREATE FUNCTION due() RETURNS trigger LANGUAGE plpgsql AS \
             'BEGIN INSERT INTO due VALUES (NEW.id, NEW.due_at); RETURN NEW; END'; \
         CREATE TRIGGER due AFTER INSERT ON eventbus_scheduled FOR EACH ROW EXECUTE FUNCTION due()",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    let day = 24 * 60 * 60;
    let set = |days: i64| std::fs::write(&clock, format!("{days:+}d\n")).unwrap();
    for (round, (days, jump)) in (1..).zip([(2, -2), (-2, 2)]) {
        set(days);
        let mut worker = Worker::with_clock(&database.url(), &clock);
        assert_eq!(worker.says(), "ready");
        assert!((worker.ahead() - days * day).abs() < 100, "its clock is wrong");
        assert_eq!(worker.asked("after 600 1"), "scheduled");
        let event = CounterRaised { counter: "here".to_owned(), n: 2 };
        let soon = Duration::from_millis(900);
        bus.emit(bus.pool(), event).deliver_after(soon).await.unwrap();
        set(jump);
        assert!((worker.ahead() - jump * day).abs() < 100, "and jumps while it sleeps");
        let count = 2 * round;
        until("both come", async || late(&bus).await.len() == count).await;
        let late = late(&bus).await;
        assert!(late.iter().all(|millis| (0..5_000).contains(millis)), "{late:?}");
    }
}
