//! Laws of the derive that hold for every value: random events, random documents, random edits of both.
//!
//! The seed of a failed run stands in its output; `EVENTBUS_TEST_SEED` runs it again.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

#[path = "../cdevents/events/mod.rs"]
mod cdevents;
mod contracts;
mod documents;
mod events;
mod identity;
mod json;
mod random;
mod tolerance;
mod unknown;
mod values;
mod versions;

use eventbus_runtime::DomainEvent;
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use schemars::generate::Contract;
use serde_json::Value;

use crate::events::LabEvent;
use crate::random::Random;

/// How many values each law is tried with.
const RUNS: usize = 400;

/// Tries a law with events of every type.
fn for_random_events(mut law: impl FnMut(LabEvent, &mut StdRng)) {
    let mut rng = seeded();
    for _ in 0..RUNS {
        law(LabEvent::random(&mut rng), &mut rng);
    }
}

fn schema(event_type: &str, contract: Contract) -> Value {
    let leaves = LabEvent::CATALOG.leaves();
    let leaf = leaves.into_iter().find(|leaf| leaf.event_type == event_type).unwrap();
    (leaf.schema)(contract).to_value()
}
