use serde_json::{Value, json};

use super::{Answer, Contract, lies_within};

fn plain(old: Value, new: Value) -> Answer {
    lies_within((&old, Contract::Plain), (&new, Contract::Plain))
}

fn written_and_read(old: Value, new: Value) -> Answer {
    lies_within((&old, Contract::Writer), (&new, Contract::Reader))
}

#[test]
fn a_no_comes_with_a_document_that_shows_it() {
    let integer = json!({"type": "integer", "minimum": 3});
    assert_eq!(
        plain(json!({"type": "number"}), json!({"type": "integer"})),
        Answer::No(json!(0.5))
    );
    assert_eq!(plain(json!({"type": "integer"}), integer), Answer::No(json!(0)));
    let tags = |names: &[&str]| json!({"type": "array", "items": {"enum": names}});
    assert_eq!(plain(tags(&["a"]), tags(&["a", "b"])), Answer::Yes);
    assert_eq!(plain(tags(&["a", "b"]), tags(&["a"])), Answer::No(json!(["b"])));
}

#[test]
fn unions_are_matched_by_their_tags() {
    let card = |kinds: &[&str]| {
        let one = |kind: &&str| {
            json!({"type": "object", "required": ["kind", *kind],
                "properties": {"kind": {"const": kind}, *kind: {"type": "string"}}})
        };
        json!({ "oneOf": kinds.iter().map(one).collect::<Vec<_>>() })
    };
    assert_eq!(written_and_read(card(&["a", "b"]), card(&["c", "b", "a"])), Answer::Yes);
    let witness = json!({"kind": "c", "c": "a"});
    assert_eq!(written_and_read(card(&["c"]), card(&["a", "b"])), Answer::No(witness));
}

#[test]
fn a_schema_that_contains_itself_is_decided() {
    let tree = |leaf: Value| {
        json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object",
            "required": ["leaf", "children"],
            "properties": {"leaf": leaf,
                "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}}}}})
    };
    let (narrow, wide) = (tree(json!({"type": "integer"})), tree(json!({"type": "number"})));
    assert_eq!(written_and_read(narrow.clone(), wide.clone()), Answer::Yes);
    let witness = json!({"leaf": 0.5, "children": []});
    assert_eq!(written_and_read(wide, narrow), Answer::No(witness));
}

#[test]
fn what_is_written_is_closed_and_what_is_read_is_open() {
    let with = |more: Value| {
        let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        schema["properties"].as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let (old, new) = (with(json!({})), with(json!({"b": {"type": "integer"}})));
    assert_eq!(written_and_read(old.clone(), new.clone()), Answer::Yes);
    assert_eq!(written_and_read(new.clone(), old.clone()), Answer::Yes);
    // As they stand, `b` may be anything in the old one.
    assert!(matches!(plain(old.clone(), new.clone()), Answer::No(_)));
    let mut denies = old;
    denies["additionalProperties"] = json!(false);
    assert_eq!(written_and_read(new, denies), Answer::No(json!({"b": 0})));
}

#[test]
fn a_flattened_part_does_not_close_the_rest() {
    let old = json!({"type": "object", "required": ["a", "kind"],
        "properties": {"a": {"type": "string"}},
        "oneOf": [{"type": "object", "required": ["kind"], "properties": {"kind": {"const": "x"}}}]});
    assert_eq!(written_and_read(old.clone(), old.clone()), Answer::Yes);
    let mut named = old.clone();
    named["properties"]["b"] = json!({"type": "string"});
    named["required"] = json!(["a", "b", "kind"]);
    assert_eq!(written_and_read(old, named), Answer::No(json!({"a": "a", "kind": "x"})));
}

#[test]
fn integers_end_where_their_types_do() {
    let of = |format: &str| json!({"type": "integer", "format": format});
    assert_eq!(written_and_read(of("int32"), of("int64")), Answer::Yes);
    assert_eq!(written_and_read(of("uint64"), of("uint128")), Answer::Yes);
    assert_eq!(written_and_read(of("int64"), of("int32")), Answer::No(json!(-2_147_483_649_i64)));
    assert!(matches!(written_and_read(of("uint128"), of("uint64")), Answer::No(_)));
    assert_eq!(written_and_read(of("uint32"), of("uint64")), Answer::Yes);
    // As they stand, these are remarks.
    assert_eq!(plain(of("int64"), of("int32")), Answer::Yes);
}

#[test]
fn what_cannot_be_decided_says_why() {
    let lookahead = |text: &str| json!({"type": "string", "pattern": text});
    let Answer::Unknown(reason) = plain(lookahead("(?=a)b"), lookahead("b")) else {
        panic!("it is not decided");
    };
    assert!(reason.contains("(?=a)b"), "{reason}");
    assert_eq!(plain(lookahead("(?=a)b"), lookahead("(?=a)b")), Answer::Yes);
    let elsewhere = json!({"$ref": "other.json#/a"});
    assert!(matches!(plain(json!({"type": "null"}), elsewhere), Answer::Unknown(_)));
}

#[test]
fn a_deep_schema_ends_with_an_answer() {
    let mut deep = json!({"type": "integer"});
    let mut wide = json!({"type": "number"});
    for _ in 0..60 {
        deep = json!({"type": "object", "properties": {"a": deep}, "required": ["a"]});
        wide = json!({"type": "object", "properties": {"a": wide}, "required": ["a"]});
    }
    assert_eq!(plain(deep.clone(), wide.clone()), Answer::Yes);
    assert!(matches!(plain(wide, deep), Answer::No(_)));
}
