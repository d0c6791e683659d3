//! What becomes of events whose delivery fails.

use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    DeadLetter, Error, ErrorKind, Event, EventBus, HandlerError, Retry, Running, State, Tx,
};

use crate::desk::{Desk, Seen, counts, stubborn};
use crate::events::{Any, Noted, Posted, noted, posted};
use crate::faulty::Faulty;

async fn only_letter<S: Log>(running: &Running<S>) -> DeadLetter {
    running.settled().await.unwrap();
    let mut letters = running.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1, "{letters:?}");
    letters.remove(0)
}

pub(crate) async fn a_failed_event_is_tried_again<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let attempt = event.attempt();
        async move { if attempt == 1 { Err(HandlerError::retryable("busy")) } else { Ok(()) } }
    };
    let running = desk.subscribe("retry").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (1, 2)]);
    assert_eq!(counts(&running), (1, 1, 0));
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_terminal_failure_is_a_dead_letter_at_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |_: Event<Posted>| Err::<(), _>(HandlerError::terminal("no such account"));
    let running = desk.subscribe("terminal").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    let letter = only_letter(&running).await;
    assert_eq!((letter.kind.as_str(), letter.attempts), ("ValidationFailed", 1));
    assert_eq!(
        (letter.message.as_str(), letter.subscription()),
        ("no such account", Some("terminal"))
    );
    assert_eq!(letter.data(), "{\"n\":1}");
}

pub(crate) async fn a_failure_of_any_text_is_recorded<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |_: Event<Posted>| {
        let text = format!("answered \0 {}", "ä".repeat(10_000));
        Err::<(), _>(HandlerError::retryable(text))
    };
    let running = desk.subscribe("any-text").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    let letter = only_letter(&running).await;
    assert!(letter.message.contains("answered \u{2400} ää"), "{}", letter.message);
    assert!(letter.message.ends_with("ä … (cut off)") && letter.message.len() <= 8 * 1024);
}

pub(crate) async fn an_unreadable_payload_is_a_dead_letter<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |_: Tx<Faulty<S>>, _: Event<Posted>| Ok(());
    let running = desk.subscribe("unreadable").handle(handler).start().await.unwrap();
    let mut broken = posted("a", 1);
    broken.data = "{}".to_owned();
    desk.emit(&[broken, posted("a", 2)]).await;
    let letter = only_letter(&running).await;
    assert_eq!(
        (letter.kind.as_str(), letter.message.as_str()),
        ("DeserializationFailed", "`n` is missing")
    );
    assert_eq!(counts(&running), (1, 0, 1));
}

pub(crate) async fn used_up_attempts_are_a_dead_letter<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |_: Event<Posted>| Err::<(), _>(HandlerError::retryable("down"));
    let running = desk.subscribe("exhausted").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    let letter = only_letter(&running).await;
    assert_eq!((letter.kind.as_str(), letter.attempts), ("MaxRetries", 3));
    assert_eq!(letter.message, "gave up after 3 attempts, DeliveryFailed: down");
    assert_eq!(counts(&running), (0, 2, 1));
}

async fn boom(event: Event<Posted>) -> Result<(), HandlerError> {
    panic!("boom {}", event.0);
}

async fn boom_in<S: Log>(_tx: Tx<Faulty<S>>, event: Event<Posted>) -> Result<(), HandlerError> {
    boom(event).await
}

pub(crate) async fn a_panic_is_a_failed_delivery<S: Log>(store: S) {
    let desk = Desk::new(store);
    let plain = desk.subscribe("panic").handle(boom).start().await.unwrap();
    let within = desk.subscribe("panic-in").handle(boom_in::<S>).start().await.unwrap();
    desk.emit(&[posted("a", 7)]).await;
    for running in [plain, within] {
        let letter = only_letter(&running).await;
        assert!(letter.message.contains("DeliveryFailed: handler `relay::failure::boom"));
        assert!(letter.message.ends_with("panicked: boom 7"), "{}", letter.message);
    }
}

pub(crate) async fn a_newer_version_stalls_and_is_kept<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut newer = posted("a", 2);
    newer.envelope.version = 3;
    newer.data = "{\"number\":2}".to_owned();
    desk.emit(&[posted("a", 1), newer, posted("a", 3)]).await;
    for expected in [1, 0] {
        let handler = async |_: Tx<Faulty<S>>, _: Event<Posted>| Ok(());
        let running = desk.subscribe("deploy").handle(handler).start().await.unwrap();
        let error = running.settled().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
        assert!(error.to_string().contains("newer_version: `account.posted`"), "{error}");
        assert_eq!(running.state(), State::Stalled);
        assert!(running.stalled().is_some());
        assert_eq!(counts(&running), (expected, 0, 0));
        assert_eq!(running.dead_letters().await.unwrap(), []);
    }
}

pub(crate) async fn an_event_in_trouble_without_handler_is_kept<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.leave_in_trouble::<Posted>("books", stubborn(), &[posted("a", 1)], 1).await;
    let handler = async |_: Event<Noted>| Ok(());
    let subscription = desk.subscribe("books").deploy_grace(Duration::ZERO).handle(handler);
    let running = subscription.start().await.unwrap();
    desk.emit(&[noted(1)]).await;
    let error = running.settled().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HandlerMissing);
    assert_eq!(counts(&running), (1, 0, 0));
}

/// Every shard holds one, and each replica or lane owns some of them: none of them may wait for the others.
pub(crate) async fn events_in_trouble_without_handler_are_told_by_each_replica<S: Log>(store: S) {
    const ACCOUNTS: i64 = 40;
    let desk = Desk::new(store);
    let events: Vec<_> = (0..ACCOUNTS).map(|account| posted(&account.to_string(), 1)).collect();
    desk.leave_in_trouble::<Posted>("books", stubborn(), &events, events.len()).await;
    let handler = async |_: Tx<Faulty<S>>, _: Event<Noted>| Ok(());
    let start = async |lanes| {
        let bus = EventBus::on(desk.store.clone());
        let subscription = bus.subscribe("books").deploy_grace(Duration::ZERO);
        let subscription = subscription.poll(Duration::from_millis(20)).concurrency(lanes);
        subscription.handle(handler).start().await.unwrap()
    };
    let in_lanes = start(2).await;
    let error = in_lanes.settled().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HandlerMissing, "{error}");
    in_lanes.shutdown().await.unwrap();
    let (one, two) = (start(1).await, start(1).await);
    while two.state() != State::Running {
        tokio::task::yield_now().await;
    }
    for replica in [one, two] {
        let error = replica.settled().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::HandlerMissing, "{error}");
        replica.shutdown().await.unwrap();
    }
}

/// More of them than are looked at at once, and before the one that can be handled.
pub(crate) async fn events_without_handler_keep_no_other_waiting<S: Log>(store: S) {
    let desk = Desk::new(store);
    let brief = Duration::from_millis(1);
    let retry = Retry { first: brief, factor: 1, max: brief, ..stubborn() };
    let events = (0..5).map(|account| posted(&account.to_string(), 1)).chain([noted(2)]);
    let events: Vec<_> = events.collect();
    desk.leave_in_trouble::<Any>("books", retry, &events, events.len()).await;
    let handler = async |_: Event<Noted>| Ok(());
    let subscription = desk.subscribe("books").page(3).deploy_grace(Duration::ZERO);
    let running = subscription.handle(handler).start().await.unwrap();
    while counts(&running).0 < 1 {
        tokio::task::yield_now().await;
    }
    let error = running.settled().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HandlerMissing);
}

pub(crate) async fn a_duplicate_is_skipped<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |_: Tx<Faulty<S>>, event: Event<Posted>| match event.0 {
        2 => Err(Error::new(ErrorKind::DuplicateEvent, "known").into()),
        _ => Ok(()),
    };
    let running = desk.subscribe("duplicate").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3)]).await;
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (3, 0, 0));
}
