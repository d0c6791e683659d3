//! Every event type below a root, as statics, and the same as a document that the toolchain reads.

mod document;
mod schema;

use schemars::Schema;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};

pub use self::document::{
    CompatDocument, Document, GroupDocument, LeafDocument, Node, SourceDocument, UpcastDocument,
};
pub use self::schema::schema_of;
pub(crate) use self::schema::with_names;

/// A node of the tree of event types.
#[derive(Debug, Clone, Copy)]
pub enum Catalog {
    /// An enum with the nodes of its variants.
    Group(&'static Group),
    /// One event type.
    Leaf(&'static Leaf),
}

/// An enum of events: a root, or a group below one.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// The type's path in Rust, `shop_events::OrderEvent`.
    pub rust_path: &'static str,
    /// Its doc comment, lines joined by `\n`.
    pub docs: &'static str,
    /// What the names below it begin with, without the dot; empty for a root.
    pub prefix: &'static str,
    /// The nodes of its variants, in the order of their declaration.
    pub members: &'static [Catalog],
    /// Whether a variant keeps the events below the prefix that no other variant is for.
    pub unknown: bool,
    /// Whether it is a choice of events that other enums name: it is nothing that the registry holds.
    pub subset: bool,
}

/// One event type at its current version.
#[derive(Debug, Clone, Copy)]
pub struct Leaf {
    /// The dotted type name.
    pub event_type: &'static str,
    /// The version in which this code writes it, from 1.
    pub version: u32,
    /// The payload struct's path in Rust.
    pub rust_path: &'static str,
    /// The variant's doc comment, lines joined by `\n`.
    pub docs: &'static str,
    /// The name on the wire of the field that holds the aggregate's id.
    pub aggregate_id: Option<&'static str>,
    /// The JSON Schema of the payload under one contract; [`schema_of`] is the one implementation.
    pub schema: fn(Contract) -> Schema,
    /// Its former names, in full: what is stored under them is read as this event.
    pub aliases: &'static [&'static str],
    /// The former versions that are still read, upwards.
    pub upcasts: &'static [Upcast],
    /// The former versions that nothing reads any more, upwards.
    pub unreadable: &'static [u32],
    /// The day from which it is no longer emitted, `2026-01-31`.
    pub retired: Option<&'static str>,
    /// The name on the wire of the field that holds the tenant.
    pub tenant_id: Option<&'static str>,
    /// The name on the wire of the field that holds the event's key.
    pub event_key: Option<&'static str>,
    /// The names on the wire of the fields whose type says nothing of their shape.
    pub opaque: &'static [&'static str],
    /// The note of `#[deprecated]`, empty where none was given.
    pub deprecated: Option<&'static str>,
    /// What the author wants of the evolution check.
    pub compat: Option<Compat>,
    /// The aggregate's kind where an enum states one; empty where it is the first segment of the name.
    pub aggregate: &'static str,
    /// Where it stands in the files of its author.
    pub source: Source,
}

/// Where an event stands in the files of its author: its variant, or the payload struct that they wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// The file, as the compiler was given it: relative to the workspace for its members. Empty where it is not known.
    pub file: &'static str,
    /// The line, from 1; 0 where it is not known.
    pub line: u32,
    /// The lines of the fields, by their names on the wire.
    pub fields: &'static [(&'static str, u32)],
}

impl Source {
    /// Nowhere that is known.
    pub const UNKNOWN: Self = Self { file: "", line: 0, fields: &[] };
}

impl Leaf {
    /// An event of which no more is known than this.
    #[must_use]
    pub const fn new(
        event_type: &'static str,
        version: u32,
        schema: fn(Contract) -> Schema,
    ) -> Self {
        Self {
            event_type,
            version,
            rust_path: "",
            docs: "",
            aggregate_id: None,
            schema,
            aliases: &[],
            upcasts: &[],
            unreadable: &[],
            retired: None,
            tenant_id: None,
            event_key: None,
            opaque: &[],
            deprecated: None,
            compat: None,
            aggregate: "",
            source: Source::UNKNOWN,
        }
    }

    /// The kind of the aggregate that the event belongs to: what an enum states, or the first segment of the name.
    #[must_use]
    pub fn aggregate_kind(&self) -> &'static str {
        if self.aggregate.is_empty() { first_segment(self.event_type) } else { self.aggregate }
    }
}

/// A former version of a payload.
#[derive(Debug, Clone, Copy)]
pub struct Upcast {
    /// The version, below the leaf's.
    pub version: u32,
    /// The path in Rust of the struct that reads it.
    pub rust_path: &'static str,
    /// The JSON Schema of that struct under one contract.
    pub schema: fn(Contract) -> Schema,
}

/// The kind of an aggregate for which no enum states another: the family of the event.
pub(crate) fn first_segment(event_type: &str) -> &str {
    event_type.split('.').next().unwrap_or_default()
}

/// What an author asks of the evolution check for one event type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compat {
    /// Which readers and writers must understand each other, where it is not the project's default.
    pub mode: Option<CompatMode>,
    /// Why a change that the check would refuse was let through.
    pub reviewed: Option<&'static str>,
}

/// Which readers and writers must understand each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompatMode {
    /// New code reads what old code wrote.
    Backward,
    /// Old code reads what new code writes.
    Forward,
    /// Both.
    Full,
    /// Neither.
    None,
}

impl Catalog {
    /// The leaves below this node, depth first, in the order of their declaration.
    #[must_use]
    pub fn leaves(&self) -> Vec<&'static Leaf> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::Group(group) => group.members.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// The leaf of this name below this node. Allocates nothing.
    #[must_use]
    pub fn find(&self, event_type: &str) -> Option<&'static Leaf> {
        match self {
            Self::Leaf(leaf) => (leaf.event_type == event_type).then_some(*leaf),
            Self::Group(group) if !is_below(event_type, group.prefix) => None,
            Self::Group(group) => group.members.iter().find_map(|member| member.find(event_type)),
        }
    }

    /// The kind of the aggregate of an event that no leaf is named for: that of the leaves of the innermost enum around
    /// its name. Newer code that declares it there gives it the same, so both keep its order with theirs.
    pub(crate) fn kind_around(&self, event_type: &str) -> Option<&'static str> {
        let Self::Group(group) = self else { return None };
        if !is_below(event_type, group.prefix) {
            return None;
        }
        let nested = group.members.iter().find_map(|member| member.kind_around(event_type));
        nested.or_else(|| {
            // The leaves of a root and of a subset are of families that have nothing in common.
            let has_family = !group.prefix.is_empty() && !group.subset;
            group.members.iter().filter(|_| has_family).find_map(|member| match member {
                Self::Leaf(leaf) => Some(leaf.aggregate_kind()),
                Self::Group(_) => None,
            })
        })
    }
}

/// Whether a name or a family stands below `prefix`; everything stands below the empty one.
#[must_use]
#[inline]
pub fn is_below(event_type: &str, prefix: &str) -> bool {
    let dot = event_type.as_bytes().get(prefix.len());
    prefix.is_empty() || dot == Some(&b'.') && event_type.starts_with(prefix)
}
