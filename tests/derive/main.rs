//! What `#[derive(DomainEvent)]` makes of nested enums.

mod catalog;
mod conversions;
mod events;
mod fields;
mod filter;
mod hygiene;
mod lints;
mod names;
mod retired;
mod subset;
mod unknown;
mod versions;
mod wire;
