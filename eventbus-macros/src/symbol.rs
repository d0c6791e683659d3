//! The words of `#[event(..)]`, each spelled once.

pub(crate) const EVENT: &str = "event";
pub(crate) const DOC: &str = "doc";
pub(crate) const SERDE: &str = "serde";
pub(crate) const SCHEMARS: &str = "schemars";
pub(crate) const DEPRECATED: &str = "deprecated";

pub(crate) const AGGREGATE_ID: &str = "aggregate_id";
pub(crate) const ALIAS: &str = "alias";
pub(crate) const CRATE: &str = "crate";
pub(crate) const DERIVE: &str = "derive";
pub(crate) const EXTERNAL: &str = "external";
pub(crate) const NAME: &str = "name";
pub(crate) const PAYLOAD: &str = "payload";
pub(crate) const PREFIX: &str = "prefix";
pub(crate) const RENAME_ALL: &str = "rename_all";
pub(crate) const RETIRED: &str = "retired";
pub(crate) const UNKNOWN: &str = "unknown";
pub(crate) const UNREADABLE: &str = "unreadable";
pub(crate) const UPCAST: &str = "upcast";
pub(crate) const VERSION: &str = "version";

/// The keys that may stand in one place more than once.
pub(crate) const REPEATABLE: &[&str] = &[ALIAS];
pub(crate) const AGGREGATE: &str = "aggregate";
pub(crate) const COMPAT: &str = "compat";
pub(crate) const EVENT_KEY: &str = "event_key";
pub(crate) const INT: &str = "int";
pub(crate) const OPAQUE: &str = "opaque";
pub(crate) const SCHEMA: &str = "schema";
pub(crate) const TENANT_ID: &str = "tenant_id";

/// Where `#[event(..)]` stands, with the keys that it takes there.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    pub(crate) name: &'static str,
    pub(crate) keys: &'static [&'static str],
}

pub(crate) const ENUM: Place =
    Place { name: "an enum", keys: &[AGGREGATE, CRATE, DERIVE, PREFIX, RENAME_ALL] };
pub(crate) const VARIANT: Place = Place {
    name: "a variant",
    keys: &[ALIAS, COMPAT, EXTERNAL, NAME, PAYLOAD, RETIRED, UNKNOWN, UNREADABLE, UPCAST, VERSION],
};
pub(crate) const STRUCT: Place = Place { name: "a payload struct", keys: &[CRATE] };
pub(crate) const SUBSET: Place = Place { name: "a subset", keys: &[CRATE] };
pub(crate) const FIELD: Place =
    Place { name: "a field", keys: &[AGGREGATE_ID, EVENT_KEY, INT, OPAQUE, SCHEMA, TENANT_ID] };
