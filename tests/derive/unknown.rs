//! What this code does not know is kept whole, in the nearest enum that has a place for it.

use eventbus_runtime::__private::catalog_json;
use eventbus_runtime::{
    Document, DomainEvent, Envelope, ErrorKind, EventBus, MemoryBus, Node, RawEvent,
};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum ParkEvent {
    Gate(GateEvent),
    Ride(RideEvent),
    #[event(unknown)]
    Unknown(RawEvent),
}

#[expect(clippy::large_enum_variant, reason = "a whole event is larger than one that is known")]
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
enum GateEvent {
    #[event(alias = "ride.entered")]
    Opened {},
    Turnstile(TurnstileEvent),
    #[event(unknown)]
    Other(RawEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum TurnstileEvent {
    Turned { times: u32 },
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum RideEvent {
    Started,
}

/// Spaces and a number that no float holds: nothing of it may be read and written again.
const DATA: &str = r#"{ "b" : 1.0, "a":340282366920938463463374607431768211455 }"#;

fn raw(event_type: &str) -> RawEvent {
    let envelope = Envelope {
        id: Uuid::from_u128(0x0193_7b5e_7c00_7000_8000_0000_0000_0001),
        event_type: event_type.to_owned(),
        version: 7,
        source: "elsewhere".to_owned(),
        tenant: Some("t".to_owned()),
        aggregate_id: Some("g-1".to_owned()),
        correlation_id: Some(Uuid::from_u128(0x0193_7b5e_7c00_7000_8000_0000_0000_0002)),
        metadata: [("channel".to_owned(), "web".to_owned())].into(),
        ..Envelope::default()
    };
    RawEvent { envelope, data: DATA.to_owned() }
}

#[test]
fn the_nearest_enum_on_the_way_keeps_it() {
    let kept = |name| ParkEvent::__from_raw(&raw(name)).unwrap();
    for name in ["gate.locked", "gate.turnstile.stuck", "gate.turnstile.turned.twice", "gate.a.b.c"]
    {
        assert_eq!(kept(name), ParkEvent::Gate(GateEvent::Other(raw(name))), "{name}");
    }
    for name in ["ride.stopped", "shop.opened", "gate", "gates.opened", "x"] {
        assert_eq!(kept(name), ParkEvent::Unknown(raw(name)), "{name}");
    }
}

#[test]
fn a_group_keeps_only_what_is_below_its_own_prefix() {
    let name = "gate.locked";
    assert_eq!(GateEvent::__from_raw(&raw(name)).unwrap(), GateEvent::Other(raw(name)));
    let error = GateEvent::__from_raw(&raw("ride.stopped")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownType);
    let error = RideEvent::__from_raw(&raw("ride.stopped")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownType);
    let error = GateOpened::__from_raw(&raw("gate.locked")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownType);
}

#[test]
fn a_former_name_is_not_unknown_however_near_a_place_for_that_is() {
    let read = ParkEvent::from_data("ride.entered", 1, "{}").unwrap();
    assert_eq!(read, ParkEvent::Gate(GateEvent::Opened {}));
}

#[test]
fn a_known_type_that_does_not_fit_is_no_unknown_one() {
    let error = ParkEvent::from_data("gate.turnstile.turned", 1, "{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
}

#[test]
fn it_answers_with_what_it_is() {
    let event = ParkEvent::__from_raw(&raw("gate.locked")).unwrap();
    assert_eq!(event.event_type(), "gate.locked");
    assert_eq!(event.version(), 7);
    assert_eq!(event.aggregate_id().as_deref(), Some("g-1"));
    assert_eq!(event.to_data().unwrap(), DATA);
}

#[test]
fn the_enums_own_json_keeps_the_text_of_the_payload() {
    let text = format!(r#"{{"type":"ride.stopped","dataversion":7,"data":{DATA}}}"#);
    let event: ParkEvent = serde_json::from_str(&text).unwrap();
    let ParkEvent::Unknown(raw) = &event else { panic!("nobody knows it: {event:?}") };
    assert_eq!((raw.envelope.event_type.as_str(), raw.envelope.version), ("ride.stopped", 7));
    assert_eq!((raw.envelope.source.as_str(), raw.data.as_str()), ("", DATA));
    assert!(!raw.envelope.id.is_nil());
    assert_eq!(serde_json::to_string(&event).unwrap(), text);
}

async fn emitted(emit: impl AsyncFnOnce(&MemoryBus)) -> Vec<RawEvent> {
    let bus = EventBus::in_memory().with_source("park");
    emit(&bus).await;
    bus.log().into_iter().map(|stored| stored.event).collect()
}

#[tokio::test]
async fn it_is_emitted_again_byte_for_byte() {
    let event = ParkEvent::__from_raw(&raw("gate.locked")).unwrap();
    let log = emitted(async |bus| {
        let mut transaction = bus.begin();
        let ids = bus.emit(&mut transaction, &event).await.unwrap();
        assert_eq!(ids.ids(), [raw("gate.locked").envelope.id]);
        bus.emit(&mut transaction, vec![event.clone()]).await.unwrap();
        let group = GateEvent::Other(raw("gate.locked"));
        bus.emit(&mut transaction, (group, raw("gate.locked"))).await.unwrap();
        bus.emit(&mut transaction, &raw("gate.locked")).await.unwrap();
        bus.emit(&mut transaction, [raw("gate.locked"), raw("gate.locked")]).await.unwrap();
        transaction.commit().unwrap();
    })
    .await;
    assert_eq!(log, vec![raw("gate.locked"); 7]);
}

#[tokio::test]
async fn without_a_source_it_gets_that_of_the_bus() {
    let log = emitted(async |bus| {
        let event = ParkEvent::from_data("ride.stopped", 2, DATA).unwrap();
        let mut transaction = bus.begin();
        bus.emit(&mut transaction, (event, RideEvent::Started)).await.unwrap();
        transaction.commit().unwrap();
    })
    .await;
    let facts = |event: &RawEvent| {
        let envelope = &event.envelope;
        (envelope.event_type.clone(), envelope.version, envelope.source.clone())
    };
    assert_eq!(facts(&log[0]), ("ride.stopped".to_owned(), 2, "park".to_owned()));
    assert_eq!(facts(&log[1]), ("ride.started".to_owned(), 1, "park".to_owned()));
    assert_eq!(log[0].data, DATA);
}

#[tokio::test]
async fn what_no_log_could_hold_is_refused() {
    let bus = EventBus::in_memory();
    let mut transaction = bus.begin();
    let broken = |change: fn(&mut RawEvent)| {
        let mut event = raw("gate.locked");
        change(&mut event);
        event
    };
    for (event, part) in [
        (broken(|event| event.data = "{".to_owned()), "the payload of `gate.locked` is no JSON"),
        (broken(|event| event.envelope.version = 0), "`gate.locked` has version 0"),
        (broken(|event| event.envelope.id = Uuid::nil()), "the id of `gate.locked` is nil"),
        (broken(|event| event.envelope.event_type = "gate".to_owned()), "`gate` is no type name"),
        (
            broken(|event| event.envelope.event_type = "gate.*".to_owned()),
            "`gate.*` is no type name",
        ),
        (broken(|event| event.envelope.aggregate_id = Some(String::new())), "aggregate id"),
        (broken(|event| event.data = r#""\u0000""#.to_owned()), "U+0000"),
    ] {
        let error = bus.emit(&mut transaction, event).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ValidationFailed);
        assert!(error.to_string().contains(part), "{error}");
    }
    transaction.commit().unwrap();
    assert_eq!(bus.log(), []);
}

#[test]
fn the_catalog_says_which_enums_keep_it() {
    let document: Document = serde_json::from_str(&catalog_json(ParkEvent::CATALOG)).unwrap();
    assert!(document.root.unknown);
    assert_eq!(document.root.members.len(), 2);
    let kept: Vec<_> = document
        .root
        .members
        .iter()
        .map(|node| matches!(node, Node::Group(group) if group.unknown))
        .collect();
    assert_eq!(kept, [true, false]);
}
