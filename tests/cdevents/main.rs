//! The published events of a real specification, CDEvents 0.6, modelled with `#[derive(DomainEvent)]`.
//!
//! `data/` holds the specification's 48 conformance examples as they were published, with their licence.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod document;
mod events;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use eventbus_runtime::{DomainEvent, ErrorKind};
use schemars::generate::Contract;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::document::Document;
use crate::events::CdEvent;

struct Example {
    file: String,
    text: String,
    document: Document,
}

fn examples() -> Vec<Example> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("cdevents/data");
    let mut examples: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let text = fs::read_to_string(path).unwrap();
            let document = serde_json::from_str(&text).unwrap();
            Example { file, text, document }
        })
        .collect();
    examples.sort_by(|one, other| one.file.cmp(&other.file));
    examples
}

impl Example {
    fn decoded(&self) -> CdEvent {
        let (event_type, _) = self.document.context.type_and_version();
        let subject = self.document.subject.get();
        CdEvent::from_data(event_type, 1, subject).unwrap_or_else(|error| {
            panic!("{}: {}", self.file, error.full());
        })
    }
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn every_example_is_one_leaf_of_the_catalog_and_every_leaf_has_its_example() {
    let examples = examples();
    assert_eq!(examples.len(), 48);
    let types: BTreeSet<_> =
        examples.iter().map(|example| example.document.context.type_and_version().0).collect();
    let leaves = CdEvent::CATALOG.leaves();
    assert_eq!(leaves.len(), 48);
    assert_eq!(types, leaves.iter().map(|leaf| leaf.event_type).collect());
    let subjects: BTreeSet<_> = types.iter().map(|name| name.rsplit_once('.').unwrap().0).collect();
    assert_eq!(subjects.len(), 15);
}

#[test]
fn every_example_decodes_into_the_leaf_that_its_file_is_named_after() {
    for example in examples() {
        let event = example.decoded();
        let named = format!("dev.cdevents.{}", example.file.replace('_', "."));
        assert_eq!(event.event_type(), named);
        let subject = value(example.document.subject.get());
        assert_eq!(event.aggregate_id().as_deref(), subject["id"].as_str(), "{named}");
    }
}

#[test]
fn every_example_is_encoded_again_to_the_same_json_value() {
    for mut example in examples() {
        let event = example.decoded();
        let (event_type, version) = example.document.context.type_and_version();
        let versioned_type = format!("{}.{version}", event.event_type());
        assert_eq!(event.event_type(), event_type);
        example.document.context.versioned_type = versioned_type;
        example.document.subject = RawValue::from_string(event.to_data().unwrap()).unwrap();
        let again = serde_json::to_string(&example.document).unwrap();
        assert_eq!(value(&again), value(&example.text), "{}", example.file);
    }
}

#[test]
fn every_example_survives_the_enums_own_json() {
    for example in examples() {
        let event = example.decoded();
        let text = serde_json::to_string(&event).unwrap();
        assert_eq!(serde_json::from_str::<CdEvent>(&text).unwrap(), event, "{}", example.file);
    }
}

#[test]
fn every_example_fits_the_published_schemas_of_both_contracts() {
    let leaves = CdEvent::CATALOG.leaves();
    for example in examples() {
        let (event_type, _) = example.document.context.type_and_version();
        let leaf = leaves.iter().find(|leaf| leaf.event_type == event_type).unwrap();
        let subject = value(example.document.subject.get());
        for contract in [Contract::Deserialize, Contract::Serialize] {
            let schema = (leaf.schema)(contract.clone());
            let validator = jsonschema::draft202012::new(schema.as_value()).unwrap();
            let mistakes: Vec<_> =
                validator.iter_errors(&subject).map(|error| error.to_string()).collect();
            assert_eq!(mistakes, [""; 0], "{} under {contract:?}", example.file);
        }
    }
}

#[test]
fn a_predicate_that_the_catalog_lacks_is_an_unknown_type() {
    for event_type in ["dev.cdevents.build.cancelled", "dev.cdevents.deployment.started", "build"] {
        let error = CdEvent::from_data(event_type, 1, "{}").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownType, "{event_type}");
    }
}
