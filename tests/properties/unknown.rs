//! What this code does not know goes through it as it came, byte for byte.

use eventbus_runtime::{DomainEvent, Envelope, EventBus, RawEvent};
use rand::RngExt;
use rand::rngs::StdRng;
use uuid::Uuid;

use crate::random::{Random, one};
use crate::{RUNS, seeded};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "zoo")]
enum ZooEvent {
    Cage(CageEvent),
    Keeper(KeeperEvent),
    #[event(unknown)]
    Unknown(RawEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[expect(clippy::large_enum_variant, reason = "a whole event is larger than one that is known")]
enum CageEvent {
    Opened,
    #[event(unknown)]
    Unknown(RawEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
enum KeeperEvent {
    Hired { name: String },
}

/// A payload with spaces, numbers and escapes that writing it again would change.
fn payload(rng: &mut StdRng) -> String {
    let spaces = ["", " ", "\n\t"];
    let values =
        ["1.10", "1e+400", "-0", "340282366920938463463374607431768211456", r#""\u00e4\/""#, "[ ]"];
    let mut text = String::from("{");
    for at in 0..rng.random_range(0..4) {
        let (space, value) = (*one(rng, &spaces), *one(rng, &values));
        let comma = if at == 0 { "" } else { "," };
        // A key that stands twice is one that a map would lose.
        text += &format!(r#"{comma}{space}"a{}"{space}:{space}{value}{space}"#, at / 2);
    }
    text + "}"
}

/// An event of a type that no code here has, and where it belongs.
fn stranger(rng: &mut StdRng) -> (RawEvent, fn(RawEvent) -> ZooEvent) {
    let cage: fn(RawEvent) -> ZooEvent = |raw| ZooEvent::Cage(CageEvent::Unknown(raw));
    let names = [
        ("zoo.cage.cleaned", cage),
        ("zoo.cage.opened.wide", cage),
        ("zoo.keeper.fired", ZooEvent::Unknown),
        ("zoo.cages.opened", ZooEvent::Unknown),
        ("zoo.animal.born", ZooEvent::Unknown),
    ];
    let (name, place) = *one(rng, &names);
    let text = |rng: &mut StdRng| -> Option<String> {
        Option::<u32>::random(rng).map(|number| format!("ä {number}"))
    };
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: name.to_owned(),
        version: rng.random_range(1..=u32::MAX >> 1),
        source: format!("source {}", u8::random(rng)),
        tenant: text(rng),
        aggregate_id: text(rng),
        correlation_id: Option::random(rng),
        causation_id: Option::random(rng),
        traceparent: text(rng),
        tracestate: text(rng),
        priority: eventbus_runtime::Priority::Normal,
        metadata: text(rng).map(|text| ("channel".to_owned(), text)).into_iter().collect(),
    };
    (RawEvent { envelope, data: payload(rng) }, place)
}

#[tokio::test]
async fn a_stored_stranger_is_decoded_and_emitted_again_byte_for_byte() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (raw, place) = stranger(&mut rng);
        let event = ZooEvent::__from_raw(&raw).unwrap();
        assert_eq!(event, place(raw.clone()));
        assert_eq!(event.to_data().unwrap(), raw.data);
        let bus = EventBus::in_memory();
        let mut transaction = bus.begin();
        bus.emit(&mut transaction, &event).await.unwrap();
        transaction.commit().unwrap();
        let log: Vec<_> = bus.log().into_iter().map(|stored| stored.event).collect();
        assert_eq!(log, [raw]);
    }
}

#[test]
fn the_enums_own_json_keeps_the_bytes_of_a_strangers_payload() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (raw, _) = stranger(&mut rng);
        let Envelope { event_type, version, .. } = &raw.envelope;
        let data = &raw.data;
        let text = format!(r#"{{"type":"{event_type}","dataversion":{version},"data":{data}}}"#);
        let event: ZooEvent = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&event).unwrap(), text);
    }
}

#[test]
fn the_json_of_a_raw_event_is_read_back_as_the_event() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (raw, _) = stranger(&mut rng);
        let text = serde_json::to_string(&raw).unwrap();
        assert_eq!(serde_json::from_str::<RawEvent>(&text).unwrap(), raw, "{text}");
    }
}
