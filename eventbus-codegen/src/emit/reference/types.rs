//! JSON Schema in words: fields, cases, and what each may hold.

use eventbus_runtime::Document;
use serde_json::{Map, Value};

use super::inline;
use super::prose::{Prose, prose};
use crate::pointer::linked;

type Keys = Map<String, Value>;

/// How deep fields of types without a name are followed.
const DEEPEST: usize = 12;

/// A type of a payload.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Type {
    /// Its name; none for the payload itself.
    pub(crate) name: Option<String>,
    /// What its author says of it.
    pub(crate) docs: Prose,
    /// What it is, where fields and cases do not tell it.
    pub(crate) words: Words,
    /// Its fields.
    pub(crate) fields: Vec<Field>,
    /// What it may be instead, where it may be several things.
    pub(crate) cases: Vec<Case>,
}

/// A field.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Field {
    /// Its name, after those of the fields that it is in: `address.street`, `lines[].sku`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) words: Words,
    /// Whether it is always there.
    pub(crate) required: bool,
    /// Whether its author says that it goes.
    pub(crate) deprecated: bool,
    /// What its author says of it.
    pub(crate) docs: Prose,
    /// What else holds of its value, in words.
    pub(crate) limits: Vec<String>,
    /// Other names under which it is read.
    pub(crate) aliases: Vec<String>,
    /// What it is to the event: its aggregate, its tenant, its key.
    pub(crate) role: Option<&'static str>,
}

/// One of the things that a value may be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// What tells it from the others.
    pub(crate) label: Words,
    /// What its author says of it.
    pub(crate) docs: Prose,
    /// Its fields.
    pub(crate) fields: Vec<Field>,
}

/// A type in words.
pub(crate) type Words = Vec<Word>;

/// A piece of [`Words`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Word {
    /// Text.
    Text(String),
    /// A value as JSON writes it.
    Value(String),
    /// A type of this payload, by its name.
    Named(String),
    /// The payload itself.
    Payload,
}

impl Type {
    /// Whether it is an object in which nothing is said to stand.
    pub(crate) fn is_empty(&self) -> bool {
        let object = [Word::Text("object".to_owned())];
        self.fields.is_empty() && self.cases.is_empty() && self.words == object
    }
}

/// The payload that `writer` describes, and the types that it refers to. What is read beside that, `reader` says.
pub(super) fn types(writer: &Value, reader: &Value) -> Vec<Type> {
    let payload = one(None, writer, Some(reader));
    let named = writer.get("$defs").and_then(Value::as_object).into_iter().flatten();
    let others = named.map(|(name, schema)| {
        let read = reader.get("$defs").and_then(|types| types.get(name));
        one(Some(name.clone()), schema, read)
    });
    std::iter::once(payload).chain(others).collect()
}

fn one(name: Option<String>, schema: &Value, reader: Option<&Value>) -> Type {
    let cases = cases(schema);
    let fields = fields(schema, reader);
    let plain = cases.is_empty() && fields.is_empty();
    Type {
        name,
        docs: docs_of(schema),
        words: if plain || schema.get("allOf").is_some() { words(schema) } else { Vec::new() },
        fields,
        cases,
    }
}

fn fields(schema: &Value, reader: Option<&Value>) -> Vec<Field> {
    let mut rows = Vec::new();
    walk(schema, reader, "", 0, &mut rows);
    rows
}

/// The fields of a schema and of what stands in it without a name.
fn walk(schema: &Value, reader: Option<&Value>, above: &str, depth: usize, rows: &mut Vec<Field>) {
    let required: Vec<&str> = list(schema, "required").filter_map(Value::as_str).collect();
    let read = |name: &str| reader.and_then(|reader| reader.get("properties")?.get(name));
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let aliases = read(name).map(|read| list(read, Document::ALIASES));
        let aliases = aliases.into_iter().flatten().filter_map(Value::as_str);
        rows.push(Field {
            path: path.clone(),
            words: words(property),
            required: required.contains(&name.as_str()),
            deprecated: property.get("deprecated") == Some(&Value::Bool(true)),
            docs: docs_of(property),
            limits: limits(property),
            aliases: aliases.map(str::to_owned).collect(),
            role: None,
        });
        if depth < DEEPEST {
            inside(property, read(name), &path, depth, rows);
        }
    }
    for part in list(schema, "allOf") {
        walk(part, reader, above, depth, rows);
    }
}

/// The fields of the types without a name in what a field holds.
fn inside(schema: &Value, reader: Option<&Value>, path: &str, depth: usize, rows: &mut Vec<Field>) {
    if schema.get("properties").is_some() || schema.get("allOf").is_some() {
        walk(schema, reader, path, depth + 1, rows);
    }
    let below = |key: &str| reader.and_then(|reader| reader.get(key));
    if let Some(items) = schema.get("items") {
        inside(items, below("items"), &format!("{path}[]"), depth + 1, rows);
    }
    if let Some(values) = schema.get("additionalProperties") {
        inside(values, below("additionalProperties"), &format!("{path}.*"), depth + 1, rows);
    }
    for choice in ["anyOf", "oneOf"].iter().flat_map(|key| list(schema, key)) {
        if depth < DEEPEST {
            inside(choice, None, path, depth + 1, rows);
        }
    }
}

/// What a value may be instead: the variants of an enum.
fn cases(schema: &Value) -> Vec<Case> {
    let choices = ["oneOf", "anyOf"].iter().flat_map(|key| list(schema, key));
    let choices: Vec<Case> = choices.map(case).collect();
    if !choices.is_empty() {
        return choices;
    }
    let values = list(schema, "enum").map(|value| Case {
        label: vec![Word::Value(inline(value))],
        docs: Vec::new(),
        fields: Vec::new(),
    });
    values.collect()
}

fn case(choice: &Value) -> Case {
    let mut rows = fields(choice, None);
    let tags = tags(choice);
    let label = if !tags.is_empty() {
        rows.retain(|row| !tags.iter().any(|(name, _)| *name == row.path));
        let tags = tags.iter().map(|(name, value)| Word::Value(format!("\"{name}\": {value}")));
        separated(tags.map(|tag| vec![tag]), " and ")
    } else if rows.is_empty() || choice.get("$ref").is_some() {
        words(choice)
    } else {
        // What serde tags from outside: the one field is the variant's name.
        let names = list(choice, "required").filter_map(Value::as_str);
        separated(names.map(|name| vec![Word::Value(inline(&Value::from(name)))]), ", ")
    };
    let label = if label.is_empty() { words(choice) } else { label };
    Case { label, docs: docs_of(choice), fields: rows }
}

/// The fields that hold one value only, each with it.
fn tags(schema: &Value) -> Vec<(&str, String)> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .filter_map(|(name, schema)| Some((name.as_str(), inline(schema.get("const")?))))
        .collect()
}

/// What a value is, in words.
fn words(schema: &Value) -> Words {
    let Some(keys) = schema.as_object() else {
        return text(if *schema == Value::Bool(false) { "nothing" } else { "anything" });
    };
    let mut parts: Vec<Words> = Vec::new();
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str) {
        parts.push(vec![match reference.strip_prefix("#/$defs/") {
            Some(name) => Word::Named(linked(name)),
            None => Word::Payload,
        }]);
    }
    if let Some(value) = keys.get("const") {
        parts.push(vec![Word::Value(inline(value))]);
    } else if keys.contains_key("enum") {
        let values = list(schema, "enum").map(|value| vec![Word::Value(inline(value))]);
        parts.push(separated(values, " or "));
    } else if let Some(typed) = typed(schema, keys) {
        parts.push(typed);
    }
    for key in ["oneOf", "anyOf"] {
        if keys.contains_key(key) {
            parts.push(separated(list(schema, key).map(words), " or "));
        }
    }
    parts.extend(list(schema, "allOf").map(words));
    match parts.len() {
        0 => text("anything"),
        _ => separated(parts.into_iter(), " with "),
    }
}

fn typed(schema: &Value, keys: &Keys) -> Option<Words> {
    let format = keys.get("format").and_then(Value::as_str);
    let of_format = |name: &str| match format {
        Some(format) => text(&format!("{name} ({format})")),
        None => text(name),
    };
    let name = |name: &str| match name {
        "string" => of_format("text"),
        "integer" => of_format("integer"),
        "number" => of_format("number"),
        "boolean" => text("true or false"),
        "null" => text("null"),
        "array" => array(schema),
        "object" => object(schema),
        other => text(other),
    };
    match keys.get("type") {
        Some(Value::String(one)) => Some(name(one)),
        Some(Value::Array(names)) => {
            Some(separated(names.iter().filter_map(Value::as_str).map(name), " or "))
        }
        _ if keys.contains_key("properties") => Some(object(schema)),
        _ => None,
    }
}

fn array(schema: &Value) -> Words {
    if schema.get("prefixItems").is_some() {
        let parts = separated(list(schema, "prefixItems").map(words), ", ");
        return [text("["), parts, text("]")].concat();
    }
    let unique = schema.get("uniqueItems") == Some(&Value::Bool(true));
    let kind = if unique { "set of " } else { "list of " };
    let items = schema.get("items").map_or_else(|| text("anything"), words);
    let several =
        items.iter().any(|word| matches!(word, Word::Text(text) if text.contains(" or ")));
    match several {
        true => [text(kind), text("("), items, text(")")].concat(),
        false => [text(kind), items].concat(),
    }
}

fn object(schema: &Value) -> Words {
    match schema.get("additionalProperties") {
        Some(values @ Value::Object(_)) => [text("map of text to "), words(values)].concat(),
        _ if schema.get("properties").is_some() => text("object"),
        Some(Value::Bool(true)) => text("map of text to anything"),
        _ => text("object"),
    }
}

/// What else a schema says of a value.
fn limits(schema: &Value) -> Vec<String> {
    let unsigned = schema
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.starts_with("uint"));
    let known = [
        ("minimum", "at least "),
        ("exclusiveMinimum", "more than "),
        ("maximum", "at most "),
        ("exclusiveMaximum", "less than "),
        ("multipleOf", "a multiple of "),
        ("pattern", "matches "),
        ("default", "otherwise "),
    ];
    let counted = [
        ("Length", "character", "characters"),
        ("Items", "element", "elements"),
        ("Properties", "entry", "entries"),
    ];
    let plain = known.into_iter().filter_map(|(key, word)| {
        let value = schema.get(key)?;
        // That an unsigned number is not negative is said by its format.
        (!(unsigned && key == "minimum" && value.as_f64() == Some(0.0))).then(|| {
            format!("{word}{}", value.as_str().map_or_else(|| inline(value), str::to_owned))
        })
    });
    let counts = counted.into_iter().filter_map(|(of, unit, units)| {
        let [least, most] = ["min", "max"].map(|end| schema.get(format!("{end}{of}"))?.as_u64());
        let some = |count| format!("{count} {}", if count == 1 { unit } else { units });
        match (least, most) {
            // How long a tuple is its elements say.
            _ if schema.get("prefixItems").is_some() => None,
            (Some(least), Some(most)) if least == most => Some(format!("exactly {}", some(most))),
            (Some(least), Some(most)) => Some(format!("{least} to {}", some(most))),
            (Some(least), None) => Some(format!("at least {}", some(least))),
            (None, Some(most)) => Some(format!("at most {}", some(most))),
            (None, None) => None,
        }
    });
    plain.chain(counts).collect()
}

fn separated(parts: impl Iterator<Item = Words>, separator: &str) -> Words {
    let mut all: Words = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.extend(text(separator));
        }
        all.extend(part);
    }
    all
}

fn text(words: &str) -> Words {
    vec![Word::Text(words.to_owned())]
}

fn list<'a>(schema: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    schema.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn docs_of(schema: &Value) -> Prose {
    prose(schema.get("description").and_then(Value::as_str).unwrap_or_default())
}
