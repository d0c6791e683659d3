//! Every event type below a root, as statics, and the same as a document that the toolchain reads.

use std::borrow::Cow;
use std::cell::RefCell;

use schemars::generate::{Contract, SchemaSettings};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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

/// What an author asks of the evolution check for one event type. It is recorded; nothing checks it yet.
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

/// The schema of a payload type from a fresh generator, so that no other type's edit reaches it.
///
/// Nested types stay under `$defs` by name: inlined, they would lose the names that TypeScript needs for them. A
/// definition that got a number because two types have one name says so under
/// [`Document::NUMBERED`].
#[must_use]
pub fn schema_of<T: JsonSchema>(contract: Contract) -> Schema {
    let mut schema = generator(&contract).into_root_schema_for::<T>();
    let names: Vec<String> = definitions(&schema).map(str::to_owned).collect();
    for (name, base) in names.iter().filter_map(|name| Some((name, base_of(name, &names)?))) {
        let mut again = generator(&contract);
        reserve(&mut again, name);
        let again = again.into_root_schema_for::<T>();
        // With its name taken, a type of that very name gets a number after it; any other gets another number.
        let mut new = definitions(&again).filter(|other| !names.iter().any(|name| name == other));
        let is_own = new.any(|other| is_numbered(other, name));
        if !is_own && let Some(definition) = schema.pointer_mut(&format!("/$defs/{name}")) {
            mark(definition, base);
        }
    }
    schema
}

fn generator(contract: &Contract) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.meta_schema = None;
        settings.contract = contract.clone();
    });
    settings.into_generator()
}

fn definitions(schema: &Schema) -> impl Iterator<Item = &str> {
    let definitions = schema.get("$defs").and_then(Value::as_object);
    definitions.into_iter().flat_map(|definitions| definitions.keys().map(String::as_str))
}

/// The longest of `names` that `name` is with a number after it.
fn base_of<'a>(name: &str, names: &'a [String]) -> Option<&'a str> {
    let bases = names.iter().map(String::as_str).filter(|base| is_numbered(name, base));
    bases.max_by_key(|base| base.len())
}

fn is_numbered(name: &str, base: &str) -> bool {
    name.strip_prefix(base).is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn mark(definition: &mut Value, base: &str) {
    if *definition == Value::Bool(true) {
        *definition = Value::Object(Map::new());
    }
    if let Value::Object(keys) = definition {
        keys.insert(Document::NUMBERED.to_owned(), Value::from(base));
    }
}

thread_local! {
    /// What [`Reserved`] is called; schemars asks a type for its name, and types are not made at run time.
    static RESERVED: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Takes `name`, so that the generator gives it to no type.
fn reserve(generator: &mut SchemaGenerator, name: &str) {
    RESERVED.set(name.to_owned());
    generator.subschema_for::<Reserved>();
}

struct Reserved;

impl JsonSchema for Reserved {
    fn schema_name() -> Cow<'static, str> {
        RESERVED.with_borrow(|name| Cow::Owned(name.clone()))
    }

    fn schema_id() -> Cow<'static, str> {
        Cow::Borrowed("eventbus_runtime::catalog::Reserved")
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        Schema::default()
    }
}

/// A catalog as data: what the toolchain reads out of the user's library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The format of this document; a toolchain refuses one it does not know.
    pub format: u32,
    /// The root enum.
    pub root: GroupDocument,
}

/// A [`Group`] as data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupDocument {
    /// See [`Group::rust_path`].
    pub rust_path: String,
    /// See [`Group::docs`].
    pub docs: String,
    /// See [`Group::prefix`].
    pub prefix: String,
    /// See [`Group::members`].
    pub members: Vec<Node>,
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
pub enum Node {
    /// An enum.
    Group(GroupDocument),
    /// An event type.
    Leaf(Box<LeafDocument>),
}

/// A [`Leaf`] as data, with the schemas of both contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeafDocument {
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
    pub reader: Schema,
    /// What this code writes.
    pub writer: Schema,
    /// See [`Leaf::aliases`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// See [`Leaf::upcasts`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcasts: Vec<UpcastDocument>,
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
}

/// An [`Upcast`] as data, with the schemas of both contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UpcastDocument {
    /// See [`Upcast::version`].
    pub version: u32,
    /// See [`Upcast::rust_path`].
    pub rust_path: String,
    /// What this code accepts of that version.
    pub reader: Schema,
    /// What the struct of that version writes.
    pub writer: Schema,
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
        }
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

#[cfg(test)]
mod tests {
    use schemars::JsonSchema;
    use schemars::generate::Contract;

    use super::{Document, schema_of};

    mod other {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "only its schema is looked at")]
        pub(super) struct Address {
            street: String,
        }
    }

    #[derive(JsonSchema)]
    struct Address {}

    #[derive(JsonSchema)]
    struct Address2 {}

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Own {
        first: Address,
        second: Address2,
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Clash {
        first: Address,
        second: other::Address,
        third: Address2,
    }

    #[test]
    fn only_a_number_of_schemars_is_marked() {
        let marks = |schema: schemars::Schema| -> Vec<(String, Option<String>)> {
            let definitions = schema.get("$defs").unwrap().as_object().unwrap();
            let mark =
                |keys: &serde_json::Value| Some(keys.get(Document::NUMBERED)?.as_str()?.to_owned());
            definitions.iter().map(|(name, keys)| (name.clone(), mark(keys))).collect()
        };
        let entry = |name: &str, base: Option<&str>| (name.to_owned(), base.map(str::to_owned));
        let own = marks(schema_of::<Own>(Contract::Serialize));
        assert_eq!(own, [entry("Address", None), entry("Address2", None)]);
        let clash = marks(schema_of::<Clash>(Contract::Serialize));
        let numbered = |name, base| entry(name, Some(base));
        let wanted = [
            entry("Address", None),
            numbered("Address2", "Address"),
            numbered("Address22", "Address2"),
        ];
        assert_eq!(clash, wanted);
    }
}
