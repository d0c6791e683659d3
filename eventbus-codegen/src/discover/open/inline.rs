//! Enums that are written out where they are used, and say that they are open. They get a name, as those have that are asked
//! about.

use serde_json::{Map, Value, json};

use super::DEFINITIONS;
use crate::compat::is_open;
use crate::pointer::{escaped, unescaped};

/// Moves each of these into the definitions of both contracts, where both have it in the same place. A payload of the one is
/// a payload of the other.
pub(super) fn name_open(reader: &mut Value, writer: &mut Value) {
    let mut places = Vec::new();
    find(reader, String::new(), &mut places);
    for place in places {
        let name = name(&place, reader);
        for schema in [&mut *reader, &mut *writer] {
            let Some(place) = schema.pointer_mut(&place) else { continue };
            let mut own = place.take();
            let reference = json!({ "$ref": format!("#/{DEFINITIONS}/{name}") });
            *place = match without_null(&mut own) {
                true => json!({ "anyOf": [reference, { "type": "null" }] }),
                false => reference,
            };
            let Value::Object(keys) = schema else { continue };
            let definitions = keys.entry(DEFINITIONS).or_insert_with(|| Map::new().into());
            definitions[name.as_str()] = own;
        }
    }
}

/// Takes the null of an `Option` out of an enum, and whether there was one.
fn without_null(schema: &mut Value) -> bool {
    let mut had_one = false;
    for (key, null) in [("enum", Value::Null), ("type", Value::from("null"))] {
        if let Some(values) = schema.get_mut(key).and_then(Value::as_array_mut) {
            let before = values.len();
            values.retain(|value| *value != null);
            had_one |= values.len() < before;
        }
    }
    had_one
}

/// The places of open enums that have no name, inner ones first.
fn find(schema: &Value, pointer: String, found: &mut Vec<String>) {
    match schema {
        Value::Object(keys) => {
            for (key, value) in keys {
                find(value, format!("{pointer}/{}", escaped(key)), found);
            }
            let is_named = pointer
                .rsplit_once('/')
                .is_some_and(|(above, _)| above == format!("/{DEFINITIONS}"));
            if is_open(keys) && !pointer.is_empty() && !is_named {
                found.push(pointer);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                find(item, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// A name that nothing has, after the field that holds it.
fn name(place: &str, schema: &Value) -> String {
    let steps: Vec<&str> = place.split('/').collect();
    let field = steps
        .windows(2)
        .rev()
        .find(|pair| pair[0] == "properties")
        .map_or("payload", |pair| pair[1]);
    let mut name = unescaped(field).replace(['/', '~', '%'], "_");
    while schema.get(DEFINITIONS).is_some_and(|all| all.get(&name).is_some()) {
        name.push('_');
    }
    name
}
