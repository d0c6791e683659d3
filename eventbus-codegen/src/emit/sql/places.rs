//! What a version's payloads have at their places: whatever any code of that version writes or reads.
//!
//! Each answer is one for all of its contracts together, and errs on the side of taking more: what the code writes now, what
//! it wrote under this number before, and what it reads. So a place is required where each of them requires it, and has the
//! kinds of any of them. Of a union of several objects nothing is known.

use std::collections::{BTreeMap, BTreeSet};

use eventbus_runtime::Document;
use serde_json::{Map, Value};

use super::kinds::kinds;
use crate::diagnostic::Result;
use crate::kinds::{Kind, Kinds};
use crate::parallel;
use crate::pointer::target;
use crate::registry::{Event, Registry};

pub(super) type Keys = Map<String, Value>;

/// A version of a type.
#[derive(Debug)]
pub(super) struct Version<'a> {
    pub(super) event_type: &'a str,
    pub(super) event: &'a Event,
    pub(super) number: u32,
    pub(super) contracts: Contracts,
}

/// Every version of every type.
pub(super) fn versions(registry: &Registry) -> Result<Vec<Version<'_>>> {
    let events = registry.events.iter();
    let all: Vec<(&str, &Event, u32)> = events
        .flat_map(|(name, event)| {
            event.versions.keys().map(move |number| (name.as_str(), event, *number))
        })
        .collect();
    let read = parallel::each(&all, |(event_type, event, number)| {
        let contracts = Contracts::of(event, *number)?;
        Ok(Version { event_type, event, number: *number, contracts })
    });
    read.into_iter().collect()
}

/// The contracts of one version.
#[derive(Debug)]
pub(super) struct Contracts(Vec<Contract>);

#[derive(Debug)]
struct Contract {
    schema: Value,
    /// Whether it tells what is written: that is no more than what it names.
    is_written: bool,
}

/// A place in the payload, as its contracts speak of it.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    sides: Vec<Side<'a>>,
    /// Whether one of the contracts says nothing of it, and so lets everything be there.
    anything: bool,
}

/// The schemas that one contract has for a place; all of them count.
#[derive(Debug, Clone)]
struct Side<'a> {
    contract: &'a Contract,
    schemas: Vec<&'a Value>,
}

/// A property of an object.
#[derive(Debug)]
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    /// Other names that it is read under.
    pub(super) aliases: BTreeSet<&'a str>,
    /// Whether it is there in each payload, under one of its names.
    pub(super) required: bool,
    pub(super) docs: &'a str,
    pub(super) place: Place<'a>,
}

impl Contracts {
    /// Those of a version, and of what it was under its number before.
    fn of(event: &Event, version: u32) -> Result<Self> {
        let now = event.versions[&version].schemas()?;
        let mut all = vec![
            Contract { schema: now.reader, is_written: false },
            Contract { schema: now.writer, is_written: true },
        ];
        for shape in event.shapes.get(&version).into_iter().flat_map(BTreeMap::values) {
            all.push(Contract { schema: shape.schemas()?.writer, is_written: true });
        }
        Ok(Self(all))
    }

    /// The payload as a whole.
    pub(super) fn root(&self) -> Place<'_> {
        let side = |contract| Side { contract, schemas: vec![&contract.schema] };
        Place { sides: self.0.iter().map(side).collect(), anything: false }
    }
}

impl<'a> Place<'a> {
    /// Every kind of value that may be there.
    pub(super) fn kinds(&self) -> Kinds {
        if self.anything {
            return Kinds::ALL;
        }
        self.sides.iter().fold(Kinds::NONE, |all, side| all.or(side.kinds()))
    }

    /// The parts of its schemas that say what kind of value is there, whichever branch of a union they are in.
    pub(super) fn statements(&self) -> Vec<&'a Keys> {
        let mut found = Vec::new();
        for side in &self.sides {
            for schema in &side.schemas {
                state(&side.contract.schema, schema, &mut Vec::new(), &mut found);
            }
        }
        found
    }

    /// The properties of the object that may be there; none where anything else may be, too, but `null`.
    pub(super) fn properties(&self) -> Vec<Property<'a>> {
        let kinds = self.kinds();
        if self.anything || !kinds.has(Kind::Object) || kinds.has(Kind::Array) {
            return Vec::new();
        }
        let objects: Vec<Object<'a>> = self.sides.iter().map(Side::object).collect();
        let mut names: Vec<&'a str> = Vec::new();
        for name in objects.iter().flat_map(|object| object.properties.keys()) {
            if !names.contains(name) {
                names.push(name);
            }
        }
        names.into_iter().map(|name| property(name, &objects)).collect()
    }

    /// Whether it is an object without properties, as an event that has nothing to say.
    pub(super) fn is_empty_object(&self) -> bool {
        let has_more = |keys: &&Keys| {
            ["additionalProperties", "patternProperties", "oneOf", "anyOf", "allOf", "$ref"]
                .iter()
                .any(|key| keys.get(*key).is_some_and(|schema| *schema != Value::Bool(false)))
        };
        self.kinds().without(Kind::Object) == Kinds::NONE && !self.statements().iter().any(has_more)
    }

    /// What its schemas say first of what it is for.
    fn docs(&self) -> &'a str {
        let schemas = self.sides.iter().flat_map(|side| &side.schemas);
        let mut docs = schemas.filter_map(|schema| schema.get("description")?.as_str());
        docs.next().unwrap_or_default()
    }
}

impl<'a> Side<'a> {
    fn kinds(&self) -> Kinds {
        let of = |schema: &&Value| kinds(&self.contract.schema, schema);
        self.schemas.iter().map(of).fold(Kinds::ALL, Kinds::and)
    }

    fn object(&self) -> Object<'a> {
        let found = layers(&self.contract.schema, &self.schemas);
        let keys: Vec<&Keys> = found.layers.iter().filter_map(|layer| layer.as_object()).collect();
        let mut object = Object {
            contract: self.contract,
            properties: BTreeMap::new(),
            required: BTreeSet::new(),
            is_absent: !self.kinds().has(Kind::Object),
            is_closed: false,
        };
        for keys in &keys {
            let all = keys.get("properties").and_then(Value::as_object).into_iter().flatten();
            for (name, schema) in all {
                object.properties.entry(name).or_default().push(schema);
            }
            let required = keys.get("required").and_then(Value::as_array).into_iter().flatten();
            object.required.extend(required.filter_map(Value::as_str));
        }
        let says = |key: &str, what: fn(&Value) -> bool| {
            keys.iter().any(|keys| keys.get(key).is_some_and(what))
        };
        let refuses = |key| says(key, |schema| *schema == Value::Bool(false));
        let allows = |key| says(key, |schema| *schema != Value::Bool(false));
        let is_silent = !allows("additionalProperties")
            && !allows("patternProperties")
            && !allows("unevaluatedProperties");
        let has_names = says("properties", Value::is_object);
        object.is_closed = !found.is_open
            && (refuses("additionalProperties") && !allows("patternProperties")
                || self.contract.is_written && has_names && is_silent);
        object
    }
}

/// The object that a contract has at a place.
struct Object<'a> {
    contract: &'a Contract,
    properties: BTreeMap<&'a str, Vec<&'a Value>>,
    required: BTreeSet<&'a str>,
    /// Whether there never is one.
    is_absent: bool,
    /// Whether no other properties are there.
    is_closed: bool,
}

fn property<'a>(name: &'a str, objects: &[Object<'a>]) -> Property<'a> {
    let mut place = Place { sides: Vec::new(), anything: false };
    let mut aliases = BTreeSet::new();
    let mut required = true;
    for object in objects.iter().filter(|object| !object.is_absent) {
        required &= object.required.contains(name);
        match object.properties.get(name) {
            Some(schemas) => {
                let schemas = schemas.clone();
                let names = schemas.iter().filter_map(|schema| schema.get(Document::ALIASES));
                let names = names.filter_map(Value::as_array).flatten();
                aliases.extend(names.filter_map(Value::as_str));
                place.sides.push(Side { contract: object.contract, schemas });
            }
            None if !object.is_closed => place.anything = true,
            None => {}
        }
    }
    aliases.remove(name);
    Property { name, aliases, required, docs: place.docs(), place }
}

/// The schemas that hold for an object at a place, whichever branch of a union it is.
struct Layers<'a> {
    layers: Vec<&'a Value>,
    /// Whether there is a union of several objects, which may have more.
    is_open: bool,
}

fn layers<'a>(root: &'a Value, schemas: &[&'a Value]) -> Layers<'a> {
    let mut found = Layers { layers: Vec::new(), is_open: false };
    let mut within = Vec::new();
    for schema in schemas {
        collect(root, schema, &mut within, &mut found);
    }
    found
}

fn collect<'a>(
    root: &'a Value,
    schema: &'a Value,
    within: &mut Vec<&'a str>,
    found: &mut Layers<'a>,
) {
    let Value::Object(keys) = schema else {
        found.is_open |= *schema == Value::Bool(true);
        return;
    };
    found.layers.push(schema);
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str) {
        match target(root, reference) {
            Some(target) if !within.contains(&reference) => {
                within.push(reference);
                collect(root, target, within, found);
                within.pop();
            }
            _ => found.is_open = true,
        }
    }
    for schema in keys.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, schema, within, found);
    }
    for branches in ["anyOf", "oneOf"].iter().filter_map(|key| keys.get(*key)?.as_array()) {
        let mut objects =
            branches.iter().filter(|branch| kinds(root, branch).has(Kind::Object)).peekable();
        match (objects.next(), objects.next()) {
            (Some(only), None) => collect(root, only, within, found),
            (None, _) => {}
            _ => found.is_open = true,
        }
    }
}

fn state<'a>(
    root: &'a Value,
    schema: &'a Value,
    within: &mut Vec<&'a str>,
    found: &mut Vec<&'a Keys>,
) {
    let Value::Object(keys) = schema else { return };
    if ["type", "const", "enum"].iter().any(|key| keys.contains_key(*key)) {
        found.push(keys);
    }
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str)
        && !within.contains(&reference)
        && let Some(target) = target(root, reference)
    {
        within.push(reference);
        state(root, target, within, found);
        within.pop();
    }
    let lists = ["allOf", "anyOf", "oneOf"].iter().filter_map(|key| keys.get(*key)?.as_array());
    for schema in lists.flatten() {
        state(root, schema, within, found);
    }
}
