//! What this code writes, this code reads: the same event, whichever way it goes.

use eventbus_runtime::DomainEvent;

use crate::events::LabEvent;
use crate::for_random_events;

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
