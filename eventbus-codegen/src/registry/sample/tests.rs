use serde_json::{Value, json};

use super::{sample, samples};

/// The sample of a property of this schema.
fn of(schema: Value) -> Value {
    let mut whole = json!({"type": "object", "properties": {"it": schema}, "required": ["it"]});
    if let Some(definitions) = whole.pointer_mut("/properties/it/$defs").map(Value::take) {
        whole["$defs"] = definitions;
    }
    sample(&whole).map_or(Value::Null, |sample| sample["it"].clone())
}

#[test]
fn scalars_keep_their_bounds() {
    assert_eq!(of(json!({"type": "integer"})), 1);
    assert_eq!(of(json!({"type": "integer", "minimum": 5, "multipleOf": 4})), 8);
    assert_eq!(of(json!({"type": "integer", "exclusiveMaximum": 0})), -1);
    assert_eq!(of(json!({"type": "integer", "minimum": u64::MAX})), u64::MAX);
    assert_eq!(of(json!({"type": "number"})), 1.5);
    assert_eq!(of(json!({"type": "number", "exclusiveMinimum": 2.0, "maximum": 2.5})), 2.5);
    assert_eq!(of(json!({"type": "boolean"})), true);
    assert_eq!(of(json!({"type": "null"})), Value::Null);
}

#[test]
fn texts_keep_format_length_and_pattern() {
    let text = |keys: Value| {
        let mut schema = json!({"type": "string"});
        schema.as_object_mut().unwrap().extend(keys.as_object().unwrap().clone());
        of(schema)
    };
    assert_eq!(text(json!({})), "text");
    assert_eq!(text(json!({"format": "uuid"})), "00000000-0000-7000-8000-000000000001");
    assert_eq!(text(json!({"format": "date-time"})), "2026-01-02T03:04:05Z");
    assert_eq!(text(json!({"format": "char", "minLength": 1, "maxLength": 1})), "c");
    assert_eq!(text(json!({"minLength": 6})), "textte");
    assert_eq!(text(json!({"maxLength": 2})), "te");
    assert_eq!(text(json!({"pattern": r"^-?\d+(\.\d+)?$"})), "1");
    assert_eq!(text(json!({"pattern": "^[A-Z]{3}$"})), "AAA");
    assert_eq!(text(json!({"pattern": "^ORD-[0-9]+", "minLength": 8})), "ORD-1111");
    assert_eq!(text(json!({"pattern": "(?=lookahead)"})), "text", "not understood");
}

#[test]
fn what_the_author_wrote_comes_first() {
    assert_eq!(of(json!({"type": "string", "examples": ["EUR", "USD"]})), "EUR");
    assert_eq!(of(json!({"enum": ["a", "b"]})), "a");
    assert_eq!(of(json!({"oneOf": [{"const": "a", "type": "string"}, {"const": "b"}]})), "a");
    assert_eq!(of(json!({"type": "integer", "default": 7})), 7);
    let empty = json!({"type": "array", "items": {"type": "integer"}, "default": []});
    assert_eq!(of(empty), json!([1]));
}

#[test]
fn what_may_be_absent_is_there() {
    assert_eq!(of(json!({"type": ["string", "null"]})), "text");
    let option = json!({"anyOf": [{"$ref": "#/$defs/A"}, {"type": "null"}],
        "$defs": {"A": {"type": "boolean"}}});
    assert_eq!(of(option), true);
    let optional = json!({"type": "object", "properties": {"a": {"type": "integer"}}});
    assert_eq!(of(optional), json!({"a": 1}));
}

#[test]
fn lists_tuples_and_maps_have_an_entry() {
    assert_eq!(
        of(json!({"type": "array", "items": {"type": "integer"}, "minItems": 2})),
        json!([1, 1])
    );
    let tuple = json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "minItems": 2, "maxItems": 2});
    assert_eq!(of(tuple), json!(["text", 1]));
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    assert_eq!(of(map), json!({"key": 1}));
    let numbered = json!({"type": "object", "additionalProperties": false,
        "patternProperties": {r"^-?\d+$": {"type": "integer"}}});
    assert_eq!(of(numbered), json!({"1": 1}));
}

#[test]
fn parts_that_hold_at_once_are_one_object() {
    let tagged = json!({"type": "object", "properties": {"kind": {"const": "card"}},
        "$ref": "#/$defs/Card",
        "$defs": {"Card": {"type": "object", "properties": {"pan": {"type": "string"}}}}});
    assert_eq!(of(tagged), json!({"kind": "card", "pan": "text"}));
    let flattened = json!({"type": "object", "properties": {"a": {"type": "integer"}},
        "allOf": [{"type": "object", "properties": {"b": {"type": "integer"}}}],
        "oneOf": [{"type": "object", "properties": {"c": {"type": "integer"}}}]});
    assert_eq!(of(flattened), json!({"a": 1, "b": 1, "c": 1}));
}

#[test]
fn a_type_that_contains_itself_is_entered_once() {
    let tree = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object", "properties": {
        "below": {"type": "array", "items": {"$ref": "#/$defs/Tree"}},
        "next": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}]},
    }, "required": ["below", "next"]}}});
    assert_eq!(of(tree), json!({"below": [], "next": null}));
    let first_is_endless = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"oneOf": [
        {"type": "object", "properties": {"node": {"$ref": "#/$defs/Tree"}}, "required": ["node"]},
        {"const": "leaf"},
    ]}}});
    assert_eq!(of(first_is_endless), "leaf");
}

#[test]
fn nothing_is_made_up_where_nothing_fits() {
    let endless = json!({"$ref": "#/$defs/A", "$defs": {"A": {"type": "object",
        "properties": {"a": {"$ref": "#/$defs/A"}}, "required": ["a"]}}});
    assert_eq!(sample(&endless), None);
    assert_eq!(sample(&json!({"not": {}})), None);
    assert_eq!(sample(&json!({"$id": "order.placed/v1.json"})), Some(json!({})));
}

#[test]
fn every_way_through_a_schema_is_gone_once() {
    let schema = json!({"type": "object", "required": ["kind", "size", "state", "where"],
    "properties": {
        "kind": {"$ref": "#/$defs/Kind"},
        "note": {"type": "string"},
        "size": {"type": ["integer", "null"]},
        "state": {"enum": ["new", "sent", "done"], "default": "new"},
        "where": {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}]},
    },
    "$defs": {"Kind": {"oneOf": [
        {"const": "none"},
        {"type": "object", "properties": {"some": {"enum": ["x", "y"]}}, "required": ["some"]},
    ]}}});
    let made = samples(&schema);
    assert_eq!(made.first(), sample(&schema).as_ref());
    let at = |pointer: &str| -> Vec<&Value> {
        let mut values: Vec<&Value> = made.iter().filter_map(|one| one.pointer(pointer)).collect();
        values.sort_by_key(|value| value.to_string());
        values.dedup();
        values
    };
    assert_eq!(at("/kind"), [&json!("none"), &json!({"some": "x"}), &json!({"some": "y"})]);
    assert_eq!(at("/size"), [&json!(1), &Value::Null]);
    assert_eq!(at("/state"), [&json!("done"), &json!("new"), &json!("sent")]);
    assert!(at("/where").contains(&&Value::Null) && at("/where").contains(&&json!({"some": "y"})));
    assert!(made.iter().any(|one| one.get("note").is_none()));
    let endless = json!({"enum": (0..500).collect::<Vec<u32>>()});
    assert_eq!(samples(&endless).len(), super::MOST);
}
