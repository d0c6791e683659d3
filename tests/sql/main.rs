//! The SQL that is made on request, as real servers and files take it: views that never fail, and checks that never refuse
//! what a schema allows.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod allowed;
mod asked;
mod cases;
#[path = "../catalogs/events/mod.rs"]
#[allow(
    dead_code,
    reason = "of the catalogs that others print, only how one is made of code is used"
)]
mod catalogs;
#[path = "../cdevents/events/mod.rs"]
mod cdevents;
mod columns;
mod database;
#[path = "../properties/documents.rs"]
mod documents;
#[path = "../properties/events.rs"]
mod events;
mod hostile;
#[path = "../typescript/mutate.rs"]
mod mutate;
mod plans;
#[path = "../properties/random.rs"]
mod random;
mod seen;
mod spoilt;
mod steps;
#[path = "../properties/values.rs"]
mod values;
#[path = "../typescript/versions.rs"]
mod versions;
