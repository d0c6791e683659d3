//! What the derive's code calls. No part of the public interface.

mod decode;
mod marks;
mod names;
mod program;
mod samples;
mod subset;
mod wire;

pub use schemars;
pub use serde;
pub use serde_json;

pub use self::decode::{Direct, decode, unknown_type};
pub(crate) use self::decode::{decode_raw, read};
pub use self::marks::{EventKey, TenantId, event_key, tenant_id};
pub use self::names::{
    LONGEST, Nested, Probe, Standalone, alias_clash, between, fits, is_live, join, joined,
    prefix_of, same, states_its_kind, text,
};
pub use self::program::answer;
pub use self::samples::{Rewritten, decode_samples, rewrite, rewrite_samples};
pub use self::subset::{is_subset, member, overlap};
pub(crate) use self::wire::raw;
pub use self::wire::{AggregateId, aggregate_id, catalog_json, read_tagged, to_data, write_tagged};
pub use crate::catalog::{
    Catalog, Compat, CompatMode, Group, Leaf, Source, Upcast, is_below, schema_of,
};
pub use crate::envelope::RawEvent;
pub use crate::error::{Error, Result};
pub use crate::event::{DomainEvent, Emission, Emittable, EventPayload};
pub use crate::int_string;
