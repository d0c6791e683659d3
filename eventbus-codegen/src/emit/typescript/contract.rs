//! The two contracts of a version as one schema: what a value is once it has been read.
//!
//! That is what the code writes, because it is what arrives and what the types promise. What a reader accepts beyond that is
//! said beside it, as what is to be done to an object before it is checked: a property that may be missing is filled in, one
//! that is left out where it is null is left out, one that has a former name gets the present one. Type and validator are
//! both made from this schema, so that the one cannot promise what the other lets pass.

use std::collections::BTreeSet;

use eventbus_runtime::Document;
use serde_json::{Map, Value, json};

use crate::pointer::{linked, target};
use crate::registry::Schemas;

/// What a missing property holds: an object.
pub(super) const FILL: &str = "x-eventbus-fill";
/// The properties that are left out where they are null: a list.
pub(super) const DROP: &str = "x-eventbus-drop";
/// That an integer may stand where its digits are written as text.
pub(super) const DIGITS: &str = "x-eventbus-digits";
/// Where a schema keeps the types that have names.
pub(super) const DEFINITIONS: &str = "$defs";

type Keys = Map<String, Value>;

/// How deep references are followed to find out whether something may be null.
const DEEP: usize = 8;

/// What a value of this version is once it has been read.
pub(super) fn read_form(schemas: &Schemas) -> Value {
    let mut schema = Merge { reader: &schemas.reader }.at(&schemas.reader, &schemas.writer);
    let definitions = |schema: &Value| schema.get(DEFINITIONS).and_then(Value::as_object).cloned();
    let [readers, mut all] = [&schemas.reader, &schemas.writer].map(definitions);
    let written: BTreeSet<String> = all.iter().flatten().map(|(name, _)| name.clone()).collect();
    let merge = Merge { reader: &schemas.reader };
    for (name, reader) in readers.into_iter().flatten() {
        let all = all.get_or_insert_default();
        let merged = all.get(&name).map_or_else(|| reader.clone(), |own| merge.at(&reader, own));
        all.insert(name, merged);
    }
    if let (Some(mut all), Some(keys)) = (all, schema.as_object_mut()) {
        keys.remove(DEFINITIONS);
        let used = reachable(keys, &all);
        all.retain(|name, _| used.contains(name) || written.contains(name));
        keys.insert(DEFINITIONS.to_owned(), Value::Object(all));
    }
    schema
}

/// The names of the definitions that a schema refers to, without those that they refer to.
pub(super) fn references(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        Value::Object(keys) => {
            if let Some(name) = keys.get("$ref").and_then(Value::as_str).and_then(definition) {
                found.insert(name);
            }
            keys.values().for_each(|schema| references(schema, found));
        }
        _ => {}
    }
}

/// The name of the definition that a reference leads to.
pub(super) fn definition(reference: &str) -> Option<String> {
    let name = reference.strip_prefix("#/$defs/")?;
    (!name.contains('/')).then(|| linked(name))
}

fn reachable(root: &Keys, all: &Keys) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    root.values().for_each(|schema| references(schema, &mut found));
    let mut new: Vec<String> = found.iter().cloned().collect();
    while let Some(name) = new.pop() {
        let mut more = BTreeSet::new();
        references(all.get(&name).unwrap_or(&Value::Null), &mut more);
        new.extend(more.into_iter().filter(|name| found.insert(name.clone())));
    }
    found
}

struct Merge<'a> {
    /// The whole of the reader contract, for its references.
    reader: &'a Value,
}

impl Merge<'_> {
    fn at(&self, reader: &Value, writer: &Value) -> Value {
        let (Value::Object(read), Value::Object(written)) = (reader, writer) else {
            return writer.clone();
        };
        let mut keys = written.clone();
        for key in ["oneOf", "anyOf", "allOf", "prefixItems"] {
            self.list(key, read, &mut keys);
        }
        for key in ["items", "additionalProperties", "unevaluatedProperties"] {
            self.one(key, read, &mut keys);
        }
        if let (Some(Value::Array(more)), Some(Value::Array(own))) =
            (read.get("enum"), keys.get("enum"))
            && own.iter().all(|value| more.contains(value))
        {
            keys.insert("enum".to_owned(), Value::from(more.clone()));
        }
        let [more, own] = [read, &keys].map(kinds);
        if more.contains("integer")
            && own.contains("string")
            && own.is_disjoint(&["integer", "number"].into())
        {
            keys.insert(DIGITS.to_owned(), Value::Bool(true));
        }
        if let Some(open) = read.get(Document::OPEN) {
            keys.insert(Document::OPEN.to_owned(), open.clone());
        }
        self.each("patternProperties", read, &mut keys);
        self.properties(read, &mut keys);
        Value::Object(keys)
    }

    /// Choices that only a reader knows are choices too: an event may hold one that is not written any more.
    fn list(&self, key: &str, read: &Keys, keys: &mut Keys) {
        let (Some(Value::Array(readers)), Some(Value::Array(own))) =
            (read.get(key), keys.get_mut(key))
        else {
            return;
        };
        if readers.len() > own.len() {
            *own = readers.clone();
        } else if readers.len() == own.len() {
            for (own, reader) in own.iter_mut().zip(readers) {
                *own = self.at(reader, own);
            }
        }
    }

    fn one(&self, key: &str, read: &Keys, keys: &mut Keys) {
        match (read.get(key), keys.get_mut(key)) {
            (Some(reader), Some(own)) => *own = self.at(reader, own),
            // What a reader refuses it refuses, although nobody writes it.
            (Some(Value::Bool(false)), None) => {
                keys.insert(key.to_owned(), Value::Bool(false));
            }
            _ => {}
        }
    }

    fn each(&self, key: &str, read: &Keys, keys: &mut Keys) {
        let (Some(Value::Object(readers)), Some(Value::Object(own))) =
            (read.get(key), keys.get_mut(key))
        else {
            return;
        };
        for (name, own) in own {
            if let Some(reader) = readers.get(name) {
                *own = self.at(reader, own);
            }
        }
    }

    /// The properties, and what of them may be missing.
    fn properties(&self, read: &Keys, keys: &mut Keys) {
        let no_properties = Map::new();
        let readers = read.get("properties").and_then(Value::as_object).unwrap_or(&no_properties);
        let [must_be_read, mut required] = [read, &*keys].map(|keys| names(keys, "required"));
        let own = names_of(keys.get("properties"));
        let (mut fill, mut drop) = (Map::new(), Vec::new());
        for name in &own {
            let reader = readers.get(name);
            let is_missed = required.contains(name) && !must_be_read.contains(name);
            if is_missed {
                match reader.and_then(|reader| self.default_of(reader)) {
                    Some(value) => {
                        fill.insert(name.clone(), value);
                    }
                    // Nobody can say what it would be, so that it may be missing afterwards.
                    None => required.retain(|other| other != name),
                }
            }
            let writer = keys.get("properties").and_then(|all| all.get(name));
            if !required.contains(name) && [reader, writer].into_iter().flatten().any(is_nullable) {
                drop.push(name.clone());
            }
        }
        self.each("properties", read, keys);
        if let Some(Value::Object(all)) = keys.get_mut("properties") {
            for (name, reader) in readers {
                if let (Some(Value::Object(own)), Some(others)) =
                    (all.get_mut(name), reader.get(Document::ALIASES))
                {
                    own.insert(Document::ALIASES.to_owned(), others.clone());
                }
            }
        }
        keys.remove("required");
        if !required.is_empty() {
            keys.insert("required".to_owned(), json!(required));
        }
        if !fill.is_empty() {
            keys.insert(FILL.to_owned(), Value::Object(fill));
        }
        if !drop.is_empty() {
            keys.insert(DROP.to_owned(), json!(drop));
        }
    }

    /// What a reader takes a missing property for.
    fn default_of(&self, schema: &Value) -> Option<Value> {
        let default = schema.get("default").cloned();
        default.or_else(|| self.may_be_null(schema, 0).then_some(Value::Null))
    }

    fn may_be_null(&self, schema: &Value, depth: usize) -> bool {
        let Value::Object(keys) = schema else { return *schema == Value::Bool(true) };
        if let Some(reference) = keys.get("$ref").and_then(Value::as_str) {
            return depth < DEEP
                && target(self.reader, reference)
                    .is_some_and(|target| self.may_be_null(target, depth + 1));
        }
        if let Some(ty) = keys.get("type") {
            return *ty == "null"
                || ty.as_array().is_some_and(|types| types.contains(&json!("null")));
        }
        if let Some(value) = keys.get("const") {
            return value.is_null();
        }
        if let Some(Value::Array(values)) = keys.get("enum") {
            return values.contains(&Value::Null);
        }
        let choices = ["anyOf", "oneOf"].iter().find_map(|key| keys.get(*key)?.as_array());
        choices.is_none_or(|choices| choices.iter().any(|one| self.may_be_null(one, depth + 1)))
    }
}

/// The kinds of value that a schema names, on the face of it.
fn kinds(keys: &Keys) -> BTreeSet<&str> {
    let several = ["anyOf", "oneOf"].iter().find_map(|key| keys.get(*key)?.as_array());
    let inner = several.into_iter().flatten().filter_map(Value::as_object).flat_map(kinds);
    let own = match keys.get("type") {
        Some(Value::String(kind)) => [kind.as_str()].into(),
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => BTreeSet::new(),
    };
    inner.chain(own).collect()
}

/// Whether a schema is null or something else, on the face of it.
fn is_nullable(schema: &Value) -> bool {
    let is_null = |schema: &Value| schema.get("type").is_some_and(|ty| *ty == "null");
    let types = schema.get("type").and_then(Value::as_array);
    let choices = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(*key)?.as_array());
    types.is_some_and(|types| types.len() > 1 && types.contains(&json!("null")))
        || choices.is_some_and(|choices| choices.len() > 1 && choices.iter().any(is_null))
}

fn names(keys: &Keys, key: &str) -> Vec<String> {
    let names = keys.get(key).and_then(Value::as_array).into_iter().flatten();
    names.filter_map(|name| Some(name.as_str()?.to_owned())).collect()
}

fn names_of(properties: Option<&Value>) -> Vec<String> {
    properties
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect()
}
