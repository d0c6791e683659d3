//! What a reader asks of places that a later one does not know any more.
//!
//! Who reads a shape of former times finds there whatever comes back under the same name. What it needs and misses was told
//! when that was taken out, so nothing is needed here.

use serde_json::{Map, Value, json};

use super::witness::{followed, with_definitions};

/// How deep is looked, which ends schemas that contain themselves.
const DEEPEST: usize = 24;

/// What `was` asks of the places that `last` does not describe; nothing where it describes all of them.
pub(super) fn forgotten(was: &Value, last: &Value) -> Option<Value> {
    match within((was, was), (last, last), DEEPEST)? {
        Value::Object(only) => Some(with_definitions(only, was)),
        other => Some(other),
    }
}

/// A document and a schema in it.
type At<'a> = (&'a Value, &'a Value);

fn within(was: At<'_>, last: At<'_>, depth: usize) -> Option<Value> {
    let depth = depth.checked_sub(1)?;
    let [a, b] = [some(was)?, some(last)?];
    let below = |a, b| within((was.0, a), (last.0, b), depth);
    let mut parts = Vec::new();
    let tagged = [a, b].map(|schema| schema.get("oneOf").and_then(Value::as_array));
    if let [Some(was_choices), Some(last_choices)] = tagged {
        for choice in was_choices {
            parts.extend(variant((was.0, choice), (last.0, last_choices), depth));
        }
    }
    let untagged = [a, b].map(|schema| schema.get("anyOf").and_then(Value::as_array));
    if let [Some(was_choices), Some(last_choices)] = untagged {
        for index in 0..was_choices.len() {
            parts.extend(one_of((was.0, was_choices), index, (last.0, last_choices), depth));
        }
    }
    let properties = |schema: &Map<String, Value>| {
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let (fields, known) = (properties(a), properties(b));
    let is_open = |schema: &Map<String, Value>| {
        matches!(schema.get("additionalProperties"), Some(Value::Object(_)))
    };
    let needed = a.get("required").and_then(Value::as_array);
    let is_needed =
        |name: &String| needed.is_some_and(|needed| needed.contains(&name.as_str().into()));
    let mut asked = Map::new();
    // A place that is a list or a union by now is known in another way.
    if is_object(b) && !is_open(b) {
        for (name, field) in &fields {
            let inner = match known.get(name) {
                Some(now) => below(field, now),
                // Who needs it reads nothing since it is gone.
                None => Some(field.clone()).filter(|_| !is_needed(name)),
            };
            asked.extend(inner.map(|inner| (name.clone(), inner)));
        }
    }
    if !asked.is_empty() {
        parts.push(json!({ "properties": asked }));
    }
    if let (Some(one), Some(other)) = (a.get("additionalProperties"), b.get("additionalProperties"))
        && let Some(inner) = below(one, other)
    {
        let named: Map<String, Value> =
            fields.keys().map(|name| (name.clone(), Value::Bool(true))).collect();
        parts.push(json!({ "properties": named, "additionalProperties": inner }));
    }
    if let (Some(one), Some(other)) = (a.get("items"), b.get("items"))
        && let Some(inner) = below(one, other)
    {
        parts.push(json!({ "items": inner }));
    }
    let elements = [a, b].map(|schema| schema.get("prefixItems").and_then(Value::as_array));
    if let [Some(one), Some(other)] = elements {
        let inner: Vec<Option<Value>> = one.iter().zip(other).map(|(a, b)| below(a, b)).collect();
        if inner.iter().any(Option::is_some) {
            let inner = inner.into_iter().map(|inner| inner.unwrap_or(Value::Bool(true)));
            parts.push(json!({ "prefixItems": inner.collect::<Vec<_>>() }));
        }
    }
    match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(json!({ "allOf": parts })),
    }
}

/// What is asked of one variant, which is told by its name as the only key or by the value of its tag.
fn variant(
    (document, choice): At<'_>,
    (last_document, last): (&Value, &[Value]),
    depth: usize,
) -> Option<Value> {
    let keys = some((document, choice))?;
    let fields = keys.get("properties")?.as_object()?;
    let tag = fields.iter().find(|(_, schema)| schema.get("const").is_some());
    let is_it = |other: &&Value| {
        let Some(other) = some((last_document, other)) else { return false };
        let Some(others) = other.get("properties").and_then(Value::as_object) else { return false };
        match tag {
            Some((tag, schema)) => {
                others.get(tag).is_some_and(|one| one.get("const") == schema.get("const"))
            }
            None => others.keys().eq(fields.keys()),
        }
    };
    let inner = match last.iter().find(is_it) {
        Some(now) => within((document, choice), (last_document, now), depth)?,
        None => Value::Object(keys.clone()),
    };
    let Some((tag, schema)) = tag else {
        // Where another key is the only one, it is another variant.
        let properties = inner.get("properties")?.clone();
        return Some(json!({ "properties": properties }));
    };
    let label = schema.get("const")?;
    let other = json!({ "not": { "properties": { tag: { "const": label } }, "required": [tag] } });
    Some(json!({ "anyOf": [other, inner] }))
}

/// What is asked of one of several variants that nothing names: of whatever has the fields that it needs, unless another
/// variant reads that.
fn one_of(
    (document, choices): (&Value, &[Value]),
    index: usize,
    (last_document, last): (&Value, &[Value]),
    depth: usize,
) -> Option<Value> {
    let choice = &choices[index];
    let keys = some((document, choice)).filter(|keys| keys.contains_key("properties"))?;
    let needed = |keys: &Map<String, Value>| keys.get("required").cloned().unwrap_or(json!([]));
    let is_it = |other: &&Value| {
        some((last_document, other)).is_some_and(|other| needed(other) == needed(keys))
    };
    let same = last.get(index).filter(|_| last.len() == choices.len());
    let now = same.filter(is_it).or_else(|| last.iter().find(is_it)).or(same);
    let inner = match now {
        Some(now) => within((document, choice), (last_document, now), depth)?,
        None => Value::Object(keys.clone()),
    };
    let others = choices.iter().enumerate().filter(|(other, _)| *other != index);
    let is_other = json!({ "not": { "type": "object", "required": needed(keys) } });
    let either: Vec<Value> =
        [is_other, inner].into_iter().chain(others.map(|(_, other)| other.clone())).collect();
    Some(json!({ "anyOf": either }))
}

/// The schema that stands there, references followed, and without the null of an `Option`.
fn some<'a>((document, mut schema): At<'a>) -> Option<&'a Map<String, Value>> {
    for _ in 0..DEEPEST {
        let keys = followed(document, schema)?;
        let Some(Value::Array(choices)) = keys.get("anyOf") else { return Some(keys) };
        let mut held = choices.iter().filter(|choice| choice.get("type") != Some(&"null".into()));
        let only = held.next().filter(|_| held.next().is_none() && choices.len() == 2);
        let Some(only) = only else { return Some(keys) };
        schema = only;
    }
    None
}

fn is_object(schema: &Map<String, Value>) -> bool {
    let is_named = |kind: &Value| match kind {
        Value::Array(kinds) => kinds.contains(&"object".into()),
        kind => kind == "object",
    };
    schema.get("type").is_none_or(is_named) && !schema.contains_key("anyOf")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::forgotten;

    fn object(properties: Value) -> Value {
        json!({"type": "object", "properties": properties, "required": ["a"]})
    }

    #[test]
    fn what_is_known_is_not_asked_of_and_what_is_gone_is() {
        let (a, b) = (json!({"type": "integer"}), json!({"type": ["string", "null"]}));
        let was = object(json!({"a": a, "b": b}));
        assert_eq!(forgotten(&was, &was), None);
        assert_eq!(forgotten(&was, &object(json!({"a": {"type": "string"}, "c": {}}))), {
            Some(json!({"properties": {"b": b}}))
        });
    }

    #[test]
    fn places_below_lists_maps_and_options_are_found() {
        let inner = |properties: Value| {
            let one = json!({"anyOf": [{"$ref": "#/$defs/One"}, {"type": "null"}]});
            let all =
                json!({"type": "object", "additionalProperties": {"type": "array", "items": one}});
            let mut whole = object(json!({ "all": all }));
            whole["$defs"] = json!({"One": object(properties)});
            whole
        };
        let n = json!({"type": "integer"});
        let found = forgotten(&inner(json!({ "n": n })), &inner(json!({}))).expect("a place");
        let pointer = "/properties/all/additionalProperties/items/properties/n";
        assert_eq!(found.pointer(pointer), Some(&n), "{found}");
    }

    #[test]
    fn variants_are_told_apart_by_tag_and_by_key() {
        let n = json!({"type": "integer"});
        let tagged = |properties: Value| {
            let mut all = properties;
            all["kind"] = json!({"const": "x"});
            json!({"oneOf": [{"type": "object", "properties": all, "required": ["kind"]}]})
        };
        let found = forgotten(&tagged(json!({ "n": n })), &tagged(json!({}))).expect("a place");
        assert_eq!(found.pointer("/anyOf/1/properties/n"), Some(&n), "{found}");
        let keyed = |data: Value| json!({"oneOf": [{"type": "object", "properties": {"X": object(data)}, "additionalProperties": false}]});
        let found = forgotten(&keyed(json!({ "n": n })), &keyed(json!({}))).expect("a place");
        assert_eq!(found.pointer("/properties/X/properties/n"), Some(&n), "{found}");
    }
}
