//! A document that shows one change alone, where a payload changed in several places.
//!
//! Of what the reader asks for, only what it asks of the changed place is kept. That is less than it asks for, so that a
//! document which the rest refuses is refused by the whole reader, and because of this place.

use serde_json::{Map, Value, json};

use super::{Answer, Contract, lies_within};
use crate::pointer;

/// How many references in a row are followed.
const LONGEST_CHAIN: usize = 32;

/// A document that `writer` describes and `reader` refuses for what stands at `pointer`, which has `*` for any element.
pub(super) fn witness_at(
    writer: (&Value, Contract),
    reader: &Value,
    pointer: &str,
) -> Option<Value> {
    match answer_at(writer, reader, pointer)? {
        Answer::No(witness) => Some(witness),
        Answer::Yes | Answer::Unknown(_) => None,
    }
}

/// Whether `reader` takes what `writer` writes at `pointer`; nothing where the one place cannot be told from others.
pub(super) fn answer_at(
    writer: (&Value, Contract),
    reader: &Value,
    pointer: &str,
) -> Option<Answer> {
    Some(lies_within(writer, (&at(reader, pointer)?, Contract::Reader)))
}

/// What `schema` asks of one place.
fn at(schema: &Value, pointer: &str) -> Option<Value> {
    let steps = pointer::steps(pointer);
    if steps.is_empty() {
        return None;
    }
    Some(with_definitions(narrowed(schema, schema, &steps)?, schema))
}

/// A part of a document, which may refer to what the document defines.
pub(super) fn with_definitions(mut part: Map<String, Value>, document: &Value) -> Value {
    for definitions in ["$defs", "definitions"] {
        if let Some(all) = document.get(definitions) {
            part.insert(definitions.to_owned(), all.clone());
        }
    }
    Value::Object(part)
}

/// The same of the one place alone, as if nothing else were in a document. There is no document to show then.
pub(super) fn place_answer(
    (writer, contract): (&Value, Contract),
    reader: &Value,
    pointer: &str,
) -> Option<Answer> {
    let [writer, reader] = [writer, reader].map(|schema| at(schema, pointer));
    Some(lies_within((&writer?, contract), (&reader?, Contract::Reader)))
}

/// What `schema` asks of the place that `steps` lead to; nothing where another keyword may lead there, too.
fn narrowed(document: &Value, schema: &Value, steps: &[String]) -> Option<Map<String, Value>> {
    let Some((step, rest)) = steps.split_first() else {
        return schema.as_object().cloned();
    };
    let schema = followed(document, schema)?;
    if let Some(choices) = schema.get("anyOf") {
        // An `Option` is null or what it holds; other unions have more than one place for a pointer.
        let choices = choices.as_array()?;
        let (nulls, others): (Vec<&Value>, Vec<&Value>) =
            choices.iter().partition(|choice| choice.get("type") == Some(&"null".into()));
        let ([_], [other]) = (nulls.as_slice(), others.as_slice()) else { return None };
        let inner = narrowed(document, other, steps)?;
        return object(json!({"anyOf": [{"type": "null"}, inner]}));
    }
    if let Some(choices) = schema.get("oneOf").and_then(Value::as_array) {
        let inner = inside(document, variant(document, choices, step)?, rest)?;
        return object(json!({"properties": {step: inner}}));
    }
    if let Some(property) = schema.get("properties").and_then(|properties| properties.get(step)) {
        let inner = inside(document, property, rest)?;
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = required.is_some_and(|names| names.iter().any(|name| name == step));
        let mut only = object(json!({"properties": {step: inner}}))?;
        if rest.is_empty() && is_required {
            only.insert("required".to_owned(), json!([step]));
        }
        return Some(only);
    }
    if step != "*" {
        return None;
    }
    if let Some(values) = schema.get("additionalProperties").filter(|values| values.is_object()) {
        let inner = inside(document, values, rest)?;
        let named = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
        let named: Map<String, Value> =
            named.map(|(name, _)| (name.clone(), true.into())).collect();
        return object(json!({"properties": named, "additionalProperties": inner}));
    }
    let inner = inside(document, schema.get("items")?, rest)?;
    object(json!({"items": inner}))
}

/// The schema at the end of the steps, or what it asks of the place that they lead to.
fn inside(document: &Value, schema: &Value, rest: &[String]) -> Option<Value> {
    match rest {
        [] => Some(schema.clone()),
        rest => narrowed(document, schema, rest).map(Value::Object),
    }
}

/// The data of an externally tagged variant. No other choice has an object with this key.
fn variant<'a>(document: &'a Value, choices: &'a [Value], label: &str) -> Option<&'a Value> {
    let mut found = None;
    for choice in choices {
        let choice = followed(document, choice)?;
        let is_literal = choice.contains_key("const") || choice.contains_key("enum");
        let is_closed = choice.get("additionalProperties") == Some(&Value::Bool(false));
        match choice.get("properties").and_then(|properties| properties.get(label)) {
            Some(_) if found.is_some() => return None,
            Some(data) => found = Some(data),
            None if is_literal || is_closed => {}
            None => return None,
        }
    }
    found
}

/// The schema that stands there, references followed.
pub(super) fn followed<'a>(
    document: &'a Value,
    mut schema: &'a Value,
) -> Option<&'a Map<String, Value>> {
    for _ in 0..LONGEST_CHAIN {
        let Some(Value::String(reference)) = schema.get("$ref") else { return schema.as_object() };
        schema = pointer::target(document, reference)?;
    }
    None
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(keys) => Some(keys),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Answer, Contract, answer_at, witness_at};

    fn payload(properties: Value, required: &[&str]) -> Value {
        json!({"type": "object", "properties": properties, "required": required})
    }

    #[test]
    fn each_place_gets_a_document_of_its_own() {
        let integer = |most: u32| json!({"type": "integer", "minimum": 0, "maximum": most});
        let old = payload(json!({"a": integer(9), "b": integer(9)}), &["a", "b"]);
        let new = payload(json!({"a": integer(5), "b": integer(5), "c": {}}), &["a", "b", "c"]);
        let shown =
            |pointer| witness_at((&old, Contract::Writer), &new, pointer).expect("a document");
        assert!(shown("/a")["a"].as_u64() > Some(5) && shown("/a")["b"].as_u64() <= Some(5));
        assert!(shown("/b")["b"].as_u64() > Some(5) && shown("/b")["a"].as_u64() <= Some(5));
        assert!(shown("/c")["a"].as_u64() <= Some(5));
    }

    #[test]
    fn a_place_below_a_list_and_an_option_is_found() {
        let holds = |kind: &str| {
            let item = payload(json!({"sku": {"type": kind}}), &["sku"]);
            let list = json!({"type": "array", "items": {"$ref": "#/$defs/Item"}});
            let mut whole = payload(json!({"items": {"anyOf": [{"type": "null"}, list]}}), &[]);
            whole["$defs"] = json!({"Item": item});
            whole
        };
        let shown =
            witness_at((&holds("string"), Contract::Writer), &holds("integer"), "/items/*/sku");
        assert!(shown.expect("a document")["items"][0]["sku"].is_string());
    }

    #[test]
    fn a_place_in_a_variant_is_found_by_its_name() {
        let holds = |kind: &str| {
            let data = |kind: &str| payload(json!({"n": {"type": kind}}), &["n"]);
            let variant = |label: &str, data: Value| json!({"type": "object", "properties": {label: data}, "required": [label], "additionalProperties": false});
            let choices = [
                json!({"type": "string", "enum": ["none"]}),
                variant("a", data("string")),
                variant("b", data(kind)),
            ];
            payload(json!({"u": {"oneOf": choices}}), &["u"])
        };
        let at =
            |pointer| answer_at((&holds("string"), Contract::Writer), &holds("integer"), pointer);
        assert_eq!(at("/u/a/n"), Some(Answer::Yes));
        let shown = at("/u/b/n");
        assert!(
            matches!(&shown, Some(Answer::No(one)) if one["u"]["b"]["n"].is_string()),
            "{shown:?}"
        );
        assert_eq!(at("/u/n"), None);
    }

    #[test]
    fn a_place_that_breaks_nothing_has_no_document() {
        let old = payload(json!({"a": {"type": "integer"}, "b": {"type": "string"}}), &["a", "b"]);
        let new = payload(json!({"a": {"type": "number"}, "b": {"type": "integer"}}), &["a", "b"]);
        assert_eq!(witness_at((&old, Contract::Writer), &new, "/a"), None);
    }
}
