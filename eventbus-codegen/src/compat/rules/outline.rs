//! What a schema describes, as far as a person would say it: an integer, a list, one of several variants.

use eventbus_runtime::Document;
use serde_json::{Map, Value};

use crate::pointer;

type Keys = Map<String, Value>;

/// How many references in a row are followed.
const LONGEST_CHAIN: usize = 32;

/// A place in a schema, with what is needed to look into it.
#[derive(Debug, Clone)]
pub(super) struct Outline {
    /// Whether it may be null besides what it is.
    pub(super) nullable: bool,
    pub(super) shape: Shape,
    /// Every keyword that stands there, references followed.
    pub(super) keys: Keys,
    /// The name in `$defs` that led here.
    pub(super) name: Option<String>,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Shape {
    Any,
    Null,
    Bool,
    Integer,
    Number,
    Text,
    /// One of these values.
    Literals(Vec<Value>),
    Object,
    List(Value),
    Tuple(Vec<Value>),
    Union(Tagging, Vec<(String, Value)>),
    /// What has no plain word.
    Other,
}

/// How variants are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Tagging {
    /// By the one key that the object has.
    External,
    /// By the value of this key.
    Key(String),
    /// By what fits.
    Untagged,
}

/// The outline of `schema` in `document`.
pub(super) fn outline(document: &Value, schema: &Value) -> Outline {
    let (mut keys, mut name) = followed(document, schema);
    let mut nullable = false;
    if let Some(Value::Array(choices)) = keys.get("anyOf") {
        let (nulls, others): (Vec<&Value>, Vec<&Value>) =
            choices.iter().partition(|choice| choice.get("type") == Some(&"null".into()));
        if let ([_], [other]) = (nulls.as_slice(), others.as_slice()) {
            nullable = true;
            let inner;
            (inner, name) = followed(document, other);
            keys.remove("anyOf");
            keys = inner.into_iter().chain(keys).collect();
        }
    }
    if let Some(Value::Array(types)) = keys.get_mut("type") {
        nullable |= types.contains(&"null".into());
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            keys.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(values)) = keys.get_mut("enum") {
        nullable |= values.contains(&Value::Null);
        values.retain(|value| !value.is_null());
    }
    let shape = shape(document, &keys);
    Outline { nullable, shape, keys, name }
}

fn followed(document: &Value, schema: &Value) -> (Keys, Option<String>) {
    let mut keys = match schema {
        Value::Object(keys) => keys.clone(),
        _ => Keys::new(),
    };
    let mut name = None;
    for _ in 0..LONGEST_CHAIN {
        let Some(Value::String(reference)) = keys.remove("$ref") else { break };
        let Some(Value::Object(target)) = pointer::target(document, &reference) else { break };
        name = reference.strip_prefix("#/$defs/").map(pointer::linked).or(name);
        for (key, value) in target {
            keys.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    (keys, name)
}

fn shape(document: &Value, keys: &Keys) -> Shape {
    if let Some(value) = keys.get("const") {
        return Shape::Literals(vec![value.clone()]);
    }
    if let Some(Value::Array(values)) = keys.get("enum") {
        return Shape::Literals(values.clone());
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(Value::Array(choices)) = keys.get(keyword) {
            return union(document, choices);
        }
    }
    match keys.get("type").and_then(Value::as_str) {
        Some("null") => Shape::Null,
        Some("boolean") => Shape::Bool,
        Some("integer") => Shape::Integer,
        Some("number") => Shape::Number,
        Some("string") => Shape::Text,
        Some("object") => Shape::Object,
        Some("array") => match keys.get("prefixItems") {
            Some(Value::Array(items)) => Shape::Tuple(items.clone()),
            _ => Shape::List(keys.get("items").cloned().unwrap_or(Value::Bool(true))),
        },
        Some(_) => Shape::Other,
        None if keys.contains_key("properties") => Shape::Object,
        None if keys.keys().all(|key| is_remark(key)) => Shape::Any,
        None => Shape::Other,
    }
}

fn union(document: &Value, choices: &[Value]) -> Shape {
    let each: Vec<(Keys, Option<String>)> =
        choices.iter().map(|choice| followed(document, choice)).collect();
    let literals = each.iter().map(|(keys, _)| literals(keys)).collect::<Option<Vec<_>>>();
    if let Some(literals) = literals {
        return Shape::Literals(literals.concat());
    }
    if let Some(variants) = each.iter().map(|(keys, _)| external(keys)).collect::<Option<Vec<_>>>()
    {
        return Shape::Union(Tagging::External, variants.concat());
    }
    let tags = each.first().into_iter().flat_map(|(keys, _)| tags(keys));
    for (tag, _) in tags {
        let labels = each.iter().map(|(keys, _)| label(keys, &tag)).collect::<Option<Vec<_>>>();
        if let Some(labels) = labels {
            return Shape::Union(
                Tagging::Key(tag),
                labels.into_iter().zip(choices.iter().cloned()).collect(),
            );
        }
    }
    let named = each.into_iter().zip(choices).map(|((keys, name), choice)| {
        let kind = keys
            .get("type")
            .map_or_else(|| "value".to_owned(), |kind| kind.to_string().replace('"', ""));
        (name.unwrap_or(kind), choice.clone())
    });
    Shape::Union(Tagging::Untagged, named.collect())
}

fn literals(keys: &Keys) -> Option<Vec<Value>> {
    match (keys.get("const"), keys.get("enum")) {
        (Some(value), _) => Some(vec![value.clone()]),
        (None, Some(Value::Array(values))) => Some(values.clone()),
        _ => None,
    }
}

/// The variants of an externally tagged choice: a unit variant is a text, others are an object of one key.
fn external(keys: &Keys) -> Option<Vec<(String, Value)>> {
    if let Some(values) = literals(keys) {
        let unit = |value: &Value| value.as_str().map(|name| (name.to_owned(), Value::Bool(false)));
        return values.iter().map(unit).collect();
    }
    let properties =
        keys.get("properties")?.as_object().filter(|properties| properties.len() == 1)?;
    let is_closed = keys.get("additionalProperties") == Some(&Value::Bool(false));
    let variants = properties.iter().map(|(name, schema)| (name.clone(), schema.clone())).collect();
    is_closed.then_some(variants)
}

fn tags(keys: &Keys) -> Vec<(String, Value)> {
    let properties = keys.get("properties").and_then(Value::as_object).into_iter().flatten();
    let consts =
        properties.filter_map(|(name, schema)| Some((name.clone(), schema.get("const")?.clone())));
    consts.collect()
}

fn label(keys: &Keys, tag: &str) -> Option<String> {
    let value = keys.get("properties")?.get(tag)?.get("const")?;
    Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// Whether a keyword says nothing of values.
pub(super) fn is_remark(keyword: &str) -> bool {
    const REMARKS: &[&str] = &[
        "$comment",
        "$defs",
        "$id",
        "$schema",
        "default",
        "deprecated",
        "description",
        "examples",
        "readOnly",
        "title",
        "writeOnly",
    ];
    REMARKS.contains(&keyword) || keyword.starts_with("x-")
}

impl Outline {
    pub(super) fn properties(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.keys.get("properties").and_then(Value::as_object).into_iter().flatten()
    }

    pub(super) fn property(&self, name: &str) -> Option<&Value> {
        self.keys.get("properties")?.get(name)
    }

    pub(super) fn requires(&self, name: &str) -> bool {
        let required = self.keys.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|other| other == name))
    }

    /// The other names under which this property is read.
    pub(super) fn aliases(&self) -> impl Iterator<Item = &str> {
        let names = self.keys.get(Document::ALIASES).and_then(Value::as_array);
        names.into_iter().flatten().filter_map(Value::as_str)
    }

    /// Whether it refuses properties that it does not name.
    pub(super) fn is_closed(&self) -> bool {
        ["additionalProperties", "unevaluatedProperties"]
            .iter()
            .any(|keyword| self.keys.get(*keyword) == Some(&Value::Bool(false)))
    }

    /// What the values of properties without a name of their own are.
    pub(super) fn values(&self) -> Option<&Value> {
        self.keys.get("additionalProperties").filter(|values| **values != Value::Bool(false))
    }

    pub(super) fn text(&self, keyword: &str) -> Option<&str> {
        self.keys.get(keyword).and_then(Value::as_str)
    }

    /// In a few words.
    pub(super) fn words(&self) -> String {
        let format = self.text("format").map(|format| format!(" ({format})")).unwrap_or_default();
        let words = match &self.shape {
            Shape::Any => "any JSON".to_owned(),
            Shape::Null => "null".to_owned(),
            Shape::Bool => "boolean".to_owned(),
            Shape::Integer => format!("integer{format}"),
            Shape::Number => format!("number{format}"),
            Shape::Text => format!("string{format}"),
            Shape::Literals(values) => listed(values.iter().map(Value::to_string)),
            Shape::Object if self.values().is_some() && self.properties().next().is_none() => {
                "map".to_owned()
            }
            Shape::Object => "object".to_owned(),
            Shape::List(_) if self.keys.get("uniqueItems") == Some(&Value::Bool(true)) => {
                "set".to_owned()
            }
            Shape::List(_) => "list".to_owned(),
            Shape::Tuple(items) => format!("tuple of {}", items.len()),
            Shape::Union(_, variants) => {
                format!("one of {}", listed(variants.iter().map(|(label, _)| label.clone())))
            }
            Shape::Other => "something that has no plain word".to_owned(),
        };
        if self.nullable { format!("{words} or null") } else { words }
    }
}

/// At most a handful of them.
pub(super) fn listed(words: impl IntoIterator<Item = String>) -> String {
    let words: Vec<String> = words.into_iter().collect();
    match words.get(..6) {
        Some(first) if words.len() > 7 => {
            format!("{} and {} more", first.join(", "), words.len() - 6)
        }
        _ => words.join(", "),
    }
}
