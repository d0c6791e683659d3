use serde_json::{Map, Value, json};

use super::ways::MOST;
use super::{Variety, sample, variety};

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

/// What stands at a place in the payloads of a schema, in the order of their texts.
fn at<'a>(made: &'a [Value], pointer: &str) -> Vec<&'a Value> {
    let mut values: Vec<&Value> = made.iter().filter_map(|one| one.pointer(pointer)).collect();
    values.sort_by_key(|value| value.to_string());
    values.dedup();
    values
}

#[test]
fn every_way_through_a_schema_is_gone_once() {
    let schema = json!({"type": "object", "required": ["kind", "size", "state", "where"],
    "properties": {
        "kind": {"$ref": "#/$defs/Kind"},
        "note": {"type": "string"},
        "size": {"type": ["integer", "null"], "minimum": 0, "maximum": 9},
        "state": {"enum": ["new", "sent", "done"], "default": "new"},
        "where": {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}]},
    },
    "$defs": {"Kind": {"oneOf": [
        {"const": "none"},
        {"type": "object", "properties": {"some": {"enum": ["x", "y"]}}, "required": ["some"]},
    ]}}});
    let made = variety(&schema).payloads;
    assert_eq!(made.first(), sample(&schema).as_ref());
    let at = |pointer| at(&made, pointer);
    assert_eq!(at("/kind"), [&json!("none"), &json!({"some": "x"}), &json!({"some": "y"})]);
    assert_eq!(at("/size"), [&json!(0), &json!(1), &json!(2), &json!(9), &Value::Null]);
    assert_eq!(at("/state"), [&json!("done"), &json!("new"), &json!("sent")]);
    assert!(at("/where").contains(&&Value::Null) && at("/where").contains(&&json!({"some": "y"})));
    assert!(made.iter().any(|one| one.get("note").is_none()));
}

#[test]
fn each_place_has_the_values_at_its_edges() {
    let schema =
        |field: Value| json!({"type": "object", "properties": {"it": field}, "required": ["it"]});
    let values = |field: Value| -> Vec<String> {
        let made = variety(&schema(field)).payloads;
        made.iter().map(|one| one["it"].to_string()).collect()
    };
    let holds = |field: Value, wanted: &[&str]| {
        let values = values(field);
        for wanted in wanted {
            assert!(values.iter().any(|value| value == wanted), "{wanted} is not in {values:?}");
        }
    };
    holds(json!({"type": "boolean"}), &["true", "false"]);
    holds(json!({"type": "integer", "format": "int8"}), &["1", "-128", "-1", "0", "127"]);
    holds(
        json!({"type": "integer", "format": "int64"}),
        &["-9223372036854775808", "9007199254740993"],
    );
    let unsigned = values(json!({"type": "integer", "format": "uint64", "minimum": 0}));
    assert_eq!(unsigned, ["1", "0", "2", "9007199254740993", "18446744073709551615"]);
    holds(json!({"type": "number"}), &["1.5", "-1.0", "0.0", "0.1", "1.0", "1e+30"]);
    let long = format!("\"{}\"", "long ".repeat(200));
    holds(
        json!({"type": "string"}),
        &["\"\"", &long, &Value::from(super::text::FOREIGN).to_string()],
    );
    holds(json!({"type": "string", "maxLength": 3}), &["\"tex\"", "\"\"", "\"lon\""]);
    holds(json!({"type": "string", "pattern": "^(a|b[0-9]*)$"}), &["\"a\"", "\"b00\""]);
    holds(json!({"type": "string", "format": "date-time"}), &["\"2026-01-02T03:04:05+05:30\""]);
    holds(
        json!({"type": "array", "items": {"type": "boolean"}}),
        &["[true]", "[]", "[true,false]"],
    );
    let map = json!({"type": "object", "additionalProperties": {"type": "boolean"}});
    let two = json!({"key": true, super::text::FOREIGN: false}).to_string();
    holds(map, &["{\"key\":true}", "{}", &two]);
    holds(
        json!({"type": "string", "examples": ["EUR", "USD"]}),
        &["\"EUR\"", "\"USD\"", "\"text\""],
    );
    holds(json!(true), &["null", "{}", "[]", "1.5", "true", "\"text\""]);
}

#[test]
fn payloads_differ_in_one_place_and_two_are_small_and_large_throughout() {
    let integer = json!({"type": "integer", "format": "int8"});
    let fields: Vec<String> = (0..10).map(|number| format!("field{number}")).collect();
    let properties: Map<String, Value> =
        fields.iter().map(|name| (name.clone(), integer.clone())).collect();
    let schema = json!({"type": "object", "properties": properties, "required": fields});
    let made = variety(&schema).payloads;
    let plain =
        |one: &Value| one.as_object().unwrap().values().filter(|value| **value == 1).count();
    assert_eq!(made.iter().map(plain).filter(|plain| *plain == 10).count(), 1);
    let all = |wanted: i32| {
        made.iter().any(|one| one.as_object().unwrap().values().all(|value| *value == wanted))
    };
    assert!(all(-128) && all(127));
    assert_eq!(made.iter().map(plain).filter(|plain| *plain == 9).count(), made.len() - 3);
    assert!(made.len() < 100, "{} are no product", made.len());
    assert_eq!(made, variety(&schema).payloads);
}

#[test]
fn what_is_too_much_is_counted() {
    let many = u32::try_from(MOST).unwrap() + 500;
    let endless = json!({"type": "object", "required": ["it"],
        "properties": {"it": {"enum": (0..many).collect::<Vec<u32>>()}}});
    let Variety { payloads, untried } = variety(&endless);
    assert_eq!((payloads.len(), untried), (MOST + 1, 500), "the last of them is the largest");
}
