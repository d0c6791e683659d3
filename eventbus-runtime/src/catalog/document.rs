//! A catalog as data: what the toolchain reads out of the user's library.

use std::collections::BTreeMap;

use schemars::Schema;
use schemars::generate::Contract;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Compat, CompatMode, Group, Leaf, Source, Upcast};

/// A catalog as data: what the toolchain reads out of the user's library.
///
/// `S` is what a schema is kept as: a schema, or its text where most of them are never looked into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document<S = Schema> {
    /// The format of this document; a toolchain refuses one it does not know.
    pub format: u32,
    /// The root enum.
    pub root: GroupDocument<S>,
}

/// A [`Group`] as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupDocument<S = Schema> {
    /// See [`Group::rust_path`].
    pub rust_path: String,
    /// See [`Group::docs`].
    pub docs: String,
    /// See [`Group::prefix`].
    pub prefix: String,
    /// See [`Group::members`].
    pub members: Vec<Node<S>>,
    /// See [`Group::unknown`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unknown: bool,
    /// See [`Group::subset`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub subset: bool,
}

/// A node of a [`Document`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Node<S = Schema> {
    /// An enum.
    Group(GroupDocument<S>),
    /// An event type.
    Leaf(Box<LeafDocument<S>>),
}

/// A [`Leaf`] as data, with the schemas of both contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", bound(deserialize = "S: Deserialize<'de>"))]
pub struct LeafDocument<S = Schema> {
    /// See [`Leaf::event_type`].
    #[serde(rename = "type")]
    pub event_type: String,
    /// See [`Leaf::version`].
    pub version: u32,
    /// See [`Leaf::rust_path`].
    pub rust_path: String,
    /// See [`Leaf::docs`].
    pub docs: String,
    /// See [`Leaf::aggregate_id`].
    pub aggregate_id: Option<String>,
    /// What this code accepts.
    pub reader: S,
    /// What this code writes.
    pub writer: S,
    /// See [`Leaf::aliases`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// See [`Leaf::upcasts`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcasts: Vec<UpcastDocument<S>>,
    /// See [`Leaf::unreadable`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unreadable: Vec<u32>,
    /// See [`Leaf::retired`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
    /// See [`Leaf::tenant_id`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_id: Option<String>,
    /// See [`Leaf::event_key`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_key: Option<String>,
    /// See [`Leaf::opaque`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub opaque: Vec<String>,
    /// See [`Leaf::deprecated`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecated: Option<String>,
    /// See [`Leaf::compat`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compat: Option<CompatDocument>,
    /// See [`Leaf::aggregate`].
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub aggregate: String,
    /// See [`Leaf::source`]; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceDocument>,
}

/// A [`Source`] as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceDocument {
    /// See [`Source::file`].
    pub file: String,
    /// See [`Source::line`].
    pub line: u32,
    /// The lines of the fields that are known, by their names on the wire.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, u32>,
}

/// An [`Upcast`] as data, with the schemas of both contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpcastDocument<S = Schema> {
    /// See [`Upcast::version`].
    pub version: u32,
    /// See [`Upcast::rust_path`].
    pub rust_path: String,
    /// What this code accepts of that version.
    pub reader: S,
    /// What the struct of that version writes.
    pub writer: S,
}

/// A [`Compat`] as data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompatDocument {
    /// See [`Compat::mode`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<CompatMode>,
    /// See [`Compat::reviewed`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<String>,
}

impl Document {
    /// The format that this crate writes.
    pub const FORMAT: u32 = 1;

    /// The key in a definition that says what its type is really called: schemars put a number after that name,
    /// because another type has it too.
    pub const NUMBERED: &str = "x-eventbus-numbered";

    /// The key in a property that lists the other names under which it is read: serde's `alias`, which schemars leaves
    /// out. The derive writes it for the fields of payloads; a struct inside one says it itself, with
    /// `#[schemars(extend("x-eventbus-aliases" = ["old"]))]` on the field.
    pub const ALIASES: &str = "x-eventbus-aliases";

    /// The key, with the value `true`, of an enum that reads variants which it does not know: serde's `other`. The value is
    /// [`UNITS`](Self::UNITS) where these have a tag and must have nothing beside it.
    pub const OPEN: &str = "x-extensible-enum";

    /// See [`OPEN`](Self::OPEN).
    pub const UNITS: &str = "units";
}

impl From<&Group> for Document {
    fn from(group: &Group) -> Self {
        Self { format: Self::FORMAT, root: group.into() }
    }
}

impl From<&Group> for GroupDocument {
    fn from(group: &Group) -> Self {
        Self {
            rust_path: group.rust_path.to_owned(),
            docs: group.docs.to_owned(),
            prefix: group.prefix.to_owned(),
            members: group.members.iter().map(Node::from).collect(),
            unknown: group.unknown,
            subset: group.subset,
        }
    }
}

impl From<&Catalog> for Node {
    fn from(catalog: &Catalog) -> Self {
        match catalog {
            Catalog::Group(group) => Self::Group((*group).into()),
            Catalog::Leaf(leaf) => Self::Leaf(Box::new((*leaf).into())),
        }
    }
}

impl From<&Leaf> for LeafDocument {
    fn from(leaf: &Leaf) -> Self {
        Self {
            event_type: leaf.event_type.to_owned(),
            version: leaf.version,
            rust_path: leaf.rust_path.to_owned(),
            docs: leaf.docs.to_owned(),
            aggregate_id: leaf.aggregate_id.map(str::to_owned),
            reader: (leaf.schema)(Contract::Deserialize),
            writer: (leaf.schema)(Contract::Serialize),
            aliases: leaf.aliases.iter().map(|&alias| alias.to_owned()).collect(),
            upcasts: leaf.upcasts.iter().map(UpcastDocument::from).collect(),
            unreadable: leaf.unreadable.to_vec(),
            retired: leaf.retired.map(str::to_owned),
            tenant_id: leaf.tenant_id.map(str::to_owned),
            event_key: leaf.event_key.map(str::to_owned),
            opaque: leaf.opaque.iter().map(|name| (*name).to_owned()).collect(),
            deprecated: leaf.deprecated.map(str::to_owned),
            compat: leaf.compat.map(CompatDocument::from),
            aggregate: leaf.aggregate.to_owned(),
            source: SourceDocument::of(leaf.source),
        }
    }
}

impl SourceDocument {
    fn of(source: Source) -> Option<Self> {
        let known = source.fields.iter().filter(|(_, line)| *line > 0);
        let fields = known.map(|(name, line)| ((*name).to_owned(), *line)).collect();
        let is_known = !source.file.is_empty() && source.line > 0;
        is_known.then(|| Self { file: source.file.to_owned(), line: source.line, fields })
    }
}

impl From<&Upcast> for UpcastDocument {
    fn from(upcast: &Upcast) -> Self {
        Self {
            version: upcast.version,
            rust_path: upcast.rust_path.to_owned(),
            reader: (upcast.schema)(Contract::Deserialize),
            writer: (upcast.schema)(Contract::Serialize),
        }
    }
}

impl From<Compat> for CompatDocument {
    fn from(compat: Compat) -> Self {
        Self { mode: compat.mode, reviewed: compat.reviewed.map(str::to_owned) }
    }
}
