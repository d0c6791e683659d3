//! Two registries held against each other, without any code: the later one stands for it.

use std::collections::BTreeMap;

use eventbus_runtime::{
    CompatDocument, CompatMode, Document, GroupDocument, LeafDocument, Node, UpcastDocument,
};
use serde_json::Value;

use super::check::check;
use super::finding::Finding;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::{Baseline, Event, Facts, Group, Past, Registry};

/// Everything that is to be said of `new` where `old` is what is stored and running.
pub(crate) fn between(old: &Baseline, new: &Baseline, default: CompatMode) -> Result<Vec<Finding>> {
    let mut members = Vec::new();
    let mut events = BTreeMap::new();
    for (name, past) in new.events.iter().filter(|(_, past)| past.fact("purged").is_none()) {
        if !past.versions.contains_key(&past.current) {
            let message = format!("`{name}` has no file of its version {}", past.current);
            return Err(Error::new(ErrorKind::Registry, message)
                .help("compare two whole registries: the folders that `codegen` writes"));
        }
        members.push(Node::Leaf(Box::new(leaf(name, past)?)));
        events.insert(name.clone(), event(past));
    }
    let root = GroupDocument {
        rust_path: String::new(),
        docs: String::new(),
        prefix: String::new(),
        members,
        unknown: false,
        subset: false,
    };
    let group = Group {
        rust_path: String::new(),
        docs: String::new(),
        prefix: String::new(),
        members: Vec::new(),
        unknown: false,
    };
    let document = Document { format: Document::FORMAT, root };
    let mut old = old.clone();
    // What the later registry purged is no loss.
    for (name, past) in new.events.iter().filter(|(_, past)| past.fact("purged").is_some()) {
        old.events.insert(name.clone(), past.clone());
    }
    Ok(check(&old, &Registry { root: group, events }, &document, default))
}

/// The code that would have written what is in the registry. Former versions are read as they were read then.
fn leaf(name: &str, past: &Past) -> Result<LeafDocument> {
    let text = |key: &str| past.fact(key).map(str::to_owned);
    let list = |key: &str| -> Vec<&Value> {
        past.facts.get(key).and_then(Value::as_array).into_iter().flatten().collect()
    };
    let current = &past.versions[&past.current];
    let compat = past.facts.get("compat").cloned();
    let compat = compat.and_then(|compat| serde_json::from_value::<CompatDocument>(compat).ok());
    let mut upcasts = Vec::new();
    for (version, frozen) in past.versions.range(..past.current) {
        upcasts.push(UpcastDocument {
            version: *version,
            rust_path: String::new(),
            reader: schema(&frozen.reader(), name)?,
            writer: schema(frozen.writer(), name)?,
        });
    }
    Ok(LeafDocument {
        event_type: name.to_owned(),
        version: past.current,
        rust_path: text("rustPath").unwrap_or_else(|| name.to_owned()),
        docs: text("docs").unwrap_or_default(),
        aggregate_id: text("aggregateId"),
        reader: schema(&current.reader(), name)?,
        writer: schema(current.writer(), name)?,
        aliases: list("aliases")
            .into_iter()
            .filter_map(|alias| Some(alias.as_str()?.to_owned()))
            .collect(),
        upcasts,
        unreadable: list("unreadable")
            .into_iter()
            .filter_map(|version| u32::try_from(version.as_u64()?).ok())
            .collect(),
        retired: text("retired"),
        tenant_id: text("tenantId"),
        event_key: text("eventKey"),
        opaque: Vec::new(),
        deprecated: text("deprecated"),
        compat,
        aggregate: text("aggregate").unwrap_or_default(),
        source: None,
    })
}

/// The schema as a document holds one.
fn schema<T: serde::de::DeserializeOwned>(value: &Value, name: &str) -> Result<T> {
    serde_json::from_value(value.clone()).map_err(|error| {
        Error::new(ErrorKind::Registry, format!("a version of `{name}` is not a JSON Schema"))
            .because(error)
            .help("restore it from version control")
    })
}

fn event(past: &Past) -> Event {
    Event {
        rust_path: String::new(),
        docs: String::new(),
        aggregate_id: None,
        current: past.current,
        facts: Facts::default(),
        versions: past.versions.clone(),
    }
}
