//! A sample: a payload that a version of an event type may have written, made from its writer contract alone.
//!
//! It is the same on every machine, and as full as the contract allows: what is optional is there, lists and maps hold
//! one entry, and of several shapes the first one is taken. A type that contains itself is entered once. Whoever wants to
//! see the others as well asks for a [`variety`].

mod format;
mod number;
mod text;
mod ways;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use self::ways::{Choices, Fork, Size};
pub(crate) use self::ways::{Variety, variety};
use crate::pointer;

/// How many definitions deep a sample goes before it leaves out what may be left out.
const DEEPEST: usize = 16;

/// A payload of `schema`, or nothing where the schema allows none that is finite.
pub(crate) fn sample(schema: &Value) -> Option<Value> {
    Writer::new(schema, &Choices::default()).payload(schema)
}

/// Whoever writes the sample of one schema.
struct Writer<'a> {
    /// What `#` means.
    root: &'a Value,
    /// The references that are being followed.
    within: Vec<&'a str>,
    /// What is chosen where there are several ways.
    choices: &'a Choices,
    /// What is taken where nothing is chosen.
    size: Size,
    /// Where there were several ways, and how many.
    ways: BTreeMap<Fork, usize>,
}

impl<'a> Writer<'a> {
    fn new(root: &'a Value, choices: &'a Choices) -> Self {
        Self { root, within: Vec::new(), choices, size: choices.size, ways: BTreeMap::new() }
    }

    fn payload(&mut self, schema: &'a Value) -> Option<Value> {
        match self.value(schema)? {
            // A payload is an object, also where the schema does not say so.
            Value::Null => Some(json!({})),
            value => Some(value),
        }
    }

    /// Which of `count` ways is gone at this place in the schema.
    fn way<T: ?Sized>(&mut self, what: &'static str, place: &'a T, count: usize) -> usize {
        let fork = self.fork(what, place, count);
        self.choices.way(fork)
    }

    /// Which of these values is taken at this place in the schema.
    fn one_of<T>(&mut self, place: &'a T, mut values: Vec<Value>) -> Option<Value> {
        let fork = self.fork("value", place, values.len());
        let index = self.choices.value(fork, values.len(), self.size);
        (index < values.len()).then(|| values.swap_remove(index))
    }

    fn fork<T: ?Sized>(&mut self, what: &'static str, place: &'a T, count: usize) -> Fork {
        let fork = Fork { what, place: std::ptr::from_ref(place).cast::<()>().addr() };
        self.ways.insert(fork, count);
        fork
    }

    fn value(&mut self, schema: &'a Value) -> Option<Value> {
        match schema {
            Value::Object(keys) if keys.get("not") == Some(&json!({})) => None,
            Value::Object(keys) => self.object(keys),
            Value::Bool(false) => None,
            _ => self.one_of(schema, anything()),
        }
    }

    /// What stands in the schema itself, then what it refers to: all of it must hold at once.
    fn object(&mut self, keys: &'a Map<String, Value>) -> Option<Value> {
        if let Some(given) = self.given(keys) {
            return Some(given.clone());
        }
        let mut whole = self.own(keys)?;
        if let Some(target) = keys.get("$ref").and_then(Value::as_str) {
            merge(&mut whole, self.referred(target)?);
        }
        for part in keys.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            merge(&mut whole, self.value(part)?);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(branches) = keys.get(key).and_then(Value::as_array) {
                merge(&mut whole, self.first(branches)?);
            }
        }
        Some(whole)
    }

    /// A value that the schema's author wrote down. An empty default says less than what can be made up in its place.
    fn given(&mut self, keys: &'a Map<String, Value>) -> Option<&'a Value> {
        let list = |key| keys.get(key).and_then(Value::as_array);
        let says_something = |value: &&Value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            Value::Array(items) => !items.is_empty(),
            Value::Object(keys) => !keys.is_empty(),
            Value::Bool(_) | Value::Number(_) => true,
        };
        if let Some(told) = list("examples").filter(|examples| !examples.is_empty()) {
            // The last way is none of them.
            if let Some(told) = told.get(self.way("example", told, told.len() + 1)) {
                return Some(told);
            }
        }
        if let Some(only) = keys.get("const") {
            return Some(only);
        }
        if let Some(values) = list("enum").filter(|values| !values.is_empty()) {
            let fork = self.fork("enum", values, values.len());
            return values.get(self.choices.value(fork, values.len(), self.size));
        }
        let default = keys.get("default").filter(says_something)?;
        (self.size == Size::Plain && self.way("default", default, 2) == 0).then_some(default)
    }

    /// The branch that is chosen, or the first one that says something, because `null` is the branch of an absent option; else the first.
    fn first(&mut self, branches: &'a [Value]) -> Option<Value> {
        let chosen = self.way("branch", branches, branches.len());
        if let Some(value) =
            branches.get(chosen).filter(|_| chosen > 0).and_then(|it| self.value(it))
        {
            return Some(value);
        }
        let mut found = None;
        for branch in branches {
            match self.value(branch) {
                Some(Value::Null) => found = found.or(Some(Value::Null)),
                Some(value) => return Some(value),
                None => {}
            }
        }
        found
    }

    fn referred(&mut self, target: &'a str) -> Option<Value> {
        if self.within.contains(&target) || self.within.len() >= DEEPEST {
            return None;
        }
        let schema = pointer::target(self.root, target)?;
        self.within.push(target);
        let value = self.value(schema);
        self.within.pop();
        value
    }

    /// The value that the schema's own keywords describe; null where they describe none.
    fn own(&mut self, keys: &'a Map<String, Value>) -> Option<Value> {
        match self.kind(keys) {
            Some("object") => self.members(keys).map(Value::Object),
            Some("array") => self.items(keys).map(Value::Array),
            Some("string") => {
                self.one_of(keys, text::texts(keys).into_iter().map(Value::from).collect())
            }
            Some("integer") => self.one_of(keys, number::integers(keys)),
            Some("number") => self.one_of(keys, number::numbers(keys)),
            Some("boolean") => self.one_of(keys, vec![Value::Bool(true), Value::Bool(false)]),
            Some(_) => Some(Value::Null),
            None if REST.iter().any(|key| keys.contains_key(*key)) => Some(Value::Null),
            None => self.one_of(keys, anything()),
        }
    }

    /// The type, of several the first that is not null. Keywords imply theirs where none is given.
    fn kind(&mut self, keys: &'a Map<String, Value>) -> Option<&'a str> {
        const IMPLIED: &[(&str, &str)] = &[
            ("properties", "object"),
            ("items", "array"),
            ("pattern", "string"),
            ("format", "string"),
        ];
        match keys.get("type") {
            Some(Value::String(kind)) => Some(kind),
            Some(Value::Array(kinds)) => {
                let mut names = kinds.iter().filter_map(Value::as_str);
                match self.way("type", kinds, kinds.len()) {
                    0 => names.find(|kind| *kind != "null"),
                    other => names.nth(other),
                }
            }
            _ => IMPLIED.iter().find(|(key, _)| keys.contains_key(*key)).map(|(_, kind)| *kind),
        }
    }

    fn members(&mut self, keys: &'a Map<String, Value>) -> Option<Map<String, Value>> {
        let required = keys.get("required").and_then(Value::as_array);
        let is_required =
            |name: &str| required.is_some_and(|names| names.iter().any(|known| known == name));
        let mut members = Map::new();
        for (name, schema) in
            keys.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let is_absent =
                !is_required(name) && (self.choices.sparse || self.way("absent", schema, 2) == 1);
            if is_absent {
                continue;
            }
            match self.value(schema) {
                Some(value) => drop(members.insert(name.clone(), value)),
                None if is_required(name) => return None,
                None => {}
            }
        }
        if let Some((names, schema)) = entries(keys) {
            let count = self.length(keys, [1, 0, 2]);
            let count = usize::try_from(count).ok()?;
            let values = self.elements(schema, count, count > 1).unwrap_or_default();
            for (name, value) in names.into_iter().zip(values) {
                members.entry(name).or_insert(value);
            }
        }
        Some(members)
    }

    fn items(&mut self, keys: &'a Map<String, Value>) -> Option<Vec<Value>> {
        let count = |key| keys.get(key).and_then(Value::as_u64);
        let mut items = Vec::new();
        for schema in keys.get("prefixItems").and_then(Value::as_array).into_iter().flatten() {
            items.push(self.value(schema)?);
        }
        let least = count("minItems").unwrap_or(0);
        let most = count("maxItems").unwrap_or(u64::MAX);
        let plain = least.max(1).min(most);
        let longer = plain.saturating_add(1).min(most);
        let wanted = usize::try_from(self.length(keys, [plain, least, longer])).ok()?;
        if let Some(schema) = keys.get("items").filter(|schema| schema.is_object())
            && items.len() < wanted
        {
            let plain = usize::try_from(plain).ok()?;
            let missing = wanted - items.len();
            match self.elements(schema, missing, wanted > plain) {
                Some(more) => items.extend(more),
                None if least > 0 => return None,
                None => {}
            }
        }
        Some(items)
    }

    /// So many elements of a list or map, the last of which may be another one than the rest.
    fn elements(&mut self, schema: &'a Value, count: usize, differ: bool) -> Option<Vec<Value>> {
        let mut all = vec![self.value(schema)?; count];
        if differ && let Some(last) = all.last_mut() {
            let size = self.size;
            self.size = size.other();
            let other = self.value(schema);
            self.size = size;
            *last = other?;
        }
        Some(all)
    }

    /// How long a list or map is: as in a sample, as short as may be, or longer.
    fn length(&mut self, keys: &'a Map<String, Value>, lengths: [u64; 3]) -> u64 {
        let fork = self.fork("length", keys, lengths.len());
        lengths[self.choices.value(fork, lengths.len(), self.size)]
    }
}

/// Two keys and the schema of a map's entries.
fn entries(keys: &Map<String, Value>) -> Option<(Vec<String>, &Value)> {
    let patterns = keys.get("patternProperties").and_then(Value::as_object);
    if let Some((pattern, schema)) = patterns.and_then(|patterns| patterns.iter().next()) {
        let names = [text::matching(pattern)?, text::another(pattern)?];
        return Some((names.into(), schema));
    }
    let schema = keys.get("additionalProperties").filter(|schema| schema.is_object())?;
    let names = match keys.get("propertyNames").and_then(Value::as_object) {
        Some(names) => text::texts(names).into_iter().take(2).collect(),
        None => vec!["key".to_owned(), text::FOREIGN.to_owned()],
    };
    Some((names, schema))
}

/// Values of a schema that allows any.
fn anything() -> Vec<Value> {
    vec![Value::Null, json!({}), json!([]), json!("text"), json!(1.5), json!(true)]
}

/// Keywords that say what a value is where a schema gives no type.
const REST: &[&str] = &["$ref", "allOf", "oneOf", "anyOf", "not", "if"];

/// Puts what `part` says beside what is there already.
fn merge(whole: &mut Value, part: Value) {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            for (name, value) in part {
                whole.entry(name).or_insert(value);
            }
        }
        (whole @ Value::Null, part) => *whole = part,
        _ => {}
    }
}

#[cfg(test)]
mod tests;
