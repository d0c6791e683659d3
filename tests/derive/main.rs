//! What `#[derive(DomainEvent)]` makes of nested enums.

mod catalog;
mod conversions;
mod events;
mod filter;
mod hygiene;
mod lints;
mod names;
mod subset;
mod wire;
