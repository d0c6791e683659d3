//! The published schemas say what is written and what is read.

use std::collections::BTreeMap;

use eventbus_runtime::{DomainEvent, Leaf};
use jsonschema::Validator;
use schemars::generate::Contract;
use serde_json::Value;
use shop_events::ShopEvent;

use crate::cdevents::CdEvent;
use crate::documents::document;
use crate::events::LabEvent;
use crate::{RUNS, for_random_events, seeded};

/// One leaf's schema under one contract, compiled.
struct Published {
    schema: Value,
    validator: Validator,
}

impl Published {
    fn of(leaf: &Leaf, contract: Contract) -> Self {
        let schema = (leaf.schema)(contract).to_value();
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        let validator = options.should_validate_formats(true).build(&schema).unwrap();
        Self { schema, validator }
    }

    /// Asserts that the text is what the schema says.
    fn accepts(&self, data: &str) {
        // A number beyond 64 bits becomes a float here; the schemas have no bound for it to miss.
        let value: Value = serde_json::from_str(data).unwrap();
        let mistakes: Vec<_> =
            self.validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(mistakes, [""; 0], "{data} against {:#}", self.schema);
    }
}

#[test]
fn what_is_written_fits_the_contract_of_the_writer_and_that_of_the_reader() {
    let contracts = [Contract::Serialize, Contract::Deserialize];
    let published: BTreeMap<_, _> = LabEvent::CATALOG
        .leaves()
        .into_iter()
        .map(|leaf| {
            (leaf.event_type, contracts.clone().map(|contract| Published::of(leaf, contract)))
        })
        .collect();
    for_random_events(|event, _| {
        let data = event.to_data().unwrap();
        published[event.event_type()].iter().for_each(|contract| contract.accepts(&data));
    });
}

#[test]
fn every_document_that_the_contract_of_the_reader_accepts_is_read() {
    every_document_is_read::<LabEvent>();
}

#[test]
fn every_document_of_the_examples_events_is_read() {
    every_document_is_read::<ShopEvent>();
}

#[test]
fn every_document_of_a_published_specification_is_read() {
    every_document_is_read::<CdEvent>();
}

fn every_document_is_read<E: DomainEvent>() {
    let mut rng = seeded();
    let leaves = E::CATALOG.leaves();
    assert!(leaves.len() > 10);
    for leaf in leaves {
        let reader = Published::of(leaf, Contract::Deserialize);
        let writer = Published::of(leaf, Contract::Serialize);
        for _ in 0..RUNS / 10 {
            let data = document(&reader.schema, &mut rng);
            reader.accepts(&data);
            let read = E::from_data(leaf.event_type, leaf.version, &data);
            let read = read.unwrap_or_else(|error| panic!("{data}: {}", error.full()));
            assert_eq!(read.event_type(), leaf.event_type);
            // What was read is written as this code writes.
            writer.accepts(&read.to_data().unwrap());
        }
    }
}
