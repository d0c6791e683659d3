//! A sample: a payload that a version of an event type may have written, made from its writer contract alone.
//!
//! It is the same on every machine, and as full as the contract allows: what is optional is there, lists and maps hold
//! one entry, and of several shapes the first one is taken. A type that contains itself is entered once.

mod number;
mod text;

use serde_json::{Map, Value, json};

/// How many definitions deep a sample goes before it leaves out what may be left out.
const DEEPEST: usize = 16;

/// A payload of `schema`, or nothing where the schema allows none that is finite.
pub(crate) fn sample(schema: &Value) -> Option<Value> {
    let mut writer = Writer { root: schema, within: Vec::new() };
    match writer.value(schema)? {
        // A payload is an object, also where the schema does not say so.
        Value::Null => Some(json!({})),
        value => Some(value),
    }
}

/// Whoever writes the sample of one schema.
struct Writer<'a> {
    /// What `#` means.
    root: &'a Value,
    /// The references that are being followed.
    within: Vec<&'a str>,
}

impl<'a> Writer<'a> {
    fn value(&mut self, schema: &'a Value) -> Option<Value> {
        match schema {
            Value::Object(keys) if keys.get("not") == Some(&json!({})) => None,
            Value::Object(keys) => self.object(keys),
            Value::Bool(false) => None,
            _ => Some(Value::Null),
        }
    }

    /// What stands in the schema itself, then what it refers to: all of it must hold at once.
    fn object(&mut self, keys: &'a Map<String, Value>) -> Option<Value> {
        if let Some(given) = given(keys) {
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

    /// The first branch that says something, because `null` is the branch of an absent option; else the first.
    fn first(&mut self, branches: &'a [Value]) -> Option<Value> {
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
        let schema = self.root.pointer(target.strip_prefix('#')?)?;
        self.within.push(target);
        let value = self.value(schema);
        self.within.pop();
        value
    }

    /// The value that the schema's own keywords describe; null where they describe none.
    fn own(&mut self, keys: &'a Map<String, Value>) -> Option<Value> {
        match kind(keys) {
            Some("object") => self.members(keys).map(Value::Object),
            Some("array") => self.items(keys).map(Value::Array),
            Some("string") => Some(Value::from(text::text(keys))),
            Some("integer") => number::integer(keys),
            Some("number") => number::number(keys),
            Some("boolean") => Some(Value::Bool(true)),
            _ => Some(Value::Null),
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
            match self.value(schema) {
                Some(value) => drop(members.insert(name.clone(), value)),
                None if is_required(name) => return None,
                None => {}
            }
        }
        if let Some((name, schema)) = entry(keys)
            && let Some(value) = self.value(schema)
        {
            members.entry(name).or_insert(value);
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
        let wanted = least.max(1).min(count("maxItems").unwrap_or(u64::MAX));
        let wanted = usize::try_from(wanted).ok()?;
        if let Some(schema) = keys.get("items").filter(|schema| schema.is_object())
            && items.len() < wanted
        {
            match self.value(schema) {
                Some(value) => items.resize(wanted, value),
                None if least > 0 => return None,
                None => {}
            }
        }
        Some(items)
    }
}

/// A value that the schema's author wrote down. An empty default says less than what can be made up in its place.
fn given(keys: &Map<String, Value>) -> Option<&Value> {
    let first = |key| keys.get(key).and_then(Value::as_array).and_then(|values| values.first());
    let says_something = |value: &&Value| match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(keys) => !keys.is_empty(),
        Value::Bool(_) | Value::Number(_) => true,
    };
    let default = keys.get("default").filter(says_something);
    first("examples").or_else(|| keys.get("const")).or_else(|| first("enum")).or(default)
}

/// The type, of several the first that is not null. Keywords imply theirs where none is given.
fn kind(keys: &Map<String, Value>) -> Option<&str> {
    const IMPLIED: &[(&str, &str)] = &[
        ("properties", "object"),
        ("items", "array"),
        ("pattern", "string"),
        ("format", "string"),
    ];
    match keys.get("type") {
        Some(Value::String(kind)) => Some(kind),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")
        }
        _ => IMPLIED.iter().find(|(key, _)| keys.contains_key(*key)).map(|(_, kind)| *kind),
    }
}

/// The key and the schema of a map's entry.
fn entry(keys: &Map<String, Value>) -> Option<(String, &Value)> {
    let patterns = keys.get("patternProperties").and_then(Value::as_object);
    if let Some((pattern, schema)) = patterns.and_then(|patterns| patterns.iter().next()) {
        return Some((text::matching(pattern)?, schema));
    }
    let schema = keys.get("additionalProperties").filter(|schema| schema.is_object())?;
    let name = keys.get("propertyNames").and_then(Value::as_object).map(text::text);
    Some((name.unwrap_or_else(|| "key".to_owned()), schema))
}

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
