//! What this code writes, this code reads: the same event, whichever way it goes.

use eventbus_runtime::{DomainEvent, EventPayload};

use crate::events::{
    GivenEvent, LabEvent, Merged, MixedEvent, MixedNested, MixedPlain, NumberEvent, NumberReal,
    NumberSigned, NumberUnsigned, NumberWide, SettingChanged, SettingEvent, ShapeDrawn, ShapeEvent,
    ShapeGrown, ShapeIndexed, SolidCut, SolidEvent, SolidMelted, TextErased, TextEvent,
    TextWritten,
};
use crate::random::Random;
use crate::{RUNS, for_random_events, seeded};

#[test]
fn the_data_of_an_event_is_read_back_as_the_event() {
    for_random_events(|event, _| {
        let data = event.to_data().unwrap();
        let read = LabEvent::from_data(event.event_type(), event.version(), &data).unwrap();
        assert_eq!(read, event, "{data}");
        assert_eq!(read.to_data().unwrap(), data);
    });
}

#[test]
fn the_enums_own_json_is_read_back_as_the_event() {
    for_random_events(|event, _| {
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<LabEvent>(&text).unwrap(), event, "{text}");
        assert_eq!(serde_json::from_slice::<LabEvent>(text.as_bytes()).unwrap(), event, "{text}");
        let indented = serde_json::to_string_pretty(&event).unwrap();
        assert_eq!(serde_json::from_str::<LabEvent>(&indented).unwrap(), event, "{indented}");
    });
}

#[test]
fn the_enums_own_json_holds_the_data_as_it_is() {
    for_random_events(|event, _| {
        let (name, version) = (event.event_type(), event.version());
        let data = event.to_data().unwrap();
        let expected = format!(r#"{{"type":"{name}","dataversion":{version},"data":{data}}}"#);
        assert_eq!(serde_json::to_string(&event).unwrap(), expected);
    });
}

#[test]
fn another_name_never_reads_an_event() {
    for_random_events(|event, _| {
        let data = event.to_data().unwrap();
        for name in [format!("{}.more", event.event_type()), event.event_type()[1..].to_owned()] {
            assert!(LabEvent::from_data(&name, 1, &data).is_err(), "{name}");
        }
    });
}

/// An enum writes its variants' fields from where they are, a payload struct its own.
fn enum_and_struct_write_alike<P: EventPayload + DomainEvent + Random, E: DomainEvent + From<P>>() {
    let mut rng = seeded();
    for _ in 0..RUNS / 10 {
        let payload = P::random(&mut rng);
        let data = serde_json::to_string(&payload).unwrap();
        let facts = (payload.aggregate_id(), payload.tenant_id(), payload.event_key());
        assert_eq!(payload.to_data().unwrap(), data);
        let event = E::from(payload);
        assert_eq!(event.to_data().unwrap(), data, "{}", event.event_type());
        assert_eq!((event.aggregate_id(), event.tenant_id(), event.event_key()), facts, "{data}");
    }
}

#[test]
fn an_enum_writes_what_the_payload_struct_writes() {
    enum_and_struct_write_alike::<NumberSigned, NumberEvent>();
    enum_and_struct_write_alike::<NumberUnsigned, NumberEvent>();
    enum_and_struct_write_alike::<NumberReal, NumberEvent>();
    enum_and_struct_write_alike::<NumberWide, NumberEvent>();
    enum_and_struct_write_alike::<TextWritten, TextEvent>();
    enum_and_struct_write_alike::<TextErased, TextEvent>();
    enum_and_struct_write_alike::<ShapeDrawn, ShapeEvent>();
    enum_and_struct_write_alike::<ShapeIndexed, ShapeEvent>();
    enum_and_struct_write_alike::<ShapeGrown, ShapeEvent>();
    enum_and_struct_write_alike::<SolidCut, SolidEvent>();
    enum_and_struct_write_alike::<SolidMelted, SolidEvent>();
    enum_and_struct_write_alike::<Merged, GivenEvent>();
    enum_and_struct_write_alike::<SettingChanged, SettingEvent>();
    enum_and_struct_write_alike::<MixedNested, MixedEvent>();
    enum_and_struct_write_alike::<MixedPlain, MixedEvent>();
}
