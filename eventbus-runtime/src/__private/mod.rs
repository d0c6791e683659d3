//! What the derive's code calls. No part of the public interface.

mod decode;
mod names;
mod subset;
mod wire;

pub use schemars;
pub use serde;
pub use serde_json;

pub(crate) use self::decode::read;
pub use self::decode::unknown_type;
pub use self::names::{
    Nested, Probe, Route, Standalone, fits, join, joined, prefix_of, route, same, text,
};
pub use self::subset::{is_subset, member, overlap};
pub(crate) use self::wire::raw;
pub use self::wire::{AggregateId, aggregate_id, catalog_json, read_tagged, to_data, write_tagged};
pub use crate::catalog::{Catalog, Group, Leaf, schema_of};
pub use crate::error::Result;
pub use crate::event::{DomainEvent, EventPayload};
