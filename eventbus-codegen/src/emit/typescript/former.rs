//! Former versions: what their types are called beside those of today.
//!
//! A type inside a former payload that is what it is today has the name of today. One that was changed since, or that holds
//! one that was, is named after the version: `OrderPlacedV1Item`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::contract::{DEFINITIONS, references};
use super::names::{Naming, type_name};

/// An event type with the versions that are read, and what their events are called.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) event_type: String,
    pub(super) former: Vec<(u32, String)>,
    pub(super) current: (u32, String),
}

/// The types inside the payloads of today, by their names in the file.
#[derive(Default)]
pub(super) struct Today(BTreeMap<String, Value>);

impl Today {
    /// Adds those of a payload.
    pub(super) fn add(&mut self, schema: &Value) {
        for (name, definition) in definitions(schema) {
            self.0.insert(type_name(name), plain(definition));
        }
    }

    /// What the types of a former version are called, whose payload is `root`.
    pub(super) fn naming(&self, root: String, schema: &Value) -> Naming {
        let all: BTreeMap<&String, Value> =
            definitions(schema).map(|(name, schema)| (name, plain(schema))).collect();
        let is_same = |(name, schema): (&&String, &Value)| {
            (self.0.get(&type_name(name)) == Some(schema) && !refers_to_root(schema))
                .then(|| (**name).clone())
        };
        let mut same: BTreeSet<String> = all.iter().filter_map(is_same).collect();
        loop {
            let holds_other = |name: &String| {
                let mut found = BTreeSet::new();
                references(&all[name], &mut found);
                !found.is_subset(&same)
            };
            let changed: Vec<String> =
                same.iter().filter(|name| holds_other(name)).cloned().collect();
            if changed.is_empty() {
                break;
            }
            same.retain(|name| !changed.contains(name));
        }
        let others = all.keys().filter(|name| !same.contains(**name));
        let renamed =
            others.map(|name| ((*name).clone(), format!("{root}{}", type_name(name)))).collect();
        Naming { root, renamed }
    }
}

fn definitions(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    schema.get(DEFINITIONS).and_then(Value::as_object).into_iter().flatten()
}

fn refers_to_root(schema: &Value) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(refers_to_root),
        Value::Object(keys) => {
            keys.get("$ref").is_some_and(|at| *at == "#") || keys.values().any(refers_to_root)
        }
        _ => false,
    }
}

/// A schema without remarks, which make no other type.
fn plain(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(keys) => {
            let is_said = |name: &str, value: &Value| {
                !(value.is_string() && ["description", "title"].contains(&name))
            };
            let keys = keys.iter().filter(|(name, value)| is_said(name, value));
            Value::Object(keys.map(|(name, value)| (name.clone(), plain(value))).collect())
        }
        other => other.clone(),
    }
}
