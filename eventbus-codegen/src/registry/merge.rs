//! The catalog of the code and the frozen versions become the new registry.

use std::collections::BTreeMap;

use eventbus_runtime::{Document, GroupDocument, LeafDocument, Node};
use serde_json::{Value, json};

use super::beyond::beyond;
use super::inline::inline_numbered;
use super::{Event, Facts, Frozen, Group, Member, Registry, Version, WRITER};
use crate::canonical::{sort_required, text};
use crate::diagnostic::{Error, ErrorKind, Result};

/// The registry that the code asks for. Versions before the current ones come from `frozen`, unchanged.
pub(crate) fn merge(document: &Document, frozen: &Frozen) -> Result<Registry> {
    let mut events = BTreeMap::new();
    let root = group(&document.root, frozen, &mut events)?;
    if events.is_empty() {
        let message = format!("`{}` holds no events", root.rust_path);
        return Err(Error::new(ErrorKind::Discovery, message).help(
            "give it a variant with a payload, or name another enum as `root`: nothing is \
             generated from an empty tree, because everything generated before would go",
        ));
    }
    Ok(Registry { root, events })
}

/// The event types of a catalog, depth first.
pub(crate) fn leaves(document: &Document) -> Vec<&LeafDocument> {
    let mut leaves = Vec::new();
    collect(&document.root, &mut leaves);
    leaves
}

fn collect<'a>(group: &'a GroupDocument, leaves: &mut Vec<&'a LeafDocument>) {
    for member in &group.members {
        match member {
            Node::Group(nested) => collect(nested, leaves),
            Node::Leaf(leaf) => leaves.push(leaf),
        }
    }
}

fn group(
    document: &GroupDocument,
    frozen: &Frozen,
    events: &mut BTreeMap<String, Event>,
) -> Result<Group> {
    let mut members = Vec::with_capacity(document.members.len());
    for node in &document.members {
        members.push(match node {
            Node::Group(nested) => Member::Group(group(nested, frozen, events)?),
            Node::Leaf(leaf) => {
                let event = event(leaf, frozen)?;
                if let Some(other) = events.insert(leaf.event_type.clone(), event) {
                    return Err(one_name(leaf, &other));
                }
                Member::Event(leaf.event_type.clone())
            }
        });
    }
    Ok(Group {
        rust_path: document.rust_path.clone(),
        docs: document.docs.clone(),
        prefix: document.prefix.clone(),
        members,
        unknown: document.unknown,
    })
}

fn event(leaf: &LeafDocument, frozen: &Frozen) -> Result<Event> {
    let mut versions = frozen.before(&leaf.event_type, leaf.version)?;
    let schema = contracts(leaf)?;
    versions.insert(leaf.version, Version { text: text(&schema), schema });
    Ok(Event {
        rust_path: leaf.rust_path.clone(),
        docs: leaf.docs.clone(),
        aggregate_id: leaf.aggregate_id.clone(),
        current: leaf.version,
        facts: facts(leaf),
        versions,
    })
}

fn facts(leaf: &LeafDocument) -> Facts {
    Facts {
        tenant_id: leaf.tenant_id.clone(),
        event_key: leaf.event_key.clone(),
        opaque: leaf.opaque.clone(),
        deprecated: leaf.deprecated.clone(),
        compat: leaf.compat.clone(),
        aggregate: leaf.aggregate.clone(),
        aliases: leaf.aliases.clone(),
        upcasts: leaf.upcasts.iter().map(|one| (one.version, one.rust_path.clone())).collect(),
        unreadable: leaf.unreadable.clone(),
        retired: leaf.retired.clone(),
        reserved: BTreeMap::new(),
        beyond: beyond(leaf.reader.as_value()),
    }
}

/// The reader contract with the writer contract inside it.
///
/// The writer has an `$id` of its own: that makes it a schema resource, and `#/$defs/..` in it means its own.
fn contracts(leaf: &LeafDocument) -> Result<Value> {
    let id = format!("{}/v{}", leaf.event_type, leaf.version);
    let with_id = |schema, id| with_id(schema, id).map_err(|name| recursive(leaf, &name));
    let mut reader = with_id(leaf.reader.as_value(), format!("{id}.json"))?;
    reader["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    reader[WRITER] = with_id(leaf.writer.as_value(), format!("{id}.writer.json"))?;
    Ok(reader)
}

/// The schema as an object; `true` and `false` are objects too, in a longer spelling.
fn with_id(schema: &Value, id: String) -> Result<Value, String> {
    let mut schema = match schema {
        Value::Bool(true) => json!({}),
        Value::Bool(false) => json!({ "not": {} }),
        other => other.clone(),
    };
    inline_numbered(&mut schema)?;
    sort_required(&mut schema);
    schema["$id"] = Value::from(id);
    Ok(schema)
}

fn one_name(leaf: &LeafDocument, other: &Event) -> Error {
    let message = format!(
        "`{}` and `{}` are both named `{}`",
        other.rust_path, leaf.rust_path, leaf.event_type
    );
    Error::new(ErrorKind::Registry, message)
        .help("give one of the variants another name, or put it below another group")
}

fn recursive(leaf: &LeafDocument, name: &str) -> Error {
    let message = format!(
        "two types in the payload `{}` share a name, and `{name}` contains itself",
        leaf.rust_path
    );
    Error::new(ErrorKind::Registry, message).help(
        "give one of them another name in schemas: #[schemars(rename = \"..\")]; only types that do \
         not contain themselves can be written out where they are used",
    )
}
