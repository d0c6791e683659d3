//! What `#[derive(DomainEvent)]` makes of nested enums.

mod catalog;
mod conversions;
mod events;
mod hygiene;
mod lints;
mod names;
mod retired;
mod unknown;
mod versions;
mod wire;
