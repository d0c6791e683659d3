use serde_json::{Value, json};

use super::draft7::Hoist;
use super::words;

fn hoist(schema: &Value) -> (Value, Vec<(String, Value)>, Vec<String>) {
    let mut hoist = Hoist::new("a.b.v1");
    let (schema, definitions) = hoist.schema(schema);
    (schema, definitions, hoist.warnings)
}

#[test]
fn definitions_stand_beside_the_schema() {
    let (schema, definitions, warnings) = hoist(&json!({
        "$defs": { "Ta ke": { "items": { "$ref": "#/$defs/Ta ke" } } },
        "$id": "a.b/v1.writer.json",
        "properties": { "next": { "$ref": "#" }, "take": { "$ref": "#/$defs/Ta ke" } },
    }));
    let take = "#/components/schemas/a.b.v1.Ta-20-ke";
    assert_eq!(
        schema,
        json!({ "properties": {
            "next": { "$ref": "#/components/schemas/a.b.v1" }, "take": { "$ref": take },
        } })
    );
    assert_eq!(definitions, [("a.b.v1.Ta-20-ke".to_owned(), json!({ "items": { "$ref": take } }))]);
    assert_eq!(warnings, [""; 0]);
}

#[test]
fn what_stands_beside_a_reference_is_kept() {
    let (schema, ..) = hoist(&json!({ "$ref": "#/$defs/A", "description": "a", "allOf": [true] }));
    let a = json!({ "$ref": "#/components/schemas/a.b.v1.A" });
    assert_eq!(schema, json!({ "allOf": [a, true], "description": "a" }));
}

#[test]
fn tuples_and_dependencies_have_their_former_names() {
    let (schema, ..) = hoist(&json!({
        "prefixItems": [{ "type": "string" }], "items": false,
        "dependentRequired": { "a": ["b"], "c": ["d"] }, "dependentSchemas": { "a": true },
    }));
    assert_eq!(
        schema,
        json!({
            "items": [{ "type": "string" }], "additionalItems": false,
            "dependencies": { "a": { "allOf": [true, { "required": ["b"] }] }, "c": ["d"] },
        })
    );
}

#[test]
fn what_draft_07_cannot_say_is_told() {
    let (schema, _, warnings) = hoist(&json!({ "unevaluatedProperties": false, "type": "object" }));
    assert_eq!(schema, json!({ "type": "object" }));
    assert!(warnings[0].contains("`unevaluatedProperties`"), "{warnings:?}");
}

#[test]
fn a_title_is_the_name_of_the_root_in_words() {
    assert_eq!(words("ShopEvent"), "Shop event");
}
