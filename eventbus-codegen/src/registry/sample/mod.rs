//! A sample: a payload that a version of an event type may have written, made from its writer contract alone.
//!
//! It is the same on every machine, and as full as the contract allows: what is optional is there, lists and maps hold
//! one entry, and of several shapes the first one is taken. A type that contains itself is entered once.

mod number;
mod text;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::{Map, Value, json};

/// How many definitions deep a sample goes before it leaves out what may be left out.
const DEEPEST: usize = 16;

/// A payload of `schema`, or nothing where the schema allows none that is finite.
pub(crate) fn sample(schema: &Value) -> Option<Value> {
    Writer::new(schema, &Choices::default()).payload(schema)
}

/// How many payloads of one schema are made at most.
const MOST: usize = 100;

/// Payloads of `schema` that differ: each variant of each enum is in one of them, each option is null in one, and whatever may
/// be left out is in one of them. The first is the [`sample`].
pub(crate) fn samples(schema: &Value) -> Vec<Value> {
    let sparse = Choices { sparse: true, ..Choices::default() };
    let mut queue = VecDeque::from([Choices::default(), sparse]);
    let (mut made, mut seen) = (Vec::new(), BTreeSet::new());
    while let Some(choices) = queue.pop_front().filter(|_| made.len() < MOST) {
        let mut writer = Writer::new(schema, &choices);
        made.extend(writer.payload(schema).filter(|payload| !made.contains(payload)));
        for (fork, count) in writer.ways {
            for way in (1..count).filter(|way| seen.insert((fork, *way))) {
                let mut more = choices.clone();
                more.ways.insert(fork, way);
                queue.push_back(more);
            }
        }
    }
    made
}

/// A place in a schema where there are several ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fork {
    what: &'static str,
    /// Where the first of them is kept; a schema does not move meanwhile.
    place: usize,
}

/// Which way is gone; the first where nothing is said.
#[derive(Debug, Clone, Default)]
struct Choices {
    ways: BTreeMap<Fork, usize>,
    /// Whether everything is left out that may be.
    sparse: bool,
}

/// Whoever writes the sample of one schema.
struct Writer<'a> {
    /// What `#` means.
    root: &'a Value,
    /// The references that are being followed.
    within: Vec<&'a str>,
    /// What is chosen where there are several ways.
    choices: &'a Choices,
    /// Where there were, and how many.
    ways: BTreeMap<Fork, usize>,
}

impl<'a> Writer<'a> {
    fn new(root: &'a Value, choices: &'a Choices) -> Self {
        Self { root, within: Vec::new(), choices, ways: BTreeMap::new() }
    }

    fn payload(&mut self, schema: &'a Value) -> Option<Value> {
        match self.value(schema)? {
            // A payload is an object, also where the schema does not say so.
            Value::Null => Some(json!({})),
            value => Some(value),
        }
    }

    /// Which of these ways is gone.
    fn way(&mut self, what: &'static str, ways: &'a [Value]) -> usize {
        ways.first().map_or(0, |first| self.way_of(what, first, ways.len()))
    }

    /// Which of `count` ways is gone at this place in the schema.
    fn way_of(&mut self, what: &'static str, place: &'a Value, count: usize) -> usize {
        let fork = Fork { what, place: std::ptr::from_ref(place).addr() };
        self.ways.insert(fork, count);
        self.choices.ways.get(&fork).copied().unwrap_or(0)
    }

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
        let told = list("examples").and_then(|examples| examples.first());
        if let Some(told) = told.or_else(|| keys.get("const")) {
            return Some(told);
        }
        if let Some(values) = list("enum").filter(|values| !values.is_empty()) {
            return values.get(self.way("enum", values.as_slice()));
        }
        let default = keys.get("default").filter(says_something)?;
        (self.way_of("default", default, 2) == 0).then_some(default)
    }

    /// The branch that is chosen, or the first one that says something, because `null` is the branch of an absent option; else the first.
    fn first(&mut self, branches: &'a [Value]) -> Option<Value> {
        let chosen = self.way("branch", branches);
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
        let schema = self.root.pointer(target.strip_prefix('#')?)?;
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
            Some("string") => Some(Value::from(text::text(keys))),
            Some("integer") => number::integer(keys),
            Some("number") => number::number(keys),
            Some("boolean") => Some(Value::Bool(true)),
            _ => Some(Value::Null),
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
                match self.way("type", kinds) {
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
            if self.choices.sparse && !is_required(name) {
                continue;
            }
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
