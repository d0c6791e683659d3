//! JSON text as a tree that keeps each number as it was written, and the places in it that are structs.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

/// A tree over JSON text.
#[derive(Debug, Clone)]
pub(crate) enum Json {
    Scalar(String),
    Array(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    pub(crate) fn parse(text: &str) -> Self {
        let below = |raw: &RawValue| Self::parse(raw.get());
        match text.as_bytes()[0] {
            b'{' => {
                let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).unwrap();
                Self::Object(members.into_iter().map(|(key, raw)| (key, below(raw))).collect())
            }
            b'[' => {
                let elements: Vec<&RawValue> = serde_json::from_str(text).unwrap();
                Self::Array(elements.into_iter().map(below).collect())
            }
            _ => Self::Scalar(text.to_owned()),
        }
    }

    /// Hands each object that is a struct to `edit`, with its schema: those that a name or a position leads to. Where
    /// a schema has alternatives, nothing tells which one it is.
    pub(crate) fn structs(
        &mut self,
        root: &Value,
        schema: &Value,
        edit: &mut impl FnMut(&Value, &mut BTreeMap<String, Json>),
    ) {
        let schema = resolved(root, schema);
        match self {
            Self::Object(members) if schema["properties"].is_object() => {
                for (key, member) in members.iter_mut() {
                    member.structs(root, &schema["properties"][key], edit);
                }
                edit(schema, members);
            }
            Self::Object(members) => {
                for member in members.values_mut() {
                    member.structs(root, &schema["additionalProperties"], edit);
                }
            }
            Self::Array(elements) => {
                for element in elements {
                    element.structs(root, &schema["items"], edit);
                }
            }
            Self::Scalar(_) => {}
        }
    }
}

/// What `$ref` leads to, and what is in an `Option`.
pub(crate) fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return resolved(root, target);
    }
    match schema["anyOf"].as_array().map(Vec::as_slice) {
        Some([inner, null]) if null["type"] == "null" => resolved(root, inner),
        _ => schema,
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scalar(text) => f.write_str(text),
            Self::Array(elements) => {
                let elements: Vec<_> = elements.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", elements.join(","))
            }
            Self::Object(members) => {
                let member = |(key, value): (&String, &Json)| {
                    format!("{}:{value}", Value::from(key.as_str()))
                };
                let members: Vec<_> = members.iter().map(member).collect();
                write!(f, "{{{}}}", members.join(","))
            }
        }
    }
}
