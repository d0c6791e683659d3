//! The committed registry: one file per type and version, the facts of each type, samples of what its versions wrote,
//! and the facts of each enum.
//!
//! Everything downstream is a function of a [`Registry`]; the Rust code is not looked at again.

mod baseline;
mod beyond;
mod files;
mod git;
mod inline;
mod layout;
mod merge;
mod place;
mod review;
mod sample;
mod samples;
mod stored;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use eventbus_runtime::{CompatDocument, CompatMode, Document, GroupDocument, LeafDocument};
use serde_json::value::RawValue;

pub(crate) use self::baseline::{Baseline, Past, Shapes};
pub(crate) use self::beyond::{Beyond, beyond};
pub(crate) use self::files::files;
pub(crate) use self::git::{none_at, top_of};
pub(crate) use self::layout::{MANIFESTS, entries, folder_of, is_history, is_version, shape_file};
pub(crate) use self::merge::{DRAFT, as_object, leaves, merge, schema_of};
pub(crate) use self::place::{meant, near, refuse_absent};
pub(crate) use self::review::{Review, steps};
pub(crate) use self::sample::{Variety, sample, variety};
pub(crate) use self::samples::{Samples, Stored, beside, sample_path};
pub(crate) use self::stored::REMOVED;
pub(crate) use self::version::{Schemas, Version};

/// The catalog of the code. Its schemas are texts until one is looked into.
pub(crate) type Catalog = Document<Box<RawValue>>;

/// An enum of the catalog.
pub(crate) type Branch = GroupDocument<Box<RawValue>>;

/// An event type of the catalog.
pub(crate) type Leaf = LeafDocument<Box<RawValue>>;

/// Every event type that the code knows, with all its versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Registry {
    /// The root enum and what is below it.
    pub(crate) root: Group,
    /// The event types by name.
    pub(crate) events: BTreeMap<String, Event>,
    /// The types that are gone from the code, and not purged: their events may still be stored.
    pub(crate) gone: BTreeMap<String, Event>,
    /// Who must understand whom, where a type does not say so itself.
    pub(crate) compat: Option<CompatMode>,
}

/// An enum of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The enum's path in Rust.
    pub(crate) rust_path: String,
    /// Its doc comment.
    pub(crate) docs: String,
    /// What the names below it begin with; empty for the root.
    pub(crate) prefix: String,
    /// Its variants, in the order of their names: moving one in Rust changes no file.
    pub(crate) members: Vec<Member>,
    /// Whether it keeps the events below its prefix that no variant is for.
    pub(crate) unknown: bool,
}

/// A variant of a [`Group`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Member {
    /// A nested enum.
    Group(Group),
    /// An event type, by name.
    Event(String),
}

/// An event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    /// The payload struct's path in Rust.
    pub(crate) rust_path: String,
    /// The variant's doc comment.
    pub(crate) docs: String,
    /// The name on the wire of the field that holds the aggregate's id.
    pub(crate) aggregate_id: Option<String>,
    /// The version in which the code writes it.
    pub(crate) current: u32,
    /// What its author says of it beyond its shape.
    pub(crate) facts: Facts,
    /// The versions by number, the current one and the frozen ones.
    pub(crate) versions: BTreeMap<u32, Arc<Version>>,
    /// The shapes that versions had before, of the current one, and of former ones those that are not on disk yet.
    pub(crate) shapes: BTreeMap<u32, Shapes>,
}

/// What the derive's attributes say of an event type. What is not said has no place in the registry's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The name on the wire of the field that holds the tenant.
    pub(crate) tenant_id: Option<String>,
    /// The name on the wire of the field that holds the event's key.
    pub(crate) event_key: Option<String>,
    /// The names on the wire of the fields whose type says nothing of their shape.
    pub(crate) opaque: Vec<String>,
    /// The note of `#[deprecated]`, empty where none was given.
    pub(crate) deprecated: Option<String>,
    /// What the author wants of the evolution check.
    pub(crate) compat: Option<CompatDocument>,
    /// The kind of the aggregate; empty where it is the first segment of the name.
    pub(crate) aggregate: String,
    /// Former names, still read.
    pub(crate) aliases: Vec<String>,
    /// The former versions that are read, with the path in Rust of the struct that reads each.
    pub(crate) upcasts: Vec<(u32, String)>,
    /// The former versions that nothing reads any more.
    pub(crate) unreadable: Vec<u32>,
    /// The day from which it is no longer emitted.
    pub(crate) retired: Option<String>,
    /// The changes that were let through, with the reasons.
    pub(crate) reviewed: BTreeSet<Review>,
    /// What the schema says of places in the payload beyond JSON Schema.
    pub(crate) beyond: Beyond,
}

impl Event {
    /// The version that the code writes.
    pub(crate) fn current(&self) -> &Version {
        self.versions.get(&self.current).expect("merge() puts the current version into the map")
    }
}

#[cfg(test)]
pub(crate) mod tests;
