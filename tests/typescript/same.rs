//! The validators say what Rust and JSON Schema say: what Rust writes is accepted, and what a schema refuses is refused.
//!
//! Two differences are meant: a field is taken under its former names, of which JSON Schema knows nothing, and an integer that
//! JavaScript rounds is refused.

use std::collections::BTreeMap;

use eventbus_runtime::{Document, DomainEvent};
use eventbus_tests::random::seeded;
use jsonschema::Validator;
use rand::rngs::StdRng;
use schemars::generate::Contract;
use serde_json::Value;
use shop_events::ShopEvent;

use crate::cases::{Case, Generated};
use crate::cdevents::CdEvent;
use crate::documents::document;
use crate::events::LabEvent;
use crate::mutate::mutated;
use crate::node::{Questions, payloads};
use crate::random::Random;
use crate::versions::today;

/// How many documents are made of each type, and how many edits of each document.
const DOCUMENTS: usize = 30;
const EDITS: usize = 10;

/// How the message of a refusal ends that JSON Schema does not know.
const ROUNDED: &str = "JavaScript rounds integers beyond 2^53 - 1";

/// The former names of fields, and what they have in common with nothing else.
const FORMER: [&str; 2] = ["\"lang\":", "\"tel\":"];

/// A document, and what is known of it before the validator is asked.
struct Tried {
    event_type: String,
    text: String,
    /// Whether the schema accepts it and the code reads it; nothing where the two differ.
    accepted: Option<bool>,
    /// Whether it is as the code writes it.
    written: bool,
}

#[test]
fn the_shops_events_are_what_rust_says() {
    holds::<ShopEvent>("shop", |_| None);
}

#[test]
fn every_kind_of_field_is_what_rust_says() {
    holds::<LabEvent>("lab", |rng| Some(LabEvent::random(rng)));
}

#[test]
fn the_events_of_a_specification_are_what_rust_says() {
    holds::<CdEvent>("cdevents", |_| None);
}

#[test]
fn events_that_have_grown_are_what_rust_says() {
    holds::<today::ShopEvent>("versions", |_| None);
}

fn holds<E: DomainEvent>(name: &str, random: impl Fn(&mut StdRng) -> Option<E>) {
    let generated = Case::named(name).generate("out = \"events.ts\"");
    let mut rng = seeded();
    let mut all = Vec::new();
    for leaf in E::CATALOG.leaves() {
        let schema = reader(&generated, leaf.event_type, leaf.version);
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let readable = (leaf.schema)(Contract::Deserialize).to_value();
        for _ in 0..DOCUMENTS {
            let read = document(&readable, &mut rng);
            let written = E::from_data(leaf.event_type, leaf.version, &read).unwrap().to_data();
            let mut tried = |text: String, written| {
                let accepted = verdict::<E>(leaf.event_type, leaf.version, &text, &validator);
                let event_type = leaf.event_type.to_owned();
                all.push(Tried { event_type, text, accepted, written });
            };
            let value: Value = serde_json::from_str(&read).unwrap();
            for _ in 0..EDITS {
                tried(mutated(&value, &mut rng).to_string(), false);
            }
            tried(read, false);
            tried(written.unwrap(), true);
        }
    }
    for _ in 0..DOCUMENTS * 10 {
        let Some(event) = random(&mut rng) else { break };
        let (event_type, text) = (event.event_type().to_owned(), event.to_data().unwrap());
        all.push(Tried { event_type, text, accepted: Some(true), written: true });
    }
    let refused = all.iter().filter(|tried| tried.accepted == Some(false)).count();
    let accepted = all.iter().filter(|tried| tried.accepted == Some(true)).count();
    assert!(refused > all.len() / 10 && accepted > all.len() / 10, "{refused} and {accepted}");
    println!("{refused} refused and {accepted} accepted of {}", all.len());
    ask(&generated, &all, &versions::<E>());
}

fn versions<E: DomainEvent>() -> BTreeMap<&'static str, u64> {
    E::CATALOG.leaves().into_iter().map(|leaf| (leaf.event_type, leaf.version.into())).collect()
}

/// Asks the validators, and holds what they say against what is known.
fn ask(generated: &Generated, all: &[Tried], versions: &BTreeMap<&'static str, u64>) {
    let names = payloads(generated);
    let mut questions = Questions::about(generated);
    for tried in all {
        let key = (tried.event_type.clone(), versions[tried.event_type.as_str()]);
        questions.ask(&names[&key], &tried.text);
    }
    for (tried, answer) in all.iter().zip(questions.answers()) {
        let what = format!("{} {}: {answer}", tried.event_type, tried.text);
        let success = answer["success"] == true;
        assert_eq!(answer["standard"], true, "{what}");
        assert_eq!(answer["untouched"], true, "{what}");
        assert_eq!(answer["again"], success, "what was read is as it is read: {what}");
        assert_eq!(answer["thrown"].is_null(), success, "{what}");
        assert_eq!(answer["is"], answer["same"], "what is to be filled in is not one yet: {what}");
        if success {
            assert!(!tried.written || answer["is"] == true, "{what}");
            assert_ne!(tried.accepted, Some(false), "{what}");
        } else {
            let issues = answer["issues"].as_array().unwrap();
            assert!(!issues.is_empty() && answer["is"] == false, "{what}");
            let is_rounded = |issue: &Value| issue["message"].as_str().unwrap().contains(ROUNDED);
            assert!(tried.accepted != Some(true) || issues.iter().any(is_rounded), "{what}");
        }
    }
}

/// Whether the schema accepts it, where the code says the same.
fn verdict<E: DomainEvent>(
    event_type: &str,
    version: u32,
    text: &str,
    validator: &Validator,
) -> Option<bool> {
    let value = serde_json::from_str(text).unwrap();
    match (validator.is_valid(&value), E::from_data(event_type, version, text).is_ok()) {
        (true, true) => Some(true),
        (false, false) => Some(false),
        // The code alone takes a struct as a list, and an open enum's new variant with fields. Both are refused here.
        (false, true) if !FORMER.iter().any(|name| text.contains(name)) => Some(false),
        // The code alone knows the formats of texts, and the ranges of integers.
        _ => None,
    }
}

/// The reader contract of the registry.
fn reader(generated: &Generated, event_type: &str, version: u32) -> Value {
    let text = &generated.registry[&format!("{event_type}/v{version}.json")];
    let mut schema: Value = serde_json::from_str(text).unwrap();
    let keys = schema.as_object_mut().unwrap();
    keys.remove("$id");
    keys.remove("x-eventbus-writer");
    opened(&mut schema);
    schema
}

/// Takes their lists of values from open enums.
fn opened(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(opened),
        Value::Object(keys) => {
            let is_open = keys.contains_key(Document::OPEN);
            let is_list = |choice: &Value| choice["properties"].is_null();
            let lists = keys.get("oneOf").and_then(Value::as_array);
            if is_open && lists.is_none_or(|choices| choices.iter().all(is_list)) {
                keys.remove("oneOf");
                keys.remove("enum");
                keys.insert("type".to_owned(), Value::from("string"));
            }
            keys.values_mut().for_each(opened);
        }
        _ => {}
    }
}
