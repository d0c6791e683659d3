//! A database that is restored into another cluster, whose transaction ids begin anew, goes on without a loss.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::{Event, LetterFilter, PgBus, PgStore, PgTx, Running};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Semaphore;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

use crate::slowly::Slowly;
use crate::writers::{CounterRaised, follow, tables, try_write, values, write};

const EMITTERS: usize = 4;

const MINUTE: Duration = Duration::from_secs(60);

/// Emitters of processes of their own, which go on when the database is away, until they are told to end.
struct Emitters {
    ended: Arc<AtomicBool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Emitters {
    async fn start(database: &PgDatabase, random: &mut StdRng) -> Self {
        let (ended, mut tasks) = (Arc::new(AtomicBool::new(false)), Vec::new());
        for _ in 0..EMITTERS {
            let (bus, ended) = (database.bus().await, Arc::clone(&ended));
            let mut random = StdRng::seed_from_u64(random.random());
            tasks.push(tokio::spawn(async move {
                while !ended.load(SeqCst) {
                    if try_write(&bus, &mut random).await.is_err() {
                        yield_now().await;
                    }
                }
            }));
        }
        Self { ended, tasks }
    }

    async fn end(self) {
        self.ended.store(true, SeqCst);
        for task in self.tasks {
            timeout(MINUTE, task).await.expect("an emitter ends").unwrap();
        }
    }
}

/// What the counters have come to.
async fn sum(bus: &PgBus, table: &str) -> i64 {
    values(bus.pool(), table).await.values().sum()
}

/// Within a minute.
async fn until_raised(bus: &PgBus, table: &str, by: i64) {
    let before = sum(bus, table).await;
    let raised = async {
        while sum(bus, table).await < before + by {
            yield_now().await;
        }
    };
    timeout(MINUTE, raised).await.unwrap_or_else(|_| panic!("{table} goes on"));
}

async fn settled(running: &Running<PgStore>) {
    let settled = timeout(MINUTE, running.settled()).await;
    settled
        .unwrap_or_else(|_| panic!("{running:?} does not settle: {:?}", running.stats()))
        .unwrap();
}

/// The follower fails on a gap, on a repetition and on a step back.
async fn handled_what_was_written(bus: &PgBus) {
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0, "in turn");
    let written = values(bus.pool(), "counter").await;
    assert_eq!(values(bus.pool(), "follower").await, written);
}

async fn epoch(bus: &PgBus) -> i32 {
    let epoch = sqlx::query_scalar("SELECT epoch FROM eventbus_schema");
    epoch.fetch_one(bus.pool()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restored_while_it_was_written_to_is_handled_exactly_once() {
    let mut random = seeded();
    let first = PgDatabase::new().await;
    let bus = first.bus().await;
    tables(bus.pool()).await;
    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    for _ in 0..30 {
        write(&bus, &mut random).await;
    }
    settled(&running).await;
    let emitters = Emitters::start(&first, &mut random).await;
    until_raised(&bus, "counter", 50).await;
    let second = first.restored_elsewhere().await;
    emitters.end().await;
    bus.shutdown().await.unwrap();

    // Emitters notice before a relay does, and go on while it reads the log of the old cluster.
    let bus = second.bus().await;
    let emitters = Emitters::start(&second, &mut random).await;
    until_raised(&bus, "counter", 50).await;
    assert_eq!(epoch(&bus).await, 2);
    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    until_raised(&bus, "follower", 50).await;
    emitters.end().await;
    settled(&running).await;
    handled_what_was_written(&bus).await;
    bus.shutdown().await.unwrap();
}

/// Nobody restarts a process: the relay knows places of the log that the restored one has not come to.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_restored_under_running_processes_is_handled_exactly_once() {
    let mut random = seeded();
    let database = PgDatabase::alone().await;
    let bus = database.bus().await;
    tables(bus.pool()).await;
    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    let emitters = Emitters::start(&database, &mut random).await;
    until_raised(&bus, "follower", 50).await;
    let copy = database.copied().await;
    until_raised(&bus, "follower", 50).await;
    database.replace_with(&copy);
    until_raised(&bus, "counter", 50).await;
    until_raised(&bus, "follower", 50).await;
    emitters.end().await;
    settled(&running).await;
    assert_eq!(epoch(&bus).await, 2);
    handled_what_was_written(&bus).await;
    bus.shutdown().await.unwrap();
}

/// A way to the database leads to the copy from one moment to the next, as behind a proxy, so that no statement fails and
/// nothing tells the relay that what it handled since the copy was made is to be handled again. Nothing is emitted after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_ahead_of_the_restored_log_goes_back() {
    let mut random = seeded();
    let database = PgDatabase::new().await;
    let writer = database.bus().await;
    tables(writer.pool()).await;
    let server = writer.pool().connect_options();
    let way = Slowly::to(&server);
    let bus = PgBus::new(PgPoolOptions::new().connect_lazy_with(way.options(&server)));
    let gate = Arc::new(Semaphore::new(0));
    let passes = Arc::clone(&gate);
    let handler = move |tx: PgTx, event: Event<CounterRaised>| {
        let passes = Arc::clone(&passes);
        async move {
            let _passes = passes.acquire().await;
            follow(tx, event).await
        }
    };
    let running = bus.subscribe("follower").page(16).handle(handler).start().await.unwrap();
    for _ in 0..30 {
        write(&writer, &mut random).await;
    }
    let copy = database.copied().await;
    gate.add_permits(Semaphore::MAX_PERMITS);
    settled(&running).await;
    handled_what_was_written(&bus).await;
    let writer = copy.bus().await;
    assert_eq!(sum(&writer, "follower").await, 0, "nothing was handled when it was made");
    way.lead_to(&writer.pool().connect_options());
    let written = sum(&writer, "counter").await;
    until_raised(&writer, "follower", written).await;
    settled(&running).await;
    handled_what_was_written(&bus).await;
    bus.shutdown().await.unwrap();
}
