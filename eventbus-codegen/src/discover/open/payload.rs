//! A payload that holds an unknown variant of one enum, and is an ordinary one otherwise.

use std::collections::BTreeSet;

use eventbus_runtime::Document;
use serde_json::{Map, Value, json};

use crate::compat::{self, SOME_VARIANT};
use crate::pointer::linked;
use crate::registry::sample;

/// A payload in which each value of an enum that can be reached is an unknown variant.
pub(super) struct Asked {
    /// What the enum is where that is read.
    pub(super) open: Value,
    pub(super) payload: Value,
    /// Whether nothing but the enum may read it. What is refused is refused by the enum in any case.
    pub(super) is_certain: bool,
}

/// Payloads of `writer` that ask about the enum `name`; none where there is no such payload.
pub(super) fn payloads(
    writer: &Value,
    name: &str,
    (read, written): (&Value, &Value),
) -> Vec<Asked> {
    let unknown = unknown(read, written).into_iter();
    unknown.filter_map(|(open, unknown)| asked(writer, name, open, unknown)).collect()
}

fn asked(writer: &Value, name: &str, open: Value, unknown: Value) -> Option<Asked> {
    let leading = leading(writer, name);
    let mut schema = writer.clone();
    let is_certain = lead(&mut schema, &leading);
    *schema.get_mut("$defs")?.get_mut(name)? = unknown;
    let payload = sample(&schema)?;
    payload.to_string().contains(SOME_VARIANT).then_some(Asked { open, payload, is_certain })
}

/// The schemas of unknown variants of an enum, which is the same in both contracts as far as it is written, each with what
/// the enum is that reads it.
fn unknown(read: &Value, written: &Value) -> Vec<(Value, Value)> {
    let any = Value::Bool(true);
    if let (Some(read), Some(written)) = (tagged(read), tagged(written)) {
        let (tag, choices) = written;
        if read.0 != tag {
            return Vec::new();
        }
        let bare = json!({ "type": "object", "properties": { tag: { "const": SOME_VARIANT } }, "required": [tag] });
        return vec![(any, with_data(tag, choices)), (Value::from(Document::UNITS), bare)];
    }
    let (Some(read), Some(written)) = (units(read), units(written)) else { return Vec::new() };
    let is_same = written.is_subset(&read) && !read.contains(SOME_VARIANT);
    if is_same { vec![(any, json!({ "const": SOME_VARIANT }))] } else { Vec::new() }
}

/// The schema of an unknown variant with data, which must be passed over whatever it is, and wherever the variants of this
/// enum have it.
fn with_data(tag: &str, choices: &[Value]) -> Value {
    let data = json!({ "const": { "more": true } });
    let longer = choices.iter().filter_map(properties).find(|all| all.len() > 1);
    let Some(longer) = longer else {
        // No variant shows whether data would stand beside the tag or below a name, where they are not passed over. Serde
        // reads a list in the place of the object, too, and that of the tag alone only where there is no such name.
        return json!({ "const": [SOME_VARIANT] });
    };
    let mut all: Map<String, Value> =
        longer.keys().map(|name| (name.clone(), data.clone())).collect();
    all.insert(tag.to_owned(), json!({ "const": SOME_VARIANT }));
    all.entry("more").or_insert(data);
    let required: Vec<&String> = all.keys().collect();
    json!({ "type": "object", "required": required, "properties": all })
}

/// The tag inside the variants of an enum, with their schemas; of one whose variants exclude each other.
fn tagged(definition: &Value) -> Option<(&String, &Vec<Value>)> {
    definition.get("oneOf")?;
    compat::tagged(definition.as_object()?)
}

fn properties(schema: &Value) -> Option<&Map<String, Value>> {
    schema.get("properties")?.as_object()
}

/// The texts that the variants without data are, where some are and the others are objects of one key.
fn units(definition: &Value) -> Option<BTreeSet<&str>> {
    if let Some(choices) = definition.get("oneOf").and_then(Value::as_array) {
        let mut all = BTreeSet::new();
        for choice in choices {
            match units(choice) {
                Some(units) => all.extend(units),
                None if properties(choice).is_some_and(|all| all.len() == 1) => {}
                None => return None,
            }
        }
        return Some(all);
    }
    if let Some(value) = definition.get("const") {
        return Some(BTreeSet::from([value.as_str()?]));
    }
    definition.get("enum")?.as_array()?.iter().map(Value::as_str).collect()
}

/// The definitions from which references lead to `name`, itself included.
fn leading(schema: &Value, name: &str) -> BTreeSet<String> {
    let mut leading = BTreeSet::from([name.to_owned()]);
    let definitions = || schema.get("$defs").and_then(Value::as_object).into_iter().flatten();
    loop {
        let more = definitions()
            .find(|(name, schema)| !leading.contains(*name) && leads(schema, &leading));
        let Some((name, _)) = more else { return leading };
        leading.insert(name.clone());
    }
}

fn leads(value: &Value, leading: &BTreeSet<String>) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| leads(item, leading)),
        Value::Object(keys) => keys.iter().any(|(key, value)| match value {
            Value::String(reference) if key == "$ref" => reference
                .strip_prefix("#/$defs/")
                .is_some_and(|name| leading.contains(&linked(name))),
            value => leads(value, leading),
        }),
        _ => false,
    }
}

/// Makes the sampler go to the enum wherever it can: the choices that lead there come first, and no default stands in
/// the way. Whether what is found there is read by the enum alone: another choice of an untagged one might read it.
fn lead(schema: &mut Value, leading: &BTreeSet<String>) -> bool {
    if !leads(schema, leading) {
        return true;
    }
    let Value::Object(keys) = schema else { return true };
    let mut is_certain = true;
    for key in ["default", "examples"] {
        keys.remove(key);
    }
    for (key, value) in keys.iter_mut() {
        match (key.as_str(), value) {
            ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                for (_, schema) in named {
                    is_certain &= lead(schema, leading);
                }
            }
            ("oneOf" | "anyOf" | "allOf" | "prefixItems", Value::Array(parts)) => {
                let is_null = |part: &Value| part.get("type") == Some(&json!("null"));
                let several = parts.iter().filter(|part| !is_null(part)).count() > 1;
                is_certain &= key != "anyOf" || !several;
                if key.ends_with("Of") {
                    parts.sort_by_key(|part| !leads(part, leading));
                }
                for part in parts {
                    is_certain &= lead(part, leading);
                }
            }
            ("items" | "additionalProperties", schema) => is_certain &= lead(schema, leading),
            _ => {}
        }
    }
    is_certain
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::payloads;

    fn asked(writer: &Value) -> Option<Value> {
        let definition = &writer["$defs"]["Kind"];
        let mut asked = payloads(writer, "Kind", (definition, definition)).into_iter();
        asked.next().filter(|asked| asked.open == true && asked.is_certain).map(|it| it.payload)
    }

    fn writer(field: &Value, kind: &Value) -> Value {
        json!({
            "type": "object",
            "properties": { "a": { "type": "integer" }, "kind": field },
            "required": ["a", "kind"],
            "$defs": { "Kind": kind, "Holder": {
                "oneOf": [
                    { "type": "string", "const": "none" },
                    { "type": "object", "properties": { "some": { "$ref": "#/$defs/Kind" } },
                      "required": ["some"] },
                ],
            } },
        })
    }

    #[test]
    fn the_variant_is_wherever_the_enum_can_be_reached() {
        let kind = json!({ "type": "string", "enum": ["x", "y"] });
        let of =
            |field: Value| asked(&writer(&field, &kind)).map(|payload| payload["kind"].clone());
        let reference = json!({ "$ref": "#/$defs/Kind" });
        assert_eq!(of(reference.clone()), Some(json!("something-unknown")));
        let defaulted = json!({ "$ref": "#/$defs/Kind", "default": "x" });
        assert_eq!(of(defaulted), Some(json!("something-unknown")));
        let list = json!({ "type": "array", "items": reference });
        assert_eq!(of(list), Some(json!(["something-unknown"])));
        let optional = json!({ "anyOf": [{ "type": "null" }, reference] });
        assert_eq!(of(optional), Some(json!("something-unknown")));
        let deeper = json!({ "$ref": "#/$defs/Holder" });
        assert_eq!(of(deeper), Some(json!({ "some": "something-unknown" })));
    }

    #[test]
    fn where_something_else_may_read_it_nothing_is_certain() {
        let kind = json!({ "type": "string", "enum": ["x", "y"] });
        let either = json!({ "anyOf": [{ "$ref": "#/$defs/Kind" }, { "type": "string" }] });
        assert_eq!(asked(&writer(&either, &kind)), None);
        assert_eq!(asked(&writer(&json!({ "type": "integer" }), &kind)), None);
        let numbers = json!({ "enum": [1, 2] });
        assert_eq!(asked(&writer(&json!({ "$ref": "#/$defs/Kind" }), &numbers)), None);
    }

    #[test]
    fn a_tagged_variant_has_data() {
        let kind = json!({ "oneOf": [
            { "type": "object", "properties": { "t": { "const": "x" } }, "required": ["t"] },
            { "type": "object", "properties": { "t": { "const": "y" }, "n": { "type": "integer" } },
              "required": ["t", "n"] },
        ] });
        let payload = asked(&writer(&json!({ "$ref": "#/$defs/Kind" }), &kind)).unwrap();
        assert_eq!(
            payload["kind"],
            json!({ "t": "something-unknown", "n": { "more": true }, "more": { "more": true } })
        );
    }

    #[test]
    fn a_tagged_variant_is_asked_about_without_data_too() {
        let kind = json!({ "oneOf": [
            { "type": "object", "properties": { "t": { "const": "x" } }, "required": ["t"] },
        ] });
        let writer = writer(&json!({ "$ref": "#/$defs/Kind" }), &kind);
        let asked = payloads(&writer, "Kind", (&kind, &kind));
        let kinds: Vec<_> =
            asked.into_iter().map(|it| (it.open, it.payload["kind"].clone())).collect();
        let listed = json!(["something-unknown"]);
        let bare = json!({ "t": "something-unknown" });
        assert_eq!(kinds, [(json!(true), listed), (json!("units"), bare)]);
    }
}
