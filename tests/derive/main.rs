//! What `#[derive(DomainEvent)]` makes of nested enums.

mod allocations;
mod catalog;
mod conversions;
mod encoding;
mod events;
mod hygiene;
mod lints;
mod names;
mod wire;
