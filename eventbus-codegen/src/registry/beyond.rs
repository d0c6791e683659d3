//! What a schema says beyond JSON Schema, for a type's `event.json`.

use std::collections::{BTreeMap, BTreeSet};

use eventbus_runtime::Document;
use serde_json::Value;

use crate::compat::is_open;
use crate::pointer::{escaped, target};

/// The places in a payload of which the schema says more, by their JSON pointers, with `*` for any element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Beyond {
    /// Fields that are read under other names too.
    pub(crate) aliases: BTreeMap<String, BTreeSet<String>>,
    /// Enums that read what they do not know.
    pub(crate) open: BTreeSet<String>,
}

/// What `schema` says of its places.
pub(crate) fn beyond(schema: &Value) -> Beyond {
    let mut walk = Walk { schema, found: Beyond::default(), within: Vec::new() };
    // Hardly any schema says any of it, and one of many references is long to walk through.
    if says(schema) {
        walk.at(schema, "");
    }
    walk.found
}

fn says(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(says),
        Value::Object(keys) => {
            keys.contains_key(Document::ALIASES)
                || keys.contains_key(Document::OPEN)
                || keys.values().any(says)
        }
        _ => false,
    }
}

struct Walk<'a> {
    schema: &'a Value,
    found: Beyond,
    /// The references that are being followed.
    within: Vec<&'a str>,
}

impl<'a> Walk<'a> {
    fn at(&mut self, place: &'a Value, pointer: &str) {
        let Value::Object(keys) = place else { return };
        if let Some(Value::Array(names)) = keys.get(Document::ALIASES) {
            let names = names.iter().filter_map(|name| Some(name.as_str()?.to_owned()));
            self.found.aliases.entry(pointer.to_owned()).or_default().extend(names);
        }
        if is_open(keys) {
            self.found.open.insert(pointer.to_owned());
        }
        if let Some(Value::String(reference)) = keys.get("$ref")
            && !self.within.contains(&reference.as_str())
            && let Some(target) = target(self.schema, reference)
        {
            self.within.push(reference);
            self.at(target, pointer);
            self.within.pop();
        }
        for (name, schema) in
            keys.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            self.at(schema, &format!("{pointer}/{}", escaped(name)));
        }
        let patterns = keys.get("patternProperties").and_then(Value::as_object);
        let each = ["items", "additionalProperties"].iter().filter_map(|key| keys.get(*key));
        let tuple = keys.get("prefixItems").and_then(Value::as_array).into_iter().flatten();
        for schema in each.chain(tuple).chain(patterns.into_iter().flat_map(|them| them.values())) {
            self.at(schema, &format!("{pointer}/*"));
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            for schema in keys.get(key).and_then(Value::as_array).into_iter().flatten() {
                self.at(schema, pointer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::beyond;

    #[test]
    fn places_are_found_through_references_and_a_type_that_contains_itself_is_entered_once() {
        let node = json!({
            "type": "object",
            "properties": {
                "kind": { "anyOf": [{ "$ref": "#/$defs/Kind" }, { "type": "null" }] },
                "next": { "$ref": "#/$defs/Node" },
                "sku": { "type": "string", "x-eventbus-aliases": ["article", "id"] },
            },
        });
        let kind = json!({ "type": "string", "enum": ["a"], "x-extensible-enum": true });
        let schema = json!({
            "properties": { "nodes": { "items": { "$ref": "#/$defs/Node" } } },
            "$defs": { "Node": node, "Kind": kind },
        });
        let found = beyond(&schema);
        assert_eq!(found.open.into_iter().collect::<Vec<_>>(), ["/nodes/*/kind"]);
        let aliases: Vec<_> = found.aliases.into_iter().collect();
        let names = ["article", "id"].map(str::to_owned).into();
        assert_eq!(aliases, [("/nodes/*/sku".to_owned(), names)]);
        assert_eq!(beyond(&json!({ "properties": { "a": {} } })), super::Beyond::default());
    }
}
