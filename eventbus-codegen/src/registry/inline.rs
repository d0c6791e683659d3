//! Takes numbers out of the names in `$defs`.
//!
//! Where one payload holds two types of one name, schemars calls the second one `Page2`: two types `Page` of different
//! modules, or `Page<Item>` and `Page<Order>`. Which of them gets the number depends on the order of the fields, so an
//! edit elsewhere could exchange them. They are written where they are used instead, without a name. The runtime has marked
//! the numbers that schemars gave: a `Page2` of the user's own keeps its name.

use std::collections::BTreeSet;

use eventbus_runtime::Document;
use serde_json::{Map, Value, json};

use crate::pointer::unescaped;

const PREFIX: &str = "#/$defs/";

/// Inlines every definition whose name is ambiguous, and takes the runtime's marks out.
///
/// What contains itself cannot be inlined: then the error is the name that two types have.
pub(super) fn inline_numbered(schema: &mut Value) -> Result<(), String> {
    let Some(Value::Object(definitions)) = schema.get_mut("$defs") else { return Ok(()) };
    let mut ambiguous = BTreeSet::new();
    for (name, definition) in definitions.iter_mut() {
        if let Some(Value::String(base)) =
            definition.as_object_mut().and_then(|keys| keys.remove(Document::NUMBERED))
        {
            ambiguous.extend([name.clone(), base]);
        }
    }
    let defs = definitions.clone();
    ambiguous.retain(|name| defs.contains_key(name));
    if ambiguous.is_empty() {
        return Ok(());
    }
    definitions.retain(|name, _| !ambiguous.contains(name));
    if let Some(name) =
        ambiguous.iter().find(|name| reaches(&defs[*name], name, &defs, &mut BTreeSet::new()))
    {
        return Err(name.clone());
    }
    replace(schema, &defs, &ambiguous);
    if schema["$defs"] == json!({})
        && let Value::Object(keys) = schema
    {
        keys.remove("$defs");
    }
    Ok(())
}

/// Whether `schema` refers to the definition `wanted`, directly or through others.
fn reaches(
    schema: &Value,
    wanted: &str,
    defs: &Map<String, Value>,
    seen: &mut BTreeSet<String>,
) -> bool {
    match schema {
        Value::Array(items) => items.iter().any(|item| reaches(item, wanted, defs, seen)),
        Value::Object(keys) => {
            let target = referred(keys);
            target.as_deref() == Some(wanted)
                || target.is_some_and(|name| {
                    let next = defs.get(&name).filter(|_| seen.insert(name));
                    next.is_some_and(|next| reaches(next, wanted, defs, seen))
                })
                || keys.values().any(|value| reaches(value, wanted, defs, seen))
        }
        _ => false,
    }
}

fn replace(schema: &mut Value, defs: &Map<String, Value>, names: &BTreeSet<String>) {
    if let Value::Object(keys) = schema
        && let Some(name) = referred(keys).filter(|name| names.contains(name))
    {
        keys.remove("$ref");
        put(keys, &defs[&name]);
    }
    match schema {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, defs, names)),
        Value::Object(keys) => keys.values_mut().for_each(|value| replace(value, defs, names)),
        _ => {}
    }
}

/// Puts a definition beside the keys that stood next to its `$ref`. The field's own description wins; where both say
/// something about the value, both must hold.
fn put(keys: &mut Map<String, Value>, definition: &Value) {
    match definition {
        Value::Object(own)
            if !own.contains_key("$ref")
                && own.keys().all(|key| key == "description" || !keys.contains_key(key)) =>
        {
            for (key, value) in own {
                keys.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        other => {
            let all = keys.entry("allOf").or_insert_with(|| json!([]));
            if let Value::Array(all) = all {
                all.push(other.clone());
            }
        }
    }
}

fn referred(keys: &Map<String, Value>) -> Option<String> {
    let name = keys.get("$ref")?.as_str()?.strip_prefix(PREFIX)?;
    Some(unescaped(name))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Document, inline_numbered};

    fn inlined(mut schema: Value) -> Value {
        inline_numbered(&mut schema).unwrap();
        schema
    }

    #[test]
    fn numbered_names_are_written_out_and_others_stay() {
        let schema = inlined(json!({
            "properties": {
                "a": {"$ref": "#/$defs/Page", "description": "The field."},
                "b": {"items": {"$ref": "#/$defs/Page2"}},
                "c": {"$ref": "#/$defs/Line1"},
            },
            "$defs": {
                "Page": {"type": "string", "description": "The type."},
                "Page2": {"type": "array", "items": {"$ref": "#/$defs/Page"}, Document::NUMBERED: "Page"},
                "Line": {"type": "string"},
                "Line1": {"type": "number"},
            },
        }));
        let page = json!({"type": "string", "description": "The type."});
        assert_eq!(schema["properties"]["a"]["description"], "The field.");
        assert_eq!(schema["properties"]["a"]["type"], "string");
        assert_eq!(schema["properties"]["b"]["items"], json!({"type": "array", "items": page}));
        assert_eq!(
            schema["$defs"],
            json!({"Line": {"type": "string"}, "Line1": {"type": "number"}})
        );
    }

    #[test]
    fn what_stands_beside_a_reference_still_holds() {
        let schema = inlined(json!({
            "type": "object", "properties": {"kind": {"const": "a"}}, "$ref": "#/$defs/Card",
            "$defs": {"Card": {"type": "object"}, "Card2": {Document::NUMBERED: "Card"}},
        }));
        let wanted = json!({"type": "object", "properties": {"kind": {"const": "a"}},
            "allOf": [{"type": "object"}]});
        assert_eq!(schema, wanted);
    }

    #[test]
    fn two_recursive_definitions_of_one_name_are_refused() {
        let mut schema = json!({"$ref": "#/$defs/Tree", "$defs": {
            "Tree": {"items": {"$ref": "#/$defs/Node"}}, "Node": {"$ref": "#/$defs/Tree"},
            "Tree2": {"type": "string", Document::NUMBERED: "Tree"},
        }});
        assert_eq!(inline_numbered(&mut schema), Err("Tree".to_owned()));
    }
}
