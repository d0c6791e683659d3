//! Readers accept what other versions write: more fields than they know, or fewer than they have.

use eventbus_runtime::{DomainEvent, ErrorKind};
use rand::RngExt;
use schemars::generate::Contract;
use serde_json::Value;

use crate::events::{LabEvent, SettingEvent, TextEvent};
use crate::json::Json;
use crate::random::Random;
use crate::{for_random_events, schema};

fn required(schema: &Value, key: &str) -> bool {
    schema["required"].as_array().is_some_and(|keys| keys.iter().any(|required| required == key))
}

#[test]
fn fields_that_nobody_knows_are_ignored_wherever_they_stand() {
    for_random_events(|event, rng| {
        let schema = schema(event.event_type(), Contract::Deserialize);
        let mut json = Json::parse(&event.to_data().unwrap());
        let mut added = 0;
        json.structs(&schema, &schema, &mut |schema, members| {
            // A map from a few names has those names alone.
            let most = if schema["additionalProperties"] == false { 0 } else { 2 };
            for _ in 0..rng.random_range(0..=most) {
                let key = format!("unknown {}", String::random(rng));
                let strangers = ["null", "1e3", "[{}]", r#"{"a":{"b":[]}}"#, r#""\u0000""#];
                let stranger = strangers[rng.random_range(0..strangers.len())];
                members.insert(key, Json::Scalar(stranger.to_owned()));
                added += 1;
            }
        });
        let data = json.to_string();
        let read = LabEvent::from_data(event.event_type(), event.version(), &data);
        assert_eq!(read.unwrap(), event, "{added} more in {data}");
    });
}

#[test]
fn fields_that_the_contract_does_not_require_may_be_missing() {
    for_random_events(|event, rng| {
        let schema = schema(event.event_type(), Contract::Deserialize);
        let mut json = Json::parse(&event.to_data().unwrap());
        json.structs(&schema, &schema, &mut |schema, members| {
            members.retain(|key, _| required(schema, key) || rng.random());
        });
        let data = json.to_string();
        let read = LabEvent::from_data(event.event_type(), event.version(), &data);
        let read = read.unwrap_or_else(|error| panic!("{data}: {}", error.full()));
        assert_eq!(read.event_type(), event.event_type());
    });
}

#[test]
fn a_field_that_the_contract_requires_is_missed() {
    for_random_events(|event, _| {
        let schema = schema(event.event_type(), Contract::Deserialize);
        let json = Json::parse(&event.to_data().unwrap());
        let Json::Object(members) = &json else { panic!("a payload is an object") };
        for key in members.keys().filter(|key| required(&schema, key)) {
            let mut fewer = members.clone();
            fewer.remove(key);
            let data = Json::Object(fewer).to_string();
            let error =
                LabEvent::from_data(event.event_type(), event.version(), &data).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::DeserializationFailed);
            assert!(error.full().contains(key.as_str()), "{key}: {}", error.full());
        }
    });
}

#[test]
fn what_is_missing_has_the_value_that_its_attribute_says() {
    let data = r#"{"writerId":"00000000-0000-0000-0000-000000000001","writtenAt":"2026-01-02T03:04:05Z","text":"t","lang":"de"}"#;
    let read = TextEvent::from_data("lab.text.written", 1, data).unwrap();
    let TextEvent::Written { language, copies, tags, r#type, .. } = read else {
        panic!("another event")
    };
    assert_eq!((language.as_deref(), copies, tags.len(), r#type), (Some("de"), 1, 0, None));
    let read = SettingEvent::from_data("lab.setting.changed", 1, r#"{"volume":3}"#).unwrap();
    let SettingEvent::Changed { volume, name, points } = read;
    assert_eq!((volume, name.as_str(), points.len()), (3, "", 0));
}
