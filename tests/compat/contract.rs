//! The two contracts of a type as JSON Schema: what code writes and what code reads, said in keywords.

use serde_json::{Map, Value, json};

/// Integers end where their types do.
pub(super) fn reader(schema: &Value) -> Value {
    let mut schema = schema.clone();
    bounded(&mut schema);
    schema
}

/// The same, and no object has a property that is not described.
pub(super) fn writer(schema: &Value) -> Value {
    let mut schema = reader(schema);
    close(&mut schema, &Map::new());
    schema
}

fn bounded(schema: &mut Value) {
    each_below(schema, &mut bounded);
    let Value::Object(keys) = schema else { return };
    let (least, most) = match keys.get("format").and_then(Value::as_str) {
        Some("int8") => (json!(i8::MIN), json!(i8::MAX)),
        Some("int16") => (json!(i16::MIN), json!(i16::MAX)),
        Some("int32") => (json!(i32::MIN), json!(i32::MAX)),
        Some("int64") => (json!(i64::MIN), json!(i64::MAX)),
        Some("uint8") => (json!(0), json!(u8::MAX)),
        Some("uint16") => (json!(0), json!(u16::MAX)),
        Some("uint32") => (json!(0), json!(u32::MAX)),
        Some("uint64") => (json!(0), json!(u64::MAX)),
        _ => return,
    };
    let all = keys.entry("allOf").or_insert_with(|| json!([]));
    if let Value::Array(all) = all {
        all.push(json!({"minimum": least, "maximum": most}));
    }
}

/// Every schema below this one.
fn each_below(schema: &mut Value, each: &mut dyn FnMut(&mut Value)) {
    let Value::Object(keys) = schema else { return };
    for (keyword, value) in keys {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(all)) => all.values_mut().for_each(&mut *each),
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(all)) => {
                all.iter_mut().for_each(&mut *each);
            }
            ("items" | "additionalProperties", schema) => each(schema),
            _ => {}
        }
    }
}

/// Closes a schema and, where it is a union, its choices, each of which has the properties `beside` too.
fn close(schema: &mut Value, beside: &Map<String, Value>) {
    let Value::Object(keys) = schema else { return };
    for (keyword, value) in keys.iter_mut() {
        match (keyword.as_str(), value) {
            ("properties" | "$defs", Value::Object(all)) => {
                all.values_mut().for_each(|schema| close(schema, &Map::new()));
            }
            ("prefixItems", Value::Array(all)) => {
                all.iter_mut().for_each(|schema| close(schema, &Map::new()));
            }
            ("items" | "additionalProperties", schema) => close(schema, &Map::new()),
            _ => {}
        }
    }
    let mut known = beside.clone();
    let own = keys.get("properties").and_then(Value::as_object).into_iter().flatten();
    known.extend(own.map(|(name, _)| (name.clone(), json!(true))));
    if keys.contains_key("additionalProperties") {
        return;
    }
    let mut is_union = false;
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(choices)) = keys.get_mut(keyword) {
            choices.iter_mut().for_each(|choice| close(choice, &known));
            is_union = true;
        }
    }
    // A schema that only wraps another one is closed where that one is.
    let wraps = !keys.contains_key("type") && !keys.contains_key("properties");
    if let Some(Value::Array(parts)) = keys.get_mut("allOf").filter(|_| wraps) {
        parts.iter_mut().for_each(|part| close(part, &known));
    }
    let kinds = match keys.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(kind)) => vec![kind.as_str()],
        _ => Vec::new(),
    };
    let is_object = kinds == ["object"] || kinds == ["object", "null"];
    if is_union || !(is_object || keys.contains_key("properties")) {
        return;
    }
    let properties = keys.entry("properties").or_insert_with(|| json!({}));
    for (name, schema) in known {
        if let Value::Object(properties) = properties {
            properties.entry(name).or_insert(schema);
        }
    }
    keys.insert("additionalProperties".to_owned(), json!(false));
}
