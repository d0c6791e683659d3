use serde_json::{Value, json};

use super::budget::Budget;
use super::goal::TOO_LARGE;
use super::{Answer, Contract, decided, lies_within};

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
fn a_type_that_contains_itself_in_an_option_writes_nothing_more_at_any_depth() {
    let node = |more: Value| {
        let next = json!({"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]});
        let mut properties = json!({"n": {"type": "integer"}, "next": next});
        properties.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"type": "object", "properties": {"first": {"$ref": "#/$defs/Node"}}, "required": ["first"],
            "$defs": {"Node": {"type": "object", "properties": properties, "required": ["n", "next"]}}})
    };
    let (less, more) = (node(json!({})), node(json!({"x": {"type": ["integer", "null"]}})));
    assert_eq!(written_and_read(less.clone(), more.clone()), Answer::Yes);
    assert_eq!(written_and_read(more.clone(), less.clone()), Answer::Yes);
    let closed = (&less, Contract::Writer);
    assert!(matches!(lies_within((&more, Contract::Writer), closed), Answer::No(_)));
    assert_eq!(lies_within(closed, (&more, Contract::Writer)), Answer::Yes);
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

#[test]
fn what_is_undecided_is_the_same_only_with_all_that_it_depends_on() {
    let named = |schema: Value| json!({"type": "object", "patternProperties": {"(?=a)b": schema}});
    assert_ne!(
        plain(named(json!({"type": "string"})), named(json!({"type": "null"}))),
        Answer::Yes
    );
    assert_eq!(plain(named(json!({"type": "null"})), named(json!({"type": "null"}))), Answer::Yes);
    let first = |schema: Value| {
        json!({"type": "array", "prefixItems": [true], "unevaluatedItems": {"$ref": "#/$defs/a"},
            "$defs": {"a": schema}})
    };
    assert_ne!(
        plain(first(json!({"type": "string"})), first(json!({"type": "null"}))),
        Answer::Yes
    );
    let beside = |items: usize| {
        let mut schema = first(json!({"type": "string"}));
        schema["prefixItems"] = json!(vec![true; items]);
        schema
    };
    assert_ne!(plain(beside(2), beside(1)), Answer::Yes);
}

#[test]
fn one_property_may_be_at_fault_in_two_ways() {
    let small = json!({"type": "object", "maxProperties": 1});
    let either = json!({"anyOf": [{"additionalProperties": {"type": "integer"}},
        {"propertyNames": {"maxLength": 3}}]});
    assert!(matches!(plain(small, either), Answer::No(_)));
}

#[test]
fn what_is_described_depends_on_the_choices_that_are_true() {
    let closed = |mut schema: Value| {
        schema["type"] = json!("object");
        schema["unevaluatedProperties"] = json!(false);
        schema
    };
    let either = closed(json!({"anyOf": [{"properties": {"a": {"type": "null"}}}, true]}));
    assert_eq!(plain(json!({"const": {"a": null}}), either.clone()), Answer::Yes);
    assert_eq!(plain(json!({"const": {"a": 1}}), either), Answer::No(json!({"a": 1})));
    let branch = closed(json!({"if": {"required": ["b"], "properties": {"b": true}},
        "then": {"properties": {"a": true}}}));
    assert_eq!(plain(json!({"const": {"a": 1, "b": 1}}), branch.clone()), Answer::Yes);
    assert_eq!(plain(json!({"const": {"a": 1}}), branch), Answer::No(json!({"a": 1})));
    let any = json!({"type": "object", "properties": {"a": true}, "unevaluatedProperties": false});
    let same = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false});
    assert_eq!(plain(any.clone(), same.clone()), Answer::Yes);
    assert_eq!(plain(same, any), Answer::Yes);
}

#[test]
fn a_witness_is_no_number_that_readers_round() {
    let of = |format: &str| json!({"type": "number", "format": format});
    let Answer::No(witness) = written_and_read(of("double"), of("int64")) else {
        panic!("a float is not always an integer of 64 bits");
    };
    assert!(witness.as_f64().unwrap() < -9.3e18, "{witness}");
}

#[test]
fn different_elements_are_found_where_there_are_enough() {
    let pair = |first: &[&str], second: &[&str]| {
        json!({"type": "array", "uniqueItems": true, "minItems": 2,
            "prefixItems": [{"enum": first}, {"enum": second}], "items": false})
    };
    assert_eq!(plain(pair(&["a", "b"], &["a"]), json!(false)), Answer::No(json!(["b", "a"])));
    assert_eq!(plain(pair(&["a"], &["a"]), json!(false)), Answer::Yes);
    let many = json!({"type": "array", "uniqueItems": true, "minItems": 3,
        "items": {"type": "object", "maxProperties": 1, "propertyNames": {"const": "k"},
            "additionalProperties": {"type": "boolean"}}});
    assert!(matches!(plain(many.clone(), json!(false)), Answer::No(_)));
    let mut too_many = many;
    too_many["minItems"] = json!(4);
    assert_eq!(plain(too_many, json!(false)), Answer::Yes);
}

/// A choice that names no property is no reason to take what another one writes for never written.
#[test]
fn what_is_written_is_of_one_choice_as_that_is_closed() {
    let union = |least: u8| {
        let number = json!({"type": "integer", "minimum": least});
        let bare = json!({"type": "object", "required": ["kind"]});
        let kind = json!({"type": "object", "required": ["kind", "n"],
            "properties": {"kind": {"const": "a"}, "n": number}});
        json!({"oneOf": [kind, bare]})
    };
    let reader = json!({"type": "object", "properties": {"n": {"type": "integer", "minimum": 1}}});
    let Answer::No(witness) = written_and_read(union(0), reader.clone()) else {
        panic!("`n` may be 0");
    };
    assert_eq!(witness, json!({"kind": "a", "n": 0}));
    assert_eq!(written_and_read(union(1), reader), Answer::Yes);
}

#[test]
fn what_must_not_be_one_of_some_values_differs_from_each() {
    let lists = json!({"type": "array", "items": {"enum": [1, 2]}, "maxItems": 1});
    assert_eq!(plain(lists.clone(), json!({"enum": [[], [1], [2]]})), Answer::Yes);
    assert_eq!(plain(lists, json!({"enum": [[], [2]]})), Answer::No(json!([1])));
    let maps = json!({"type": "object", "additionalProperties": {"const": 1}, "maxProperties": 1});
    let Answer::No(witness) = plain(maps, json!({"enum": [{}, {"a": 1}]})) else {
        panic!("there are other names");
    };
    assert_eq!(witness.as_object().unwrap().len(), 1);
}

#[test]
fn formats_have_shapes() {
    let of = |format: &str| json!({"type": "string", "format": format});
    let mut known = json!({"type": "string", "maxLength": 10, "pattern": "^[0-9-]+$"});
    assert_eq!(plain(of("date"), known.clone()), Answer::Yes);
    known["maxLength"] = json!(9);
    assert!(matches!(plain(of("date"), known), Answer::No(_)));
    let both = json!({"allOf": [of("date"), of("uri")]});
    assert_eq!(plain(both, json!(false)), Answer::Yes);
    let starting = json!({"type": "string", "format": "uuid", "pattern": "^dead"});
    assert_eq!(plain(starting.clone(), of("uuid")), Answer::Yes);
    assert!(matches!(plain(starting, of("date")), Answer::No(_)));
    assert!(matches!(plain(json!({"type": "string"}), of("regex")), Answer::No(_)));
}

#[test]
fn a_choice_that_is_listed_twice_is_never_the_only_one() {
    assert_eq!(plain(json!({"oneOf": [true, {}]}), json!(false)), Answer::Yes);
}

#[test]
fn a_closed_union_still_has_one_choice_that_holds() {
    let or_null = |name: &str| {
        json!({"type": ["object", "null"], "required": ["type"],
            "properties": {"type": {"const": name}}})
    };
    let union = json!({"oneOf": [or_null("a"), or_null("b")]});
    assert_eq!(written_and_read(union, json!({"type": "object"})), Answer::Yes);
}

#[test]
fn a_plain_fraction_lies_between_far_bounds() {
    let number = json!({"type": "number", "minimum": i64::MIN, "maximum": i64::MAX});
    assert_eq!(plain(number, json!({"type": "integer"})), Answer::No(json!(0.5)));
}

#[test]
fn a_schema_that_is_itself_is_not_decided() {
    let itself = json!({"$ref": "#/$defs/a", "$defs": {
        "a": {"anyOf": [{"$ref": "#/$defs/b"}, {"type": "null"}]},
        "b": {"allOf": [{"$ref": "#/$defs/a"}]}}});
    assert!(matches!(plain(json!(1), itself.clone()), Answer::Yes | Answer::Unknown(_)));
    assert!(matches!(
        written_and_read(itself.clone(), json!({"type": "null"})),
        Answer::Unknown(_)
    ));
}

#[test]
fn a_long_chain_of_references_ends_with_an_answer() {
    let chain = |length: usize, leaf: Value| {
        let mut definitions = serde_json::Map::new();
        for index in 0..length {
            let next = json!({"$ref": format!("#/$defs/n{}", index + 1)});
            let link = json!({"type": "object", "required": ["a"], "properties": {"a": next}});
            definitions.insert(format!("n{index}"), link);
        }
        definitions.insert(format!("n{length}"), leaf);
        json!({"$ref": "#/$defs/n0", "$defs": definitions})
    };
    let both = |length| {
        [chain(length, json!({"type": "integer"})), chain(length, json!({"type": "number"}))]
    };
    let [narrow, wide] = both(120);
    assert_eq!(plain(narrow.clone(), wide.clone()), Answer::Yes);
    assert!(matches!(written_and_read(wide, narrow), Answer::No(_)));
    let [narrow, wide] = both(2_000);
    assert_ne!(plain(wide, narrow), Answer::Yes);
}

#[test]
fn large_unions_are_decided_by_what_tells_their_choices_apart() {
    let tagged = |count: usize, leaf: &str| {
        let one = |index: usize| {
            let (tag, field) = (format!("v{index}"), format!("f{index}"));
            json!({"type": "object", "required": ["type", field],
                "properties": {"type": {"const": tag}, field: {"type": leaf}, "note": {"type": "string"}}})
        };
        json!({"oneOf": (0..count).map(one).collect::<Vec<_>>()})
    };
    let external = |count: usize, leaf: &str| {
        let one = |index: usize| {
            let name = format!("v{index}");
            json!({"type": "object", "required": [name], "additionalProperties": false,
                "properties": {name: {"type": leaf}}})
        };
        json!({"oneOf": (0..count).map(one).collect::<Vec<_>>()})
    };
    assert_eq!(plain(tagged(60, "integer"), tagged(61, "number")), Answer::Yes);
    assert_eq!(written_and_read(tagged(60, "integer"), tagged(61, "number")), Answer::Yes);
    assert_eq!(plain(external(60, "integer"), external(61, "number")), Answer::Yes);
    assert!(matches!(plain(external(60, "number"), external(61, "integer")), Answer::No(_)));
    assert!(matches!(plain(tagged(61, "null"), tagged(60, "null")), Answer::No(_)));
}

#[test]
fn a_search_ends_where_its_budget_is_spent() {
    let one_of_each = |count: i32| {
        let each: Vec<_> = (0..count)
            .map(|least| json!({"contains": {"minimum": least, "maximum": least + 3}}))
            .collect();
        json!({"type": "array", "items": {"type": "integer"}, "allOf": each})
    };
    let all = |count: i32| {
        json!({"type": "array", "uniqueItems": true, "minItems": count,
        "items": {"enum": (0..count).collect::<Vec<_>>()}})
    };
    let words = |start: &str| {
        let word = |end: i32| {
            (format!("f{end}"), json!({"pattern": format!("^(a|b)*{start}(a|b){{12}}c{end}$")}))
        };
        json!({"properties": (0..10).map(word).collect::<serde_json::Map<_, _>>()})
    };
    let pairs = [
        (one_of_each(40), json!({"maxItems": 3})),
        (
            all(40),
            json!({"allOf": (0..8).map(|one| json!({"contains": {"const": one}})).collect::<Vec<_>>()}),
        ),
        (words("a"), words("[ab]")),
    ];
    for (old, new) in pairs {
        let plain = |schema| (schema, Contract::Plain);
        let answer = decided(plain(&old), plain(&new), 64, Budget(20_000));
        assert_eq!(answer, Answer::Unknown(TOO_LARGE.to_owned()), "{old}");
    }
}
