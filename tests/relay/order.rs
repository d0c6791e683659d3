//! Events of one aggregate keep their order, whatever happens to one of them.

use eventbus_runtime::store::Log;
use eventbus_runtime::{Delivery, Event, HandlerError};

use crate::desk::{Desk, Seen, counts};
use crate::events::{Noted, Posted, noted, posted};

pub(crate) async fn events_of_one_aggregate_arrive_in_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        async { Ok::<_, HandlerError>(()) }
    };
    let running = desk.subscribe("orders").page(7).handle(handler).start().await.unwrap();
    for n in 0..20 {
        desk.emit(&[posted("a", n), posted("b", n), posted("c", n)]).await;
    }
    running.settled().await.unwrap();
    for account in ["a", "b", "c"] {
        assert_eq!(seen.of(account), (0..20).collect::<Vec<_>>(), "{account}");
    }
    assert_eq!(counts(&running), (60, 0, 0));
    assert_eq!(running.stats().by_type["account.posted"].handled, 60);
}

pub(crate) async fn siblings_wait_for_a_retry_and_follow_in_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        let first = event.0 == 1 && event.attempt() < 3;
        if !first {
            notes.note(&event);
        }
        async move { if first { Err(HandlerError::retryable("not yet")) } else { Ok(()) } }
    };
    desk.emit(&[posted("a", 1), posted("a", 2), posted("b", 10), posted("a", 3)]).await;
    let running = desk.subscribe("orders").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(10, 1), (1, 3), (2, 1), (3, 1)]);
    assert_eq!(counts(&running), (4, 2, 0));
}

pub(crate) async fn siblings_follow_a_dead_event_in_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let fails = event.0 == 1;
        async move { if fails { Err(HandlerError::retryable("never")) } else { Ok(()) } }
    };
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3)]).await;
    let running = desk.subscribe("orders").page(1).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (1, 2), (1, 3), (2, 1), (3, 1)]);
    assert_eq!(counts(&running), (2, 2, 1));
}

pub(crate) async fn events_of_no_aggregate_wait_for_nothing<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Noted>| {
        let fails = event.0 == 1 && event.attempt() == 1;
        let (n, attempt) = (event.0, event.attempt());
        notes.note(&Event::new(
            Posted(n),
            event.envelope().clone(),
            Delivery::new(event.position(), attempt),
        ));
        async move { if fails { Err(HandlerError::retryable("once")) } else { Ok(()) } }
    };
    desk.emit(&[noted(1), noted(2)]).await;
    let running = desk.subscribe("orders").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (2, 1), (1, 2)]);
}
