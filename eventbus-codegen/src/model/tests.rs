use serde_json::{Value, json};

use super::{Field, Shape, lower};

fn shape(schema: Value) -> Shape {
    let lowered = lower(&schema);
    assert_eq!(lowered.warnings, [""; 0]);
    lowered.root
}

fn field(name: &str, optional: bool, shape: Shape) -> Field {
    Field {
        name: name.to_owned(),
        docs: String::new(),
        deprecated: false,
        optional,
        since: None,
        shape,
    }
}

#[test]
fn an_option_is_null_and_a_skipped_one_is_missing() {
    let schema = json!({"type": "object", "required": ["a"], "properties": {
        "a": {"type": ["string", "null"]},
        "b": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/Item"}]},
    }});
    let wanted = Shape::Object(vec![
        field("a", false, Shape::Union(vec![Shape::Text(None), Shape::Null])),
        field("b", true, Shape::Named("Item".to_owned())),
    ]);
    assert_eq!(shape(schema), wanted);
}

#[test]
fn documented_variants_do_not_change_an_enum() {
    let schema = json!({"oneOf": [
        {"type": "string", "enum": ["ups", "fed"]},
        {"type": "string", "const": "dhl", "description": "Yellow."},
    ]});
    assert_eq!(shape(schema), Shape::Literals(vec![json!("ups"), json!("fed"), json!("dhl")]));
}

#[test]
fn a_tagged_newtype_is_the_tag_and_the_type() {
    let schema = json!({"type": "object", "$ref": "#/$defs/Card", "required": ["kind"],
        "properties": {"kind": {"type": "string", "const": "card"}}});
    let tag = Shape::Object(vec![field("kind", false, Shape::Literals(vec![json!("card")]))]);
    assert_eq!(shape(schema), Shape::All(vec![Shape::Named("Card".to_owned()), tag]));
}

#[test]
fn maps_tuples_and_arrays_are_told_apart() {
    let number = || Shape::Number { wide: false };
    let map = json!({"type": "object", "additionalProperties": {"type": "boolean"}});
    assert_eq!(shape(map), Shape::Map(Box::new(Shape::Bool)));
    let keyed = json!({"type": "object", "additionalProperties": false,
        "patternProperties": {"^\\d+$": {"type": "string"}}});
    assert_eq!(shape(keyed), Shape::Map(Box::new(Shape::Text(None))));
    let pair = json!({"type": "array", "prefixItems": [{"type": "number"}, true]});
    assert_eq!(shape(pair), Shape::Tuple(vec![number(), Shape::Any]));
    let two = json!({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2});
    assert_eq!(shape(two), Shape::Tuple(vec![number(), number()]));
    let list = json!({"type": "array", "items": {"type": "number"}});
    assert_eq!(shape(list), Shape::Array(Box::new(number())));
}

#[test]
fn other_properties_leave_room_for_the_named_ones() {
    let lowered = lower(&json!({"type": "object", "required": ["a"],
        "properties": {"a": {"type": "number"}}, "additionalProperties": {"type": "string"}}));
    let number = || Shape::Number { wide: false };
    let rest = Shape::Union(vec![number(), Shape::Text(None)]);
    let wanted = vec![Shape::Object(vec![field("a", false, number())]), Shape::Map(Box::new(rest))];
    assert_eq!(lowered.root, Shape::All(wanted));
    assert_eq!(lowered.warnings.len(), 1);

    let lowered = lower(&json!({"type": "object", "additionalProperties": {"type": "string"},
        "oneOf": [{"type": "object", "properties": {"b": {"type": "number"}}}]}));
    let wanted =
        vec![Shape::Map(Box::new(Shape::Any)), Shape::Object(vec![field("b", true, number())])];
    assert_eq!(lowered.root, Shape::All(wanted));
    assert_eq!(lowered.warnings.len(), 1);
}

#[test]
fn only_wide_integers_are_marked() {
    let of = |format: &str| shape(json!({"type": "integer", "format": format}));
    assert_eq!(of("uint64"), Shape::Number { wide: true });
    assert_eq!(of("int32"), Shape::Number { wide: false });
    let bounded = json!({"type": "integer", "format": "int64", "minimum": 0, "maximum": 100});
    assert_eq!(shape(bounded), Shape::Number { wide: false });
}

#[test]
fn what_has_no_type_is_unknown_with_its_pointer() {
    let lowered = lower(&json!({"type": "object", "properties": {"a": {"not": {"type": "null"}}}}));
    let wanted = "the schema at `/properties/a` has no type for `not`; it becomes `unknown`";
    assert_eq!(lowered.warnings, [wanted]);
    assert_eq!(lowered.root, Shape::Object(vec![field("a", true, Shape::Any)]));
}

#[test]
fn recursion_is_by_name_or_to_the_root() {
    let lowered = lower(&json!({"type": "array", "items": {"$ref": "#"},
        "$defs": {"Node": {"$ref": "#/$defs/Node"}}}));
    assert_eq!(lowered.root, Shape::Array(Box::new(Shape::Root)));
    assert_eq!(lowered.definitions["Node"].shape, Shape::Named("Node".to_owned()));
}
