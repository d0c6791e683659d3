//! The catalog of the code and the frozen versions become the new registry.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use eventbus_runtime::Node;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::beyond::{Beyond, beyond};
use super::inline::inline_numbered;
use super::version::WRITER;
use super::{
    Baseline, Branch, Catalog, Event, Facts, Group, Leaf, Member, Past, Registry, Version,
};
use crate::canonical::{sort_required, text};
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::parallel;

/// The registry that the code asks for. Versions before the current ones come from `baseline`, unchanged.
pub(crate) fn merge(catalog: &Catalog, baseline: &Baseline) -> Result<Registry> {
    let leaves = leaves(catalog);
    if leaves.is_empty() {
        let message = format!("`{}` holds no events", catalog.root.rust_path);
        return Err(Error::new(ErrorKind::Discovery, message).help(
            "give it a variant with a payload, or name another enum as `root`: nothing is \
             generated from an empty tree, because everything generated before would go",
        ));
    }
    let mut events = BTreeMap::new();
    let made = parallel::each(&leaves, |leaf| event(leaf, baseline));
    for (leaf, event) in leaves.iter().zip(made) {
        if let Some(other) = events.insert(leaf.event_type.clone(), event?) {
            return Err(one_name(leaf, &other));
        }
    }
    let gone = baseline.gone(&events);
    Ok(Registry { root: group(&catalog.root), events, gone, compat: None })
}

/// The event types of a catalog, depth first.
pub(crate) fn leaves(catalog: &Catalog) -> Vec<&Leaf> {
    let mut leaves = Vec::new();
    collect(&catalog.root, &mut leaves);
    leaves
}

fn collect<'a>(group: &'a Branch, leaves: &mut Vec<&'a Leaf>) {
    for member in &group.members {
        match member {
            Node::Group(nested) => collect(nested, leaves),
            Node::Leaf(leaf) => leaves.push(leaf),
        }
    }
}

fn group(document: &Branch) -> Group {
    let member = |node: &Node<Box<RawValue>>| match node {
        Node::Group(nested) => Member::Group(group(nested)),
        Node::Leaf(leaf) => Member::Event(leaf.event_type.clone()),
    };
    let mut members: Vec<Member> = document.members.iter().map(member).collect();
    members.sort_by(|a, b| a.name().cmp(b.name()));
    Group {
        rust_path: document.rust_path.clone(),
        docs: document.docs.clone(),
        prefix: document.prefix.clone(),
        members,
        unknown: document.unknown,
    }
}

impl Member {
    /// What the names below it begin with, or its own name.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Group(group) => &group.prefix,
            Self::Event(name) => name,
        }
    }
}

fn event(leaf: &Leaf, baseline: &Baseline) -> Result<Event> {
    let mut versions = former(leaf, baseline)?;
    let file = format!("{}/v{}.json", leaf.event_type, leaf.version);
    let contracts = contracts(leaf)?;
    let current = Version::new(PathBuf::from(file), text(&contracts));
    versions.insert(leaf.version, Arc::new(current));
    Ok(Event {
        rust_path: leaf.rust_path.clone(),
        docs: leaf.docs.clone(),
        aggregate_id: leaf.aggregate_id.clone(),
        current: leaf.version,
        facts: Facts { beyond: beyond(&contracts), ..facts(leaf) },
        versions,
        shapes: BTreeMap::new(),
    })
}

/// The versions that come before the current one. They are frozen.
fn former(leaf: &Leaf, baseline: &Baseline) -> Result<BTreeMap<u32, Arc<Version>>> {
    let Some(past) = baseline.events.get(&leaf.event_type) else { return Ok(BTreeMap::new()) };
    match past.versions.keys().next_back() {
        Some(newest) if *newest > leaf.version && past.is_unwritten(*newest) => {
            Err(renumbered(leaf, past, *newest))
        }
        Some(newest) if *newest > leaf.version => Err(decreased(leaf, *newest)),
        _ => Ok(past
            .versions
            .range(..leaf.version)
            .map(|(version, file)| (*version, Arc::clone(file)))
            .collect()),
    }
}

fn facts(leaf: &Leaf) -> Facts {
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
        reviewed: BTreeSet::new(),
        beyond: Beyond::default(),
    }
}

/// The reader contract with the writer contract inside it.
///
/// The writer has an `$id` of its own: that makes it a schema resource, and `#/$defs/..` in it means its own.
fn contracts(leaf: &Leaf) -> Result<Value> {
    let id = format!("{}/v{}", leaf.event_type, leaf.version);
    let with_id =
        |schema, id| with_id(schema_of(leaf, schema)?, id).map_err(|name| recursive(leaf, &name));
    let mut reader = with_id(&leaf.reader, format!("{id}.json"))?;
    reader["$schema"] = json!(DRAFT);
    reader[WRITER] = with_id(&leaf.writer, format!("{id}.writer.json"))?;
    Ok(reader)
}

/// A schema of the catalog, parsed.
pub(crate) fn schema_of(leaf: &Leaf, schema: &RawValue) -> Result<Value> {
    serde_json::from_str(schema.get()).map_err(|error| {
        let message = format!("a schema of `{}` cannot be read", leaf.rust_path);
        Error::new(ErrorKind::Discovery, message)
            .because(error)
            .help("give its types schemas that are JSON: every number in them must be a finite one")
    })
}

/// What the schemas of a registry are written in.
pub(crate) const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema as an object; `true` and `false` are objects too, in a longer spelling.
pub(crate) fn as_object(schema: Value) -> Value {
    match schema {
        Value::Bool(true) => json!({}),
        Value::Bool(false) => json!({ "not": {} }),
        other => other,
    }
}

fn with_id(schema: Value, id: String) -> Result<Value, String> {
    let mut schema = as_object(schema);
    inline_numbered(&mut schema)?;
    sort_required(&mut schema);
    schema["$id"] = Value::from(id);
    Ok(schema)
}

fn one_name(leaf: &Leaf, other: &Event) -> Error {
    let message = format!(
        "`{}` and `{}` are both named `{}`",
        other.rust_path, leaf.rust_path, leaf.event_type
    );
    Error::new(ErrorKind::Registry, message)
        .help("give one of the variants another name, or put it below another group")
}

fn recursive(leaf: &Leaf, name: &str) -> Error {
    let message = format!(
        "two types in the payload `{}` share a name, and `{name}` contains itself",
        leaf.rust_path
    );
    Error::new(ErrorKind::Registry, message).help(
        "give one of them another name in schemas: #[schemars(rename = \"..\")]; only types that do \
         not contain themselves can be written out where they are used",
    )
}

/// A file of a number that nobody wrote, which may be one that was.
fn renumbered(leaf: &Leaf, past: &Past, number: u32) -> Error {
    let name = &leaf.event_type;
    let message =
        format!("`{name}/v{number}.json` is of a version that `{name}/event.json` does not know");
    let missing: Vec<String> = past.missing().map(|(known, _)| format!("v{known}.json")).collect();
    let error = Error::new(ErrorKind::Registry, message);
    let error = match missing.as_slice() {
        [] => error,
        missing => error.help(format!(
            "{} is missing: restore it from version control, where this is another name of it",
            listed(missing.iter().map(String::as_str))
        )),
    };
    error.help(format!(
        "delete `v{number}.json`: a version is counted up in the code, not in the name of a file"
    ))
}

fn decreased(leaf: &Leaf, newest: u32) -> Error {
    let message = format!(
        "`{}` is at version {} in the code, but the registry has {newest}",
        leaf.event_type, leaf.version
    );
    Error::new(ErrorKind::Registry, message)
        .help(format!("set `#[event(version = {newest})]` or a higher one"))
        .help(format!(
            "if version {newest} was never released, take its files out of the registry and the \
             migrations by restoring both from version control"
        ))
}
