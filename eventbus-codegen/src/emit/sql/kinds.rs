//! The kinds of JSON value that a schema lets through, or more: what is not understood lets everything through.

use serde_json::{Map, Value};

use crate::kinds::{Kind, Kinds};
use crate::pointer::target;

/// The kinds that `schema` lets through, whose references lead into `root`.
pub(super) fn kinds(root: &Value, schema: &Value) -> Kinds {
    deep(root, schema, &mut Vec::new())
}

/// `within` holds the references that are being followed.
fn deep<'a>(root: &'a Value, schema: &'a Value, within: &mut Vec<&'a str>) -> Kinds {
    let keys = match schema {
        Value::Bool(false) => return Kinds::NONE,
        Value::Object(keys) => keys,
        _ => return Kinds::ALL,
    };
    let mut found = named(keys);
    if let Some(reference) = keys.get("$ref").and_then(Value::as_str)
        && !within.contains(&reference)
        && let Some(target) = target(root, reference)
    {
        within.push(reference);
        found = found.and(deep(root, target, within));
        within.pop();
    }
    for schema in keys.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        found = found.and(deep(root, schema, within));
    }
    for branches in ["anyOf", "oneOf"].iter().filter_map(|key| keys.get(*key)?.as_array()) {
        let any = branches.iter().map(|branch| deep(root, branch, within));
        found = found.and(any.fold(Kinds::NONE, Kinds::or));
    }
    found
}

/// What the keywords say that stand here.
pub(super) fn named(keys: &Map<String, Value>) -> Kinds {
    let types = match keys.get("type") {
        Some(Value::String(name)) => of_type(name),
        Some(Value::Array(names)) => {
            let names = names.iter().filter_map(Value::as_str);
            names.map(of_type).fold(Kinds::NONE, Kinds::or)
        }
        _ => Kinds::ALL,
    };
    let values = match (keys.get("const"), keys.get("enum")) {
        (Some(value), _) => Kinds::of(Kind::of(value)),
        (None, Some(Value::Array(values))) => {
            values.iter().map(|value| Kinds::of(Kind::of(value))).fold(Kinds::NONE, Kinds::or)
        }
        _ => Kinds::ALL,
    };
    types.and(values)
}

fn of_type(name: &str) -> Kinds {
    Kinds::named(name).unwrap_or(Kinds::ALL)
}
