//! What `#[derive(DomainEvent)]` makes of nested enums.

mod aggregates;
mod catalog;
mod conversions;
mod events;
mod evolution;
mod external;
mod fields;
mod hygiene;
mod lints;
mod names;
mod wire;
mod wire_attributes;
