//! JSON Schema, as schemars writes it, to shapes.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::keywords::is_expressed;
use super::{Definition, Field, Lowered, Shape};
use crate::compat::is_open;
use crate::pointer::linked;

type Keys = Map<String, Value>;

/// The keyword of a property that names the version which it came with.
pub(crate) const SINCE: &str = "x-eventbus-since";

/// The most elements for which an array of fixed length becomes a tuple.
const LONGEST_TUPLE: u64 = 8;

/// Lowers a schema and its `$defs`.
pub(crate) fn lower(schema: &Value) -> Lowered {
    let mut lowering = Lowering { warnings: Vec::new() };
    let root = lowering.shape(schema, "");
    let mut definitions = BTreeMap::new();
    for (name, schema) in schema.get("$defs").and_then(Value::as_object).into_iter().flatten() {
        let shape = lowering.shape(schema, &format!("/$defs/{name}"));
        definitions
            .insert(name.clone(), Definition { docs: text_of(schema, "description"), shape });
    }
    Lowered { root, definitions, warnings: lowering.warnings }
}

struct Lowering {
    warnings: Vec<String>,
}

impl Lowering {
    fn shape(&mut self, schema: &Value, at: &str) -> Shape {
        match schema {
            Value::Bool(false) => Shape::Never,
            Value::Object(keys) => self.object_schema(keys, at),
            _ => Shape::Any,
        }
    }

    fn object_schema(&mut self, keys: &Keys, at: &str) -> Shape {
        if let Some(keyword) = keys.keys().find(|keyword| !is_expressed(keyword)) {
            return self.unknown(at, &format!("has no type for `{keyword}`"));
        }
        let mut parts = Vec::new();
        if let Some(reference) = keys.get("$ref").and_then(Value::as_str) {
            parts.push(self.reference(reference, at));
        }
        if let Some(value) = keys.get("const") {
            parts.push(Shape::Literals(vec![value.clone()]));
        } else if let Some(Value::Array(values)) = keys.get("enum") {
            parts.push(Shape::Literals(values.clone()));
        } else if keys.contains_key("type") || keys.contains_key("properties") {
            parts.push(self.typed(keys, at));
        }
        for keyword in ["oneOf", "anyOf"] {
            if let Some(choices) = self.each(keys, keyword, at) {
                parts.push(Shape::union(choices));
            }
        }
        parts.extend(self.each(keys, "allOf", at).into_iter().flatten());
        match Shape::all(parts) {
            Shape::Literals(values) if is_open(keys) => Shape::Open(values),
            shape => shape,
        }
    }

    fn each(&mut self, keys: &Keys, keyword: &str, at: &str) -> Option<Vec<Shape>> {
        let schemas = keys.get(keyword)?.as_array()?.iter().enumerate();
        Some(
            schemas.map(|(i, schema)| self.shape(schema, &format!("{at}/{keyword}/{i}"))).collect(),
        )
    }

    fn reference(&mut self, reference: &str, at: &str) -> Shape {
        if reference == "#" {
            return Shape::Root;
        }
        match reference.strip_prefix("#/$defs/") {
            Some(name) if !name.contains('/') => Shape::Named(linked(name)),
            _ => self.unknown(at, &format!("refers to `{reference}`")),
        }
    }

    fn typed(&mut self, keys: &Keys, at: &str) -> Shape {
        let names = match keys.get("type") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(name)) => vec![name.as_str()],
            _ => vec!["object"],
        };
        let format = keys.get("format").and_then(Value::as_str);
        let shapes: Vec<Shape> = names
            .into_iter()
            .map(|name| match name {
                "null" => Shape::Null,
                "boolean" => Shape::Bool,
                "number" => Shape::Number { wide: false },
                "integer" => Shape::Number { wide: is_wide(keys, format) },
                "string" => Shape::Text(format.map(str::to_owned)),
                "array" => self.array(keys, at),
                "object" => self.object(keys, at),
                other => self.unknown(at, &format!("has the unknown type `{other}`")),
            })
            .collect();
        Shape::union(shapes)
    }

    fn array(&mut self, keys: &Keys, at: &str) -> Shape {
        if let Some(parts) = self.each(keys, "prefixItems", at) {
            return Shape::Tuple(parts);
        }
        let Some(items) = keys.get("items") else { return Shape::Array(Box::new(Shape::Any)) };
        let item = self.shape(items, &format!("{at}/items"));
        let bound = |keyword: &str| keys.get(keyword).and_then(Value::as_u64);
        match (bound("minItems"), bound("maxItems")) {
            (Some(least), Some(most)) if least == most && most <= LONGEST_TUPLE => {
                Shape::Tuple((0..most).map(|_| item.clone()).collect())
            }
            _ => Shape::Array(Box::new(item)),
        }
    }

    fn object(&mut self, keys: &Keys, at: &str) -> Shape {
        let fields = self.fields(keys, at);
        let mut rest = Vec::new();
        for (pattern, schema) in object_at(keys, "patternProperties") {
            rest.push(self.shape(schema, &format!("{at}/patternProperties/{pattern}")));
        }
        match keys.get("additionalProperties") {
            Some(schema @ Value::Object(_)) => {
                rest.push(self.shape(schema, &format!("{at}/additionalProperties")));
            }
            Some(Value::Bool(true)) => rest.push(Shape::Any),
            _ => {}
        }
        if rest.is_empty() {
            return Shape::Object(fields);
        }
        let rest = self.beside(&fields, Shape::union(rest), keys, at);
        Shape::all(vec![Shape::Object(fields), Shape::Map(Box::new(rest))])
    }

    /// What an index signature can say of the other properties: it speaks of the named ones too, so that a narrower
    /// one than they are would let no value be both.
    fn beside(&mut self, fields: &[Field], rest: Shape, keys: &Keys, at: &str) -> Shape {
        const MORE: &[&str] = &["$ref", "allOf", "anyOf", "oneOf"];
        let has_more = MORE.iter().any(|keyword| keys.contains_key(*keyword));
        if rest == Shape::Any || (fields.is_empty() && !has_more) {
            return rest;
        }
        let at = if at.is_empty() { "/" } else { at };
        if has_more {
            self.warnings.push(format!(
                "the schema at `{at}` has other properties beside those of several types; they become `unknown`"
            ));
            return Shape::Any;
        }
        self.warnings.push(format!(
            "the schema at `{at}` has other properties beside named ones; their type becomes the union of both"
        ));
        Shape::union(fields.iter().map(|field| field.shape.clone()).chain([rest]))
    }

    fn fields(&mut self, keys: &Keys, at: &str) -> Vec<Field> {
        let required: Vec<&str> = keys
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        object_at(keys, "properties")
            .map(|(name, schema)| {
                let optional = !required.contains(&name.as_str());
                let shape = self.shape(schema, &format!("{at}/properties/{name}"));
                Field {
                    name: name.clone(),
                    docs: text_of(schema, "description"),
                    deprecated: schema.get("deprecated") == Some(&Value::Bool(true)),
                    optional,
                    since: schema
                        .get(SINCE)
                        .and_then(Value::as_u64)
                        .and_then(|n| n.try_into().ok()),
                    shape: if optional { shape.without_null() } else { shape },
                }
            })
            .collect()
    }

    fn unknown(&mut self, at: &str, what: &str) -> Shape {
        let at = if at.is_empty() { "/" } else { at };
        self.warnings.push(format!("the schema at `{at}` {what}; it becomes `unknown`"));
        Shape::Any
    }
}

fn object_at<'a>(keys: &'a Keys, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    keys.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// Whether an integer may exceed what a double holds exactly: by its format, unless its maximum says otherwise.
fn is_wide(keys: &Keys, format: Option<&str>) -> bool {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    let within = |key: &str| keys.get(key).and_then(Value::as_f64).is_some_and(|n| n.abs() <= SAFE);
    let wide = matches!(format, Some("int64" | "uint64" | "int128" | "uint128" | "int" | "uint"));
    wide && !(within("minimum") && within("maximum"))
}

fn text_of(schema: &Value, key: &str) -> String {
    schema.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
