//! Two registries held against each other, without any code: the later one stands for it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use eventbus_runtime::{
    CompatDocument, CompatMode, Document, GroupDocument, LeafDocument, Node, UpcastDocument,
};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::check::check;
use super::finding::Finding;
use super::gone::purged;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::parallel;
use crate::registry::{Baseline, Event, Facts, Group, Leaf, Past, Registry, Schemas, Version};

/// Everything that is to be said of `new` where `old` is what is stored and running.
pub(crate) fn between(old: &Baseline, new: &Baseline, default: CompatMode) -> Result<Vec<Finding>> {
    let (gone, kept): (Vec<_>, Vec<_>) =
        new.events.iter().partition(|(_, past)| past.fact("purged").is_some());
    let leaves = parallel::each(&kept, |(name, past)| leaf(name, past));
    let members = leaves.into_iter().map(|leaf| Ok(Node::Leaf(Box::new(leaf?))));
    let members = members.collect::<Result<Vec<_>>>()?;
    let events = kept.iter().map(|(name, past)| ((*name).clone(), event(past))).collect();
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
    let catalog = Document { format: Document::FORMAT, root };
    let early = purged(old, new);
    let mut old = Cow::Borrowed(old);
    // What the later registry purged is no loss.
    for (name, past) in gone {
        old.to_mut().events.insert(name.clone(), past.clone());
    }
    let mut registry = Registry { root: group, events, gone: BTreeMap::new(), compat: None };
    let mut findings = check(&old, new, &mut registry, &catalog, default)?;
    findings.extend(early);
    Ok(findings)
}

/// The code that would have written what is in the registry. Former versions are read as they were read then.
fn leaf(name: &str, past: &Past) -> Result<Leaf> {
    let Some(current) = past.versions.get(&past.current) else {
        let message = format!("`{name}` has no file of its version {}", past.current);
        return Err(Error::new(ErrorKind::Registry, message)
            .help("compare two whole registries: the folders that `codegen` writes"));
    };
    let text = |key: &str| past.fact(key).map(str::to_owned);
    let list = |key: &str| -> Vec<&Value> {
        past.facts.get(key).and_then(Value::as_array).into_iter().flatten().collect()
    };
    let [reader, writer] = contracts(current, name)?;
    let compat = past.facts.get("compat").cloned();
    let compat = compat.and_then(|compat| serde_json::from_value::<CompatDocument>(compat).ok());
    let mut upcasts = Vec::new();
    for (version, frozen) in past.versions.range(..past.current) {
        let [reader, writer] = contracts(frozen, name)?;
        upcasts.push(UpcastDocument {
            version: *version,
            rust_path: String::new(),
            reader,
            writer,
        });
    }
    Ok(LeafDocument {
        event_type: name.to_owned(),
        version: past.current,
        rust_path: text("rustPath").unwrap_or_else(|| name.to_owned()),
        docs: text("docs").unwrap_or_default(),
        aggregate_id: text("aggregateId"),
        reader,
        writer,
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

/// The reader and the writer as a catalog holds them.
fn contracts(version: &Version, name: &str) -> Result<[Box<RawValue>; 2]> {
    let Schemas { reader, writer } = version.schemas()?;
    if ![&reader, &writer].into_iter().all(|schema| schema.is_object() || schema.is_boolean()) {
        let message = format!("a version of `{name}` is not a JSON Schema");
        return Err(
            Error::new(ErrorKind::Registry, message).help("restore it from version control")
        );
    }
    let raw = |schema: &Value| to_raw_value(schema).expect("what was JSON is JSON again");
    Ok([raw(&reader), raw(&writer)])
}

fn event(past: &Past) -> Event {
    Event {
        rust_path: String::new(),
        docs: String::new(),
        aggregate_id: None,
        current: past.current,
        facts: Facts::default(),
        versions: past.versions.clone(),
        shapes: BTreeMap::new(),
    }
}
