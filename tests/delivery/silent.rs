//! A connection that is open and carries nothing any more, as behind a firewall that forgot it.

use std::future::ready;
use std::time::Duration;

use eventbus_runtime::{Event, HandlerError, PgBus};
use eventbus_tests::postgres::PgDatabase;
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::timeout;

use crate::slowly::Slowly;
use crate::writers::CounterRaised;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(20);

/// Until when the only replica counts as alive.
async fn alive_until(bus: &PgBus) -> i64 {
    let until = sqlx::query_scalar("SELECT alive_until FROM eventbus_replica");
    until.fetch_one(bus.pool()).await.unwrap()
}

/// The session of the process is one such; its pool is well. It says that it is alive by another connection, and goes on.
#[tokio::test]
async fn a_session_that_falls_silent_is_done_without() {
    let database = PgDatabase::new().await;
    let other = database.bus().await;
    let server = other.pool().connect_options();
    let way = Slowly::to(&server);
    let bus = database.bus().await.with_direct(way.options(&server));
    let (handled, mut events) = mpsc::unbounded_channel();
    let handler = move |event: Event<CounterRaised>| {
        handled.send(event.n).unwrap();
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = bus.subscribe("silent").lease(Duration::from_millis(900));
    let subscription = subscription.poll(Duration::from_millis(20)).handle(handler);
    let _running = subscription.start().await.unwrap();
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
        let raised = CounterRaised { counter: "c".to_owned(), n };
        other.emit(other.pool(), raised).await.unwrap();
        let heard = timeout(PATIENCE, events.recv()).await.expect("it goes on");
        assert_eq!(heard, Some(n));
    }
    bus.shutdown().await.unwrap();
}
