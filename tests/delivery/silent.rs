//! A connection that is open and carries nothing any more, as behind a firewall that forgot it.

use std::future::ready;
use std::time::Duration;

use eventbus_runtime::{Event, HandlerError, PgBus};
use eventbus_tests::postgres::PgDatabase;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::slowly::Slowly;
use crate::waking::asleep;
use crate::writers::CounterRaised;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Until when the only replica counts as alive.
async fn alive_until(bus: &PgBus) -> i64 {
    let until = sqlx::query_scalar("SELECT alive_until FROM eventbus_replica");
    until.fetch_one(bus.pool()).await.unwrap()
}

/// A bus whose session and listener go by a way of their own, and what its subscription handles.
async fn silent(
    database: &PgDatabase,
    poll: Duration,
) -> (PgBus, Slowly, mpsc::UnboundedReceiver<i64>) {
    let bus = database.bus().await;
    let server = bus.pool().connect_options();
    let way = Slowly::to(&server);
    let bus = bus.with_direct(way.options(&server));
    let (handled, events) = mpsc::unbounded_channel();
    let handler = move |event: Event<CounterRaised>| {
        handled.send(event.n).unwrap();
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = bus.subscribe("silent").lease(Duration::from_millis(900)).poll(poll);
    subscription.handle(handler).start().await.unwrap().settled().await.unwrap();
    (bus, way, events)
}

async fn raise(bus: &PgBus, n: i64) {
    bus.emit(bus.pool(), CounterRaised { counter: "c".to_owned(), n }).await.unwrap();
}

async fn soon(events: &mut mpsc::UnboundedReceiver<i64>) -> i64 {
    timeout(PATIENCE, events.recv()).await.expect("it goes on").unwrap()
}

/// The session of the process is one such; its pool is well. It says that it is alive by another connection, and goes on.
#[tokio::test]
async fn a_session_that_falls_silent_is_done_without() {
    let database = PgDatabase::new().await;
    let other = database.bus().await;
    let (bus, way, mut events) = silent(&database, Duration::from_millis(20)).await;
    way.fall_silent();
    // One renewal may have been answered already.
    for _ in 0..2 {
        let before = alive_until(&other).await;
        let renewed = async {
            while alive_until(&other).await == before {
                yield_now().await;
            }
        };
        timeout(PATIENCE, renewed).await.expect("the lease is renewed");
    }
    for n in 0..3 {
        raise(&other, n).await;
        assert_eq!(soon(&mut events).await, n);
    }
    bus.shutdown().await.unwrap();
}

/// Whoever listens hears nothing, and nothing tells it so: it asks now and then, and listens by another connection.
#[tokio::test]
async fn a_listener_that_falls_silent_is_replaced() {
    let database = PgDatabase::new().await;
    let other = database.bus().await;
    let (bus, way, mut events) = silent(&database, Duration::from_secs(3600)).await;
    asleep().await;
    way.fall_silent();
    for n in 0..3 {
        asleep().await;
        raise(&other, n).await;
        assert_eq!(soon(&mut events).await, n);
    }
    bus.shutdown().await.unwrap();
}
