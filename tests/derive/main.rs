//! What `#[derive(DomainEvent)]` makes of nested enums.

mod catalog;
mod conversions;
mod events;
#[allow(dead_code, unreachable_pub, reason = "the inputs are written as users write them")]
mod expand;
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
