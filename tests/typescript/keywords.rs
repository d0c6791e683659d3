//! Each keyword of JSON Schema that validators check means what it means there: schema by schema, value by value.

use eventbus_runtime::Document;
use eventbus_tests::random::seeded;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use crate::cases::Generated;
use crate::mutate::mutated;
use crate::node::{Questions, payloads};

/// How many edited values each schema is asked about.
const EDITED: usize = 60;

fn schemas() -> Vec<Value> {
    let list = json!([
        {"type": "string", "minLength": 1, "maxLength": 3},
        {"type": "string", "pattern": "^a+b?$"},
        {"type": "number", "minimum": 0, "exclusiveMaximum": 2.5},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 70000},
        {"type": "number", "multipleOf": 0.1},
        {"type": "integer", "multipleOf": 3},
        {"type": ["integer", "null", "boolean"]},
        {"const": {"a": [1, null]}},
        {"enum": [1, "a", null, [], {"a": 1}]},
        {"not": {"type": "string"}},
        {"not": {}},
        {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
        {"type": "array", "uniqueItems": true},
        {"type": "array", "contains": {"type": "string"}},
        {"type": "array", "contains": {"const": 1}, "minContains": 2, "maxContains": 3},
        {"type": "array", "contains": {"const": 1}, "minContains": 0, "maxContains": 1},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": false},
        {"type": "array", "prefixItems": [{"type": "integer"}], "items": {"type": "string"}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"type": "string"}}},
        {"type": "object", "properties": {"a": true}, "additionalProperties": false},
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"type": "object", "patternProperties": {"^a": {"type": "integer"}}, "additionalProperties": {"type": "string"}},
        {"type": "object", "propertyNames": {"maxLength": 1}},
        {"type": "object", "minProperties": 1, "maxProperties": 2},
        {"type": "object", "dependentRequired": {"a": ["b", "c"]}},
        {"allOf": [{"type": "object", "required": ["a"]}, {"properties": {"b": {"const": 2}}}]},
        {"anyOf": [{"type": "object", "required": ["a"]}, {"type": "array"}, {"const": 1}]},
        {"oneOf": [{"type": "integer"}, {"minimum": 2}]},
        {"oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {"if": {"type": "object", "required": ["a"]}, "then": {"required": ["b"]}, "else": {"type": "array"}},
        {"if": {"type": "string"}, "then": {"minLength": 2}},
        {"type": "object", "properties": {"a": {"$ref": "#"}, "b": {"type": "integer"}}},
        {"type": "object", "allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false},
        {"type": "object", "properties": {"c": true}, "unevaluatedProperties": false,
         "anyOf": [{"properties": {"a": {"const": 1}}}, {"properties": {"b": {"type": "string"}}}]},
        {"type": "object", "$ref": "#/$defs/Base", "unevaluatedProperties": {"type": "string"},
         "$defs": {"Base": {"properties": {"a": {"type": "integer"}}}}},
        {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "null"}],
         "$defs": {"Tree": {"type": "object", "properties": {"a": {"anyOf": [{"$ref": "#/$defs/Tree"}, {"type": "integer"}]}}}}},
    ]);
    list.as_array().unwrap().clone()
}

fn values(rng: &mut StdRng) -> Vec<Value> {
    let list = json!([
        null, true, 0, 1, -1, 2, 3, 1.5, 2.5, 0.3, 70000, "", "a", "ab", "aab", "abcd", "😀😀😀",
        [], [1], [1, 1], [1, 1, 1, 1], [1, "a"], ["a", 1], [1, 2, 3, 4], [{"a": 1}, {"a": 1}], [1, "a", 2], [null, null],
        {}, {"a": 1}, {"a": "x"}, {"b": 2}, {"b": 3}, {"a": 1, "b": 2}, {"a": 1, "b": "x", "c": 0}, {"ab": 1, "c": "x"},
        {"a": [1, null]}, {"a": {"a": {"b": 1}}}, {"a": {"a": {"b": "x"}}}, {"a": 1, "z": "x"}, {"a": 1, "z": 1},
        {"a": {"a": 5}}, {"toString": 1}, {"__proto__": 1}, {"constructor": {"a": 1}},
    ]);
    let mut values = list.as_array().unwrap().clone();
    for _ in 0..EDITED {
        let value = values[rng.random_range(0..values.len())].clone();
        values.push(mutated(&value, rng));
    }
    values
}

/// One event for each schema.
fn document(schemas: &[Value]) -> Document {
    let leaf = |(index, schema): (usize, &Value)| {
        // Types inside are named after the event, because those of one name are one.
        let text = schema.to_string();
        let names = ["Base", "Tree"].into_iter();
        let text = names.fold(text, |text, name| text.replace(name, &format!("{name}{index}")));
        let schema: Value = serde_json::from_str(&text).unwrap();
        json!({"leaf": {
            "type": format!("key.k{index}"), "version": 1, "rustPath": format!("key::K{index}"), "docs": "",
            "reader": schema, "writer": schema,
        }})
    };
    let leaves: Vec<Value> = schemas.iter().enumerate().map(leaf).collect();
    serde_json::from_value(json!({"format": 1, "root": {
        "rustPath": "key::RootEvent", "docs": "", "prefix": "key", "members": leaves,
    }}))
    .unwrap()
}

#[test]
fn every_keyword_means_what_it_means_in_json_schema() {
    let schemas = schemas();
    let [files, registry] =
        eventbus_codegen::testing::typescript(&[document(&schemas)], "out = \"events.ts\"")
            .unwrap();
    let generated = Generated { files, registry };
    let names = payloads(&generated);
    let mut rng = seeded();
    let mut questions = Questions::about(&generated);
    let mut asked = Vec::new();
    for (index, schema) in schemas.iter().enumerate() {
        let validator = jsonschema::draft202012::new(schema).unwrap();
        for value in values(&mut rng) {
            questions.ask(&names[&(format!("key.k{index}"), 1)], &value.to_string());
            asked.push((schema, validator.is_valid(&value), value));
        }
    }
    let valid = asked.iter().filter(|(_, is_valid, _)| *is_valid).count();
    assert!(valid > asked.len() / 10 && valid < asked.len() * 9 / 10, "{valid} of {}", asked.len());
    for ((schema, is_valid, value), answer) in asked.iter().zip(questions.answers()) {
        assert_eq!(answer["success"] == true, *is_valid, "{value} against {schema}: {answer}");
    }
}
