//! The generated TypeScript, as the real compiler and a real Node take it.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod cases;
#[path = "../catalogs/events/mod.rs"]
#[allow(dead_code, reason = "titles are for the suites that print documents")]
mod catalogs;
#[path = "../cdevents/events/mod.rs"]
mod cdevents;
mod compiled;
#[path = "../properties/documents.rs"]
mod documents;
#[path = "../properties/events.rs"]
mod events;
mod keywords;
mod mutate;
mod node;
mod page;
#[path = "../properties/random.rs"]
mod random;
mod reading;
mod same;
mod snapshots;
#[path = "../properties/values.rs"]
mod values;
mod versions;
