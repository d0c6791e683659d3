//! Commits of other processes wake a relay that sleeps, and a busy system hardly notifies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::observe::{Health, HealthLimits, Light, Reason};
use eventbus_runtime::store::Log;
use eventbus_runtime::{Event, EventBus, HandlerError, PgBus, Running};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::postgres::{PgListener, PgPoolOptions};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use crate::slowly::Slowly;
use crate::writers::CounterRaised;

const HOUR: Duration = Duration::from_secs(3600);

fn raised(n: i64) -> CounterRaised {
    CounterRaised { counter: "c".to_owned(), n }
}

/// When it sleeps. A subscription that was busy looks again after 5 to 200 ms, seven times, and whatever comes meanwhile is
/// found without anybody waking it; so nothing tells but time that it does not look any more.
pub(crate) async fn asleep() {
    sleep(Duration::from_millis(1_200)).await;
}

/// A subscription that never polls by itself once it sleeps, and what it handled.
async fn sleeper<S: Log>(bus: &EventBus<S>) -> (Running<S>, mpsc::UnboundedReceiver<i64>) {
    polling(bus, HOUR).await
}

/// One that polls once it sleeps.
async fn polling<S: Log>(
    bus: &EventBus<S>,
    poll: Duration,
) -> (Running<S>, mpsc::UnboundedReceiver<i64>) {
    let (handled, events) = mpsc::unbounded_channel();
    let handler = move |event: Event<CounterRaised>| {
        handled.send(event.n).unwrap();
        std::future::ready(Ok::<_, HandlerError>(()))
    };
    let running = bus.subscribe("sleeper").poll(poll).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    (running, events)
}

async fn soon(events: &mut mpsc::UnboundedReceiver<i64>) -> i64 {
    let heard = timeout(Duration::from_secs(20), events.recv()).await;
    heard.expect("it is woken").unwrap()
}

#[tokio::test]
async fn a_commit_of_another_process_wakes_a_sleeper_on_postgres() {
    let database = PgDatabase::new().await;
    let (bus, other) = (database.bus().await, database.bus().await);
    let (_running, mut events) = sleeper(&bus).await;
    for n in 0..3 {
        asleep().await;
        let mut tx = other.begin().await.unwrap();
        other.emit(&mut tx, raised(n)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(soon(&mut events).await, n);
    }
    bus.shutdown().await.unwrap();
}

#[tokio::test]
async fn a_commit_of_another_process_wakes_a_sleeper_on_sqlite() {
    let file = SqliteFile::new();
    let (bus, other) = (file.bus().await, file.bus().await);
    let (_running, mut events) = sleeper(&bus).await;
    for n in 0..3 {
        asleep().await;
        let mut tx = other.begin().await.unwrap();
        other.emit(&mut tx, raised(n)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(soon(&mut events).await, n);
    }
    bus.shutdown().await.unwrap();
}

#[tokio::test]
async fn an_emitter_that_was_in_flight_when_everybody_lay_down_is_not_missed() {
    let database = PgDatabase::new().await;
    let (bus, other) = (database.bus().await, database.bus().await);
    let mut open = other.begin().await.unwrap();
    other.emit(&mut open, raised(1)).await.unwrap();
    let (_running, mut events) = sleeper(&bus).await;
    asleep().await;
    open.commit().await.unwrap();
    assert_eq!(soon(&mut events).await, 1);
    bus.shutdown().await.unwrap();
}

/// Ends the sessions that hold a lock: that of the relay, and that of whoever listens.
async fn lose_listeners(bus: &PgBus) {
    let listeners = "SELECT pg_terminate_backend(l.pid) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database \
         WHERE l.locktype = 'advisory' AND d.datname = current_database()";
    sqlx::query(listeners).execute(bus.pool()).await.unwrap();
}

/// Whoever cannot listen again asks in ever longer intervals, up to ten seconds; its relay goes on polling.
#[tokio::test]
async fn a_relay_that_cannot_listen_polls() {
    let database = PgDatabase::new().await;
    let other = database.bus().await;
    let server = other.pool().connect_options();
    let way = Slowly::to(&server);
    let pool = PgPoolOptions::new().max_connections(2).min_connections(2);
    let bus = PgBus::new(pool.connect_with(way.options(&server)).await.unwrap());
    let (_running, mut events) = polling(&bus, Duration::from_millis(100)).await;
    asleep().await;
    way.close();
    lose_listeners(&other).await;
    let all = async {
        for n in 0..5 {
            asleep().await;
            other.emit(other.pool(), raised(n)).await.unwrap();
            assert_eq!(soon(&mut events).await, n);
        }
    };
    timeout(Duration::from_secs(16), all).await.expect("it polls");
    bus.shutdown().await.unwrap();
}

/// Its health says so, because nothing else would: the relay goes on at its polls.
#[tokio::test]
async fn a_lost_listener_turns_health_red_until_it_is_back() {
    let database = PgDatabase::new().await;
    let other = database.bus().await;
    let server = other.pool().connect_options();
    let way = Slowly::to(&server);
    let pool = PgPoolOptions::new().max_connections(2).min_connections(2);
    let bus = PgBus::new(pool.connect_with(way.options(&server)).await.unwrap());
    let (_running, _events) = sleeper(&bus).await;
    asleep().await;
    assert!(bus.health().await.is_ready(), "it listens");
    way.close();
    lose_listeners(&other).await;
    let at_once = HealthLimits { deaf_after: Duration::ZERO, ..HealthLimits::default() };
    let health = until(&bus, at_once, Light::Red).await;
    assert_eq!(health.findings.len(), 1, "{health}");
    assert_eq!(health.findings[0].reason, Reason::NotListening);
    assert!(bus.health().await.is_ready(), "a few seconds are no harm");
    assert!(health.is_live(), "another process would not hear more");
    way.open();
    until(&bus, at_once, Light::Green).await;
    bus.shutdown().await.unwrap();
}

/// Asks until it has this light.
async fn until(bus: &PgBus, limits: HealthLimits, light: Light) -> Health {
    let asked = async {
        loop {
            let health = bus.health_within(&limits).await;
            if health.light == light {
                return health;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_secs(60), asked).await.expect("it comes to that")
}

#[tokio::test]
async fn a_lost_listener_is_replaced() {
    let database = PgDatabase::new().await;
    let (bus, other) = (database.bus().await, database.bus().await);
    let (_running, mut events) = sleeper(&bus).await;
    asleep().await;
    lose_listeners(&other).await;
    for n in 0..3 {
        asleep().await;
        let mut tx = other.begin().await.unwrap();
        other.emit(&mut tx, raised(n)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(soon(&mut events).await, n);
    }
    bus.shutdown().await.unwrap();
}

/// Who sleeps and who emits find each other by a name that the swap of the tables does not change.
#[tokio::test]
async fn a_sleeper_is_woken_after_the_log_became_partitioned() {
    let database = PgDatabase::new().await;
    let (bus, other) = (database.bus().await, database.bus().await);
    let (_running, mut events) = sleeper(&bus).await;
    asleep().await;
    other.partition_log(5).await.unwrap();
    for n in 1..=20 {
        other.emit(other.store(), raised(n)).await.unwrap();
        assert_eq!(soon(&mut events).await, n);
    }
    asleep().await;
    other.emit(other.store(), raised(21)).await.unwrap();
    assert_eq!(soon(&mut events).await, 21);
    bus.shutdown().await.unwrap();
}

/// How many notifications are sent while 32 connections emit and a relay reads along.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_system_hardly_notifies() {
    const CONNECTIONS: i64 = 32;
    const EACH: i64 = 20;
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let (running, _events) = sleeper(&bus).await;
    let pool = PgPoolOptions::new().max_connections(32).connect(&database.url()).await.unwrap();
    let channel: String =
        sqlx::query_scalar("SELECT 'eventbus_' || 'eventbus_schema'::regclass::oid")
            .fetch_one(&pool)
            .await
            .unwrap();
    let mut listener = PgListener::connect(&database.url()).await.unwrap();
    listener.listen(&channel).await.unwrap();
    let heard = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&heard);
    let counting = tokio::spawn(async move {
        while listener.recv().await.is_ok() {
            counted.fetch_add(1, SeqCst);
        }
    });
    let emitters = PgBus::new(pool);
    let writers: Vec<_> = (0..CONNECTIONS)
        .map(|writer| {
            let bus = emitters.clone();
            tokio::spawn(async move {
                for n in 0..EACH {
                    let mut tx = bus.begin().await.unwrap();
                    bus.emit(&mut tx, raised(writer * EACH + n)).await.unwrap();
                    tx.commit().await.unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    running.settled().await.unwrap();
    counting.abort();
    let (heard, commits) = (heard.load(SeqCst), usize::try_from(CONNECTIONS * EACH).unwrap());
    println!("{heard} notifications in {commits} commits");
    assert!(heard < commits / 4, "{heard} notifications in {commits} commits");
    assert_eq!(running.stats().total.handled, 640);
    bus.shutdown().await.unwrap();
}
