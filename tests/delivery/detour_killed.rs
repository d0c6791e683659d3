//! A process is killed with detours of priorities and tenants open, again and again: nothing is lost, nothing happens twice,
//! nothing is out of order.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use eventbus_runtime::store::{Log, NewEvent, Track};
use eventbus_runtime::testing::suite::tools::{commit, note};
use eventbus_runtime::{EventBus, LetterFilter, Priority};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use eventbus_tests::sqlite::SqliteFile;
use rand::RngExt;

const KILLS: usize = 8;
/// The events of tenants with many and of one with few, in three priorities, in this order.
const LANES: [(Priority, &str, usize); 6] = [
    (Priority::Normal, "big", 200),
    (Priority::Normal, "huge", 200),
    (Priority::Low, "big", 100),
    (Priority::High, "big", 100),
    (Priority::High, "small", 50),
    (Priority::Normal, "small", 100),
];
const TALLIES: usize = 5;

/// Runs a worker until it has said its one word.
fn worker(url: &str, count: usize) -> (Child, String) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_detour-worker"))
        .args([url, &count.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap()).lines();
    let word = output.next().expect("it says how it ends").unwrap();
    (process, word)
}

async fn fill<S: Log>(bus: &EventBus<S>) {
    for (priority, tenant, events) in LANES {
        let event = |at: usize| {
            let (tally, n) = (format!("t{}", at % TALLIES), at / TALLIES);
            let mut event = note(&tally, "").event;
            event.envelope.event_type = "tally.raised".to_owned();
            event.envelope.version = 1;
            event.envelope.priority = priority;
            event.envelope.tenant = Some(tenant.to_owned());
            event.data = format!(r#"{{"tally":"{tally}","n":{n}}}"#);
            NewEvent::from(event)
        };
        commit(bus, &(0..events).map(event).collect::<Vec<_>>()).await;
    }
}

async fn detours<S: Log>(bus: &EventBus<S>) -> Vec<Track> {
    let roster = bus.store().roster("fair").await.unwrap().unwrap();
    roster.shards.into_iter().flat_map(|shard| shard.detours.into_keys()).collect()
}

/// What was handled, by its order.
type Rows = Vec<(String, String, i64)>;

async fn survives<S: Log>(bus: EventBus<S>, url: &str, handled: impl AsyncFn() -> Rows) {
    let mut random = seeded();
    fill(&bus).await;
    let (mut met, mut met_priority) = (0, 0);
    for kill in 0..KILLS {
        // The first one reads a page before any detour begins.
        let (mut process, word) = worker(url, random.random_range(25..75));
        assert_eq!(word, "stopped", "kill {kill} comes before the end");
        process.kill().unwrap();
        process.wait().unwrap();
        let open = detours(&bus).await;
        met += usize::from(!open.is_empty());
        met_priority += usize::from(open.iter().any(|track| track.tenant.is_none()));
    }
    assert!(met >= KILLS / 2, "{met} of {KILLS} kills met a detour");
    assert!(met_priority >= KILLS / 4, "{met_priority} of {KILLS} kills met one of a priority");
    let (mut process, word) = worker(url, usize::MAX);
    assert_eq!(word, "settled");
    assert!(process.wait().unwrap().success());
    assert_eq!(detours(&bus).await, []);
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0);
    let mut tallies: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (lane, tally, n) in handled().await {
        let next = tallies.entry((lane, tally)).or_default();
        assert_eq!(n, *next, "each tally once and in order");
        *next += 1;
    }
    for (priority, tenant, events) in LANES {
        let lane = format!("{priority} {tenant}");
        let of_it = tallies.iter().filter(|((of, _), _)| *of == lane);
        let sum: i64 = of_it.map(|(_, events)| events).sum();
        assert_eq!(sum, i64::try_from(events).unwrap(), "all of {lane}");
    }
}

const ROWS: &str = "SELECT lane, tally, n FROM handled ORDER BY at";

#[tokio::test]
async fn on_sqlite_a_detour_outlives_its_process() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let pool = bus.pool().clone();
    let table = "CREATE TABLE handled (at INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT, tally TEXT, n INTEGER)";
    sqlx::query(table).execute(&pool).await.unwrap();
    let handled = async || sqlx::query_as(ROWS).fetch_all(&pool).await.unwrap();
    survives(bus.clone(), &file.url(), handled).await;
}

#[tokio::test]
async fn on_postgres_a_detour_outlives_its_process() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let pool = bus.pool().clone();
    let table = "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, lane text, tally text, n bigint)";
    sqlx::query(table).execute(&pool).await.unwrap();
    let handled = async || sqlx::query_as(ROWS).fetch_all(&pool).await.unwrap();
    survives(bus.clone(), &database.url(), handled).await;
}
