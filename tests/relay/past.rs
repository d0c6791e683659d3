//! What outlives the code that wrote it: former names, former versions, retired events.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    DomainEvent, Envelope, Event, EventPayload, HandlerError, RawEvent, Retry, State, Tx,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::desk::{Desk, counts, stubborn};
use crate::faulty::Faulty;

#[expect(clippy::large_enum_variant, reason = "a whole event is larger than one that is known")]
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ParkEvent {
    Gate(GateEvent),
    #[event(unknown)]
    Unknown(RawEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum GateEvent {
    #[event(alias = "gate.unlocked", alias = "door.opened")]
    #[event(version = 4, upcast(1 => OpenedV1, 2 => OpenedV2), unreadable(3))]
    Opened {
        #[event(aggregate_id)]
        gate: String,
        visitors: u64,
    },
    #[event(retired = "2026-01-31")]
    Shut { gate: String },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct OpenedV1 {
    gate: u32,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub(crate) struct OpenedV2 {
    gate: String,
}

impl From<OpenedV1> for OpenedV2 {
    fn from(old: OpenedV1) -> Self {
        Self { gate: format!("g-{}", old.gate) }
    }
}

impl From<OpenedV2> for GateOpened {
    fn from(old: OpenedV2) -> Self {
        Self { gate: old.gate, visitors: 0 }
    }
}

#[expect(clippy::large_enum_variant, reason = "a whole event is larger than one that is known")]
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "yard", aggregate = "park", derive(PartialEq))]
pub(crate) enum YardEvent {
    Swept {
        #[event(aggregate_id)]
        gate: String,
    },
    #[event(unknown)]
    Unknown(RawEvent),
}

fn stored(event_type: &str, version: u32, data: &str) -> RawEvent {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: event_type.to_owned(),
        version,
        source: "suite".to_owned(),
        aggregate_id: Some("g-1".to_owned()),
        ..Envelope::default()
    };
    RawEvent { envelope, data: data.to_owned() }
}

fn opened(visitors: u64) -> GateOpened {
    GateOpened { gate: "g-1".to_owned(), visitors }
}

pub(crate) async fn former_names_and_versions_reach_the_handler_of_today<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[
        stored("gate.opened", 1, r#"{"gate":1}"#),
        stored("gate.unlocked", 2, r#"{"gate":"g-1"}"#),
        stored("door.opened", 4, r#"{"gate":"g-1","visitors":3}"#),
        stored("gate.opened", 5, r#"{"gate":"g-1","visitors":4,"weather":"fine"}"#),
    ])
    .await;
    let (seen, mut handled) = mpsc::unbounded_channel();
    let handler = move |event: Event<GateOpened>| {
        seen.send((event.envelope().event_type.clone(), event.is_newer(), event.into_payload()))
            .unwrap();
        async { Ok::<_, HandlerError>(()) }
    };
    let running = desk.subscribe("gates").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    for (name, newer, visitors) in [
        ("gate.opened", false, 0),
        ("gate.unlocked", false, 0),
        ("door.opened", false, 3),
        ("gate.opened", true, 4),
    ] {
        let expected = (name.to_owned(), newer, opened(visitors));
        assert_eq!(handled.recv().await.unwrap(), expected);
    }
    assert_eq!(counts(&running), (4, 0, 0));
    assert_eq!(running.stats().by_type["gate.opened"].handled, 4);
}

pub(crate) async fn a_retired_event_reaches_its_handler<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[stored("gate.shut", 1, r#"{"gate":"g-1"}"#)]).await;
    let handler = async |_: Tx<Faulty<S>>, event: Event<ParkEvent>| {
        let expected = GateEvent::Shut { gate: "g-1".to_owned() };
        assert_eq!(event.into_payload(), ParkEvent::Gate(expected));
        Ok(())
    };
    let running = desk.subscribe("retired").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (1, 0, 0));
}

pub(crate) async fn a_version_that_nothing_reads_is_a_dead_letter<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[stored("gate.opened", 3, "{}")]).await;
    let handler = async |_: Event<GateEvent>| Ok(());
    let running = desk.subscribe("unread").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let letters = running.dead_letters().await.unwrap();
    assert_eq!(letters.len(), 1);
    assert!(letters[0].message.contains("add `upcast(3 => ..)`"), "{}", letters[0].message);
}

pub(crate) async fn a_type_that_nobody_knows_and_nobody_keeps_is_skipped<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[
        stored("gate.painted", 1, "{}"),
        stored("gate.opened", 4, r#"{"gate":"g-1","visitors":3}"#),
    ])
    .await;
    let handler = async |event: Event<GateEvent>| {
        assert_eq!(event.into_payload(), opened(3).into());
        Ok(())
    };
    let running = desk.subscribe("skips").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (1, 0, 0));
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_type_that_nobody_knows_goes_whole_to_the_root_that_keeps_it<S: Log>(
    store: S,
) {
    let desk = Desk::new(store);
    let mut painted =
        stored("gate.painted", 7, r#"{ "b" : 1.0, "a":340282366920938463463374607431768211455 }"#);
    painted.envelope.metadata = [("channel".to_owned(), "web".to_owned())].into();
    desk.emit(std::slice::from_ref(&painted)).await;
    let handler = move |event: Event<ParkEvent>| {
        assert_eq!(event.into_payload(), ParkEvent::Unknown(painted.clone()));
        async { Ok::<_, HandlerError>(()) }
    };
    let running = desk.subscribe("whole").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (1, 0, 0));
}

pub(crate) async fn an_unknown_event_waits_for_its_aggregate<S: Log>(store: S) {
    let again = YardEvent::Unknown(stored("yard.painted", 1, "{}"));
    assert_eq!(again.aggregate_kind(), "park", "emitted again, it is hashed as its siblings are");
    let desk = Desk::new(store);
    desk.emit(&[
        stored("yard.swept", 1, r#"{"gate":"g-1"}"#),
        stored("yard.painted", 1, "{}"),
        stored("yard.line.painted", 1, "{}"),
    ])
    .await;
    let (seen, mut handled) = mpsc::unbounded_channel();
    let handler = move |event: Event<YardEvent>| {
        seen.send((event.envelope().event_type.clone(), event.attempt())).unwrap();
        let fails = event.attempt() == 1 && matches!(*event, YardEvent::Swept { .. });
        async move { if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) } }
    };
    let running = desk.subscribe("yards").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    for (name, attempt) in
        [("yard.swept", 1), ("yard.swept", 2), ("yard.painted", 1), ("yard.line.painted", 1)]
    {
        assert_eq!(handled.recv().await.unwrap(), (name.to_owned(), attempt));
    }
}

pub(crate) async fn a_filter_that_newer_code_must_answer_stalls_every_handler<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[stored("gate.opened", 5, r#"{"gate":["g-1"]}"#)]).await;
    let filter = GateOpened::filter().and(|event: &Event<GateOpened>| event.visitors > 0);
    let handler = async |_: Event<RawEvent>| Ok(());
    let running = desk.subscribe("raw").filter(filter).handle(handler).start().await.unwrap();
    let error = running.settled().await.unwrap_err().to_string();
    assert!(error.contains("newer_version: `gate.opened`"), "{error}");
    assert!(error.contains("this code reads 4"), "{error}");
    assert_eq!(running.state(), State::Stalled);
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn trouble_keeps_its_order_under_a_handler_that_knows_less<S: Log>(store: S) {
    let desk = Desk::new(store);
    let events = [stored("yard.swept", 1, r#"{"gate":"g-1"}"#), stored("yard.painted", 1, "{}")];
    let brief = Duration::from_millis(20);
    let retry = Retry { first: brief, factor: 1, max: brief, ..stubborn() };
    // The second attempt comes when its sibling is parked.
    desk.leave_in_trouble::<YardEvent>("yards", retry, &events, 2).await;
    let ((seen, mut handled), failures) = (mpsc::unbounded_channel(), AtomicUsize::new(0));
    let handler = move |event: Event<RawEvent>| {
        let name = event.envelope().event_type.clone();
        let fails = name == "yard.swept" && failures.fetch_add(1, SeqCst) < 2;
        if !fails {
            seen.send(name).unwrap();
        }
        async move { if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) } }
    };
    let running = desk.subscribe("yards").retry(retry).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(handled.recv().await.unwrap(), "yard.swept");
    assert_eq!(handled.recv().await.unwrap(), "yard.painted");
}
