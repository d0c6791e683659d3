//! What `#[derive(DomainEvent)]` makes of nested enums.

mod aggregates;
mod allocations;
mod catalog;
mod conversions;
mod encoding;
mod events;
mod evolution;
#[allow(
    dead_code,
    unreachable_pub,
    clippy::large_enum_variant,
    reason = "the inputs are written as users write them"
)]
mod expand;
mod external;
mod fields;
mod filter;
mod hygiene;
mod lints;
mod names;
mod raw;
mod retired;
mod subset;
mod unknown;
mod versions;
mod wire;
mod wire_attributes;
