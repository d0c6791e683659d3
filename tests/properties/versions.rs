//! What former code wrote under former names, in former versions, this code reads as what it is today.

use std::collections::BTreeMap;

use eventbus_runtime::{Delivery, DomainEvent, Envelope, Event, EventPayload};
use jsonschema::Validator;
use rand::RngExt;
use rand::rngs::StdRng;
use schemars::JsonSchema;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::documents::document;
use crate::json::Json;
use crate::random::{Random, one, random_struct};
use crate::values::{Cents, Colour, Side, Tree};
use crate::{RUNS, seeded};

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "archive")]
enum ArchiveEvent {
    Letter(LetterEvent),
}

#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
enum LetterEvent {
    #[event(alias = "archive.letter.posted", alias = "mail.sent")]
    #[event(version = 5, upcast(1 => SentV1, 2 => SentV2, 3 => SentV3, 4 => LetterSent))]
    Sent {
        #[event(aggregate_id)]
        letter: u128,
        postage: Cents,
        lines: Vec<String>,
        stamps: BTreeMap<u32, Colour>,
        /// New in version 5, which version 4 reads as absent.
        side: Option<Side>,
    },
    Lost,
}

const NAMES: [&str; 3] = ["archive.letter.sent", "archive.letter.posted", "mail.sent"];

/// One text, and one stamp.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
struct SentV1 {
    letter: u64,
    text: String,
    stamp: Option<Colour>,
}

/// Numbers have grown, and a tree came and went.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(rename_all = "camelCase")]
struct SentV2 {
    letter_number: u128,
    text: String,
    stamp: Option<Colour>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<Tree>,
}

/// A price in whole euros, and lines.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
struct SentV3 {
    letter: u128,
    euros: i32,
    lines: Vec<String>,
    stamps: BTreeMap<u32, Colour>,
}

impl From<SentV1> for SentV2 {
    fn from(old: SentV1) -> Self {
        Self { letter_number: old.letter.into(), text: old.text, stamp: old.stamp, tree: None }
    }
}

impl From<SentV2> for SentV3 {
    fn from(old: SentV2) -> Self {
        Self {
            letter: old.letter_number,
            euros: 1,
            lines: old.text.lines().map(str::to_owned).collect(),
            stamps: old.stamp.into_iter().map(|stamp| (0, stamp)).collect(),
        }
    }
}

impl From<SentV3> for LetterSent {
    fn from(old: SentV3) -> Self {
        let postage = Cents(i64::from(old.euros) * 100);
        Self { letter: old.letter, postage, lines: old.lines, stamps: old.stamps, side: None }
    }
}

random_struct! {
    LetterSent { letter, postage, lines, stamps, side }
    SentV1 { letter, text, stamp }
    SentV2 { letter_number, text, stamp, tree }
    SentV3 { letter, euros, lines, stamps }
}

/// A payload of a random version as it was written, and what it is today.
fn stored(rng: &mut StdRng) -> (u32, String, LetterSent) {
    fn written<P: Serialize>(payload: &P) -> String {
        serde_json::to_string(payload).unwrap()
    }
    match rng.random_range(1..=6) {
        1 => {
            let old = SentV1::random(rng);
            (1, written(&old), SentV3::from(SentV2::from(old)).into())
        }
        2 => {
            let old = SentV2::random(rng);
            (2, written(&old), SentV3::from(old).into())
        }
        3 => {
            let old = SentV3::random(rng);
            (3, written(&old), old.into())
        }
        4 => {
            let old = LetterSent { side: None, ..LetterSent::random(rng) };
            let without = written(&old).replace(r#","side":null"#, "");
            (4, without, old)
        }
        version => {
            let payload = LetterSent::random(rng);
            (version, written(&payload), payload)
        }
    }
}

#[test]
fn every_version_under_every_name_becomes_what_the_steps_make_of_it() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (version, data, expected) = stored(&mut rng);
        let name = *one(&mut rng, &NAMES);
        let group = LetterEvent::from(expected.clone());
        let root = ArchiveEvent::Letter(group.clone());
        let what = format!("{name} at version {version}: {data}");
        assert_eq!(LetterSent::from_data(name, version, &data).unwrap(), expected, "{what}");
        assert_eq!(LetterEvent::from_data(name, version, &data).unwrap(), group, "{what}");
        let read = ArchiveEvent::from_data(name, version, &data).unwrap();
        assert_eq!(read, root, "{what}");
        // It is written as today, under today's name.
        assert_eq!((read.event_type(), read.version()), (LetterSent::TYPE, 5));
        let text = format!(r#"{{"data":{data},"dataversion":{version},"type":"{name}"}}"#);
        assert_eq!(serde_json::from_str::<ArchiveEvent>(&text).unwrap(), root, "{text}");
    }
}

#[test]
fn former_versions_ignore_what_they_never_knew() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (version, data, expected) = stored(&mut rng);
        let Json::Object(mut members) = Json::parse(&data) else { panic!("{data} is no object") };
        members.insert(format!("unknown {}", String::random(&mut rng)), Json::parse("[1.10,{}]"));
        let data = Json::Object(members).to_string();
        assert_eq!(LetterSent::from_data(NAMES[0], version, &data).unwrap(), expected, "{data}");
    }
}

#[test]
fn only_a_version_above_the_codes_own_is_newer() {
    let mut rng = seeded();
    for _ in 0..RUNS {
        let (version, data, expected) = stored(&mut rng);
        let event_type = one(&mut rng, &NAMES).to_string();
        let payload = ArchiveEvent::from_data(&event_type, version, &data).unwrap();
        let envelope = Envelope { event_type, version, ..Envelope::default() };
        let event = Event::new(payload, envelope, Delivery::new(1, 1));
        assert_eq!(event.is_newer(), version > 5);
        assert_eq!(event.into_payload(), ArchiveEvent::Letter(expected.into()));
    }
}

#[test]
fn every_document_that_the_contract_of_a_former_version_accepts_is_read() {
    let mut rng = seeded();
    let leaves = ArchiveEvent::CATALOG.leaves();
    let leaf = leaves.iter().find(|leaf| leaf.event_type == LetterSent::TYPE).unwrap();
    assert_eq!(leaf.upcasts.len(), 4);
    for upcast in leaf.upcasts {
        let reader = (upcast.schema)(Contract::Deserialize).to_value();
        let validator: Validator = jsonschema::draft202012::new(&reader).unwrap();
        for _ in 0..RUNS / 10 {
            let data = document(&reader, &mut rng);
            let value: Value = serde_json::from_str(&data).unwrap();
            assert!(validator.is_valid(&value), "{data} against {reader:#}");
            let read = ArchiveEvent::from_data(LetterSent::TYPE, upcast.version, &data);
            let read = read.unwrap_or_else(|error| panic!("{data}: {}", error.full()));
            assert_eq!(read.event_type(), LetterSent::TYPE);
        }
    }
}
