//! A reader that asks nothing of some places.
//!
//! Where something that is stored was given up, the whole is no longer read, and says nothing of what else is not. A reader
//! that asks nothing of the places that were given up does.

use eventbus_runtime::Document;
use serde_json::{Map, Value, json};

use super::witness::{followed, with_definitions};
use crate::pointer::steps;

/// `schema`, which takes anything at the places of these pointers. It takes all that it took before.
pub(super) fn spared<'p>(schema: &Value, pointers: impl IntoIterator<Item = &'p str>) -> Value {
    pointers.into_iter().fold(schema.clone(), |schema, pointer| {
        match free(&schema, &schema, &steps(pointer)) {
            Value::Object(freed) => with_definitions(freed, &schema),
            other => other,
        }
    })
}

/// What stands in `document` as `schema`, with the place free that `steps` lead to.
fn free(document: &Value, schema: &Value, steps: &[String]) -> Value {
    let Some((step, rest)) = steps.split_first() else { return Value::Bool(true) };
    // What stands beside a reference is left out: it only asks for more.
    let Some(mut keys) = followed(document, schema).cloned() else { return schema.clone() };
    let inner = |schema: &Value| free(document, schema, rest);
    let properties = keys.get_mut("properties").and_then(Value::as_object_mut);
    if let Some(property) = properties.and_then(|properties| properties.get_mut(step)) {
        *property = named(property, inner(property));
    } else if rest.is_empty() && step != "*" && keys.contains_key("additionalProperties") {
        let properties = keys.entry("properties").or_insert_with(|| json!({}));
        properties[step] = Value::Bool(true);
    }
    if rest.is_empty()
        && let Some(required) = keys.get_mut("required").and_then(Value::as_array_mut)
    {
        required.retain(|name| name != step);
    }
    if step == "*" {
        for key in ["additionalProperties", "items"] {
            if let Some(each) = keys.get_mut(key).filter(|each| each.is_object()) {
                *each = inner(each);
            }
        }
        if let Some(patterns) = keys.get_mut("patternProperties").and_then(Value::as_object_mut) {
            patterns.values_mut().for_each(|each| *each = inner(each));
        }
    }
    if let Some(elements) = keys.get_mut("prefixItems").and_then(Value::as_array_mut)
        && let Some(element) = step.parse::<usize>().ok().and_then(|index| elements.get_mut(index))
    {
        *element = inner(element);
    }
    choices(document, &mut keys, steps);
    Value::Object(keys)
}

/// The same in each choice of a union. Choices that excluded each other may be alike then.
fn choices(document: &Value, keys: &mut Map<String, Value>, steps: &[String]) {
    for key in ["allOf", "anyOf", "oneOf"] {
        if let Some(choices) = keys.get_mut(key).and_then(Value::as_array_mut) {
            choices.iter_mut().for_each(|choice| *choice = free(document, choice, steps));
        }
    }
    let Some(choices) = keys.remove("oneOf") else { return };
    if keys.contains_key("anyOf") {
        let all = keys.entry("allOf").or_insert_with(|| json!([]));
        all.as_array_mut().into_iter().for_each(|all| all.push(json!({ "anyOf": choices })));
    } else {
        keys.insert("anyOf".to_owned(), choices);
    }
}

/// The property as it is now, which may have the other names that it had.
fn named(was: &Value, mut now: Value) -> Value {
    let Some(names) = was.get(Document::ALIASES) else { return now };
    match &mut now {
        Value::Object(keys) => {
            keys.insert(Document::ALIASES.to_owned(), names.clone());
        }
        _ => now = json!({ Document::ALIASES: names }),
    }
    now
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::spared;
    use crate::compat::{Contract, describes};

    fn takes(schema: &Value, pointer: &str, document: Value) -> bool {
        let freed = spared(schema, [pointer]);
        describes(&freed, Contract::Reader, &[document])[0].expect("it can be told")
    }

    #[test]
    fn a_place_is_free_and_its_neighbours_are_not() {
        let n = json!({ "type": "integer" });
        let inner =
            json!({ "type": "object", "properties": { "a": n, "b": n }, "required": ["a", "b"] });
        let schema = json!({
            "type": "object", "required": ["all"], "$defs": { "Inner": inner },
            "properties": { "all": { "type": "array", "items": { "anyOf": [{ "$ref": "#/$defs/Inner" }, { "type": "null" }] } } },
        });
        let all = |inner: Value| json!({ "all": [inner] });
        assert!(!takes(&schema, "/other", all(json!({ "b": 1 }))));
        assert!(takes(&schema, "/all/*/a", all(json!({ "b": 1 }))));
        assert!(takes(&schema, "/all/*/a", all(json!({ "a": "text", "b": 1 }))));
        assert!(!takes(&schema, "/all/*/a", all(json!({ "a": 1, "b": "text" }))));
        assert!(takes(&schema, "/all/*", all(json!("text"))));
        assert!(takes(&schema, "/all", json!({})));
    }

    #[test]
    fn a_place_in_variants_is_free_where_they_have_it() {
        let variant = |label: &str, kind: &str| {
            json!({
                "type": "object", "required": ["kind", "n"],
                "properties": { "kind": { "const": label }, "n": { "type": kind } },
            })
        };
        let union = json!({ "oneOf": [variant("a", "integer"), variant("b", "string")] });
        let schema = json!({ "type": "object", "properties": { "u": union }, "required": ["u"] });
        assert!(takes(&schema, "/u/n", json!({ "u": { "kind": "a", "n": "text" } })));
        assert!(!takes(&schema, "/u/n", json!({ "u": { "kind": "c", "n": "text" } })));
        assert!(!takes(&schema, "/v", json!({ "u": { "kind": "a", "n": "text" } })));
    }

    #[test]
    fn a_closed_object_takes_the_place_as_well() {
        let closed = json!({ "type": "object", "additionalProperties": false });
        assert!(takes(&closed, "/a", json!({ "a": 1 })));
        assert!(!takes(&closed, "/a", json!({ "b": 1 })));
    }
}
