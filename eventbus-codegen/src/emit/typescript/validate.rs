//! A schema as what the validators read: without remarks, references as functions, formats of integers as ranges.

use eventbus_runtime::Document;
use serde_json::{Map, Value, json};

use super::ast::Expr;
use super::contract::{DIGITS, DROP, FILL, definition};
use super::names::Naming;
use crate::compat::{is_open, tagged};
use crate::integers::integers;
use crate::model::{BY_NAME, LIST, ONE};

type Keys = Map<String, Value>;

/// Keywords whose values the validators take as they are.
const PLAIN: &[&str] = &[
    "const",
    "dependentRequired",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxContains",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "pattern",
    "required",
    "uniqueItems",
];

/// A schema for the validators.
pub(super) fn schema(schema: &Value, naming: &Naming) -> Expr {
    let Value::Object(keys) = schema else { return Expr::json(schema) };
    let mut parts = Vec::new();
    if let Some(target) = keys.get("$ref").and_then(Value::as_str).and_then(|at| target(at, naming))
    {
        parts.push(("$ref".to_owned(), Expr::Later(target)));
    }
    parts.extend(kind(keys));
    for (keyword, value) in keys {
        let one = |value: &Value| self::schema(value, naming);
        let value = match (keyword.as_str(), value) {
            (plain, value) if PLAIN.contains(&plain) => Expr::json(value),
            (keyword, value) if ONE.contains(&keyword) => one(value),
            ("oneOf", Value::Array(choices)) if literals(choices).is_some() => continue,
            (keyword, Value::Array(schemas)) if LIST.contains(&keyword) => {
                Expr::List(schemas.iter().map(one).collect())
            }
            (keyword, Value::Object(schemas)) if BY_NAME.contains(&keyword) => Expr::Record(
                schemas.iter().map(|(name, schema)| (name.clone(), one(schema))).collect(),
            ),
            _ => continue,
        };
        parts.push((keyword.clone(), value));
    }
    for (keyword, key) in [(DIGITS, "digits"), (FILL, "fill"), (DROP, "drop")] {
        parts.extend(keys.get(keyword).map(|value| (key.to_owned(), Expr::json(value))));
    }
    parts.extend(aliases(keys));
    if parts.is_empty() { Expr::json(&Value::Bool(true)) } else { Expr::Record(parts) }
}

/// What a reference leads to, by its name in the file.
fn target(reference: &str, naming: &Naming) -> Option<String> {
    if reference == "#" {
        return Some(naming.root.clone());
    }
    definition(reference).map(|name| naming.of(&name))
}

/// The keywords of the kind of value, its list of values, and the range of its format.
fn kind(keys: &Keys) -> Vec<(String, Expr)> {
    let mut parts = Vec::new();
    let choices = keys.get("oneOf").and_then(Value::as_array);
    let values = keys.get("enum").and_then(Value::as_array).cloned();
    let values = values.or_else(|| choices.and_then(|choices| literals(choices)));
    let is_open_list = is_open(keys) && values.is_some();
    // Whoever is one of the values is of their kind.
    let has_values = keys.contains_key("const") || (values.is_some() && !is_open_list);
    if let Some(ty) = keys.get("type").filter(|_| !has_values) {
        parts.push(("type".to_owned(), Expr::json(ty)));
    } else if is_open_list {
        parts.push(("type".to_owned(), Expr::json(&json!("string"))));
    }
    if let Some(values) = values.filter(|_| !is_open_list) {
        parts.push(("enum".to_owned(), Expr::json(&Value::Array(values))));
    }
    if is_open(keys) && !is_open_list {
        let tag = tagged(keys).map(|(tag, _)| tag.as_str()).unwrap_or_default();
        parts.push(("open".to_owned(), Expr::json(&json!(tag))));
    }
    if let Some((least, most)) = keys.get("format").and_then(Value::as_str).and_then(range) {
        let bounds = [("minimum", json!(least)), ("maximum", json!(most))];
        let stated = bounds.into_iter().filter(|(keyword, _)| !keys.contains_key(*keyword));
        parts.extend(stated.map(|(keyword, value)| (keyword.to_owned(), Expr::json(&value))));
    }
    parts
}

/// The values of choices that are one value each.
fn literals(choices: &[Value]) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for choice in choices {
        let keys = choice.as_object()?;
        const SILENT: &[&str] = &["const", "deprecated", "description", "enum", "title", "type"];
        if !keys.keys().all(|key| SILENT.contains(&key.as_str())) {
            return None;
        }
        match (keys.get("const"), keys.get("enum")) {
            (Some(value), None) => values.push(value.clone()),
            (None, Some(Value::Array(several))) => values.extend(several.iter().cloned()),
            _ => return None,
        }
    }
    Some(values)
}

/// What fits into the integers of a format. Those of 64 bits and more end where JavaScript's do.
fn range(format: &str) -> Option<(i64, i64)> {
    let (least, most) = integers(format)?;
    if most > u32::MAX.into() {
        return None;
    }
    Some((i64::try_from(least).ok()?, i64::try_from(most).ok()?))
}

/// The former names of properties.
fn aliases(keys: &Keys) -> Option<(String, Expr)> {
    let properties = keys.get("properties")?.as_object()?.iter();
    let named: Vec<(String, Expr)> = properties
        .filter_map(|(name, schema)| {
            Some((name.clone(), Expr::json(schema.get(Document::ALIASES)?)))
        })
        .collect();
    (!named.is_empty()).then(|| ("aliases".to_owned(), Expr::Record(named)))
}
