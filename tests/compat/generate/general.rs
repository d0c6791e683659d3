//! Any keywords of JSON Schema, in combinations that no one would write by hand.

use serde_json::{Map, Value, json};

use super::Dice;

const NAMES: &[&str] = &["a", "b", "c", "ab", "x1"];
const PATTERNS: &[&str] = &["^a", "b$", "^[a-c]$", "\\d", "^(ab)*$", "^x", "a|b", "^.{2,3}$"];
const FORMATS: &[&str] = &["uuid", "date", "ipv4", "email", "uri", "date-time"];
const KINDS: &[&str] = &["null", "boolean", "integer", "number", "string", "array", "object"];

/// A document with a few definitions that may refer to each other.
pub(super) fn document(dice: &mut Dice) -> Value {
    let mut root = object(dice, 3);
    if root.to_string().contains("$ref") {
        root["$defs"] = json!({"one": object(dice, 2), "two": object(dice, 1)});
    }
    root
}

/// A schema that has keywords to add something to.
fn object(dice: &mut Dice, depth: u8) -> Value {
    match schema(dice, depth) {
        Value::Bool(_) => json!({}),
        schema => schema,
    }
}

pub(super) fn schema(dice: &mut Dice, depth: u8) -> Value {
    if dice.chance(6) {
        return json!(dice.chance(70));
    }
    if depth > 0 && dice.chance(6) {
        return json!({"$ref": format!("#/$defs/{}", dice.pick(&["one", "two"]))});
    }
    let mut keys = Map::new();
    let kinds = match dice.below(10) {
        0 => Vec::new(),
        1 | 2 => dice.some(KINDS, 2, 3),
        _ => vec![*dice.pick(KINDS)],
    };
    if kinds.len() == 1 {
        keys.insert("type".to_owned(), json!(kinds[0]));
    } else if kinds.len() > 1 {
        keys.insert("type".to_owned(), json!(kinds));
    }
    for kind in if kinds.is_empty() { dice.some(KINDS, 1, 2) } else { kinds } {
        for _ in 0..dice.below(4) {
            of_kind(dice, kind, depth, &mut keys);
        }
    }
    if dice.chance(if depth == 0 { 12 } else { 5 }) {
        keys.insert(
            "enum".to_owned(),
            Value::Array((0..=dice.below(4)).map(|_| value(dice, 1)).collect()),
        );
    }
    if dice.chance(4) {
        keys.insert("const".to_owned(), value(dice, 2));
    }
    if depth > 0 && dice.chance(45) {
        combined(dice, depth - 1, &mut keys);
    }
    Value::Object(keys)
}

/// A value to be one of `enum` or to be `const`.
pub(super) fn value(dice: &mut Dice, depth: u8) -> Value {
    match dice.below(if depth == 0 { 7 } else { 9 }) {
        0 => Value::Null,
        1 => json!(dice.chance(50)),
        2 => json!(0.5),
        3 | 4 => json!(dice.below(4)),
        5 | 6 => json!(dice.pick(&["", "a", "b", "ab", "12"])),
        7 => Value::Array((0..dice.below(3)).map(|_| value(dice, depth - 1)).collect()),
        _ => {
            let names = dice.some(NAMES, 0, 2);
            names.into_iter().map(|name| (name.to_owned(), value(dice, depth - 1))).collect()
        }
    }
}

fn of_kind(dice: &mut Dice, kind: &str, depth: u8, keys: &mut Map<String, Value>) {
    let below = depth.saturating_sub(1);
    let is_leaf = depth == 0;
    let (keyword, value) = match kind {
        "integer" | "number" => number(dice),
        "string" => text(dice),
        "array" => match dice.below(if is_leaf { 3 } else { 7 }) {
            0 => ("minItems", json!(dice.below(3))),
            1 => ("maxItems", json!(dice.below(4))),
            2 => ("uniqueItems", json!(true)),
            3 | 4 => ("items", schema(dice, below)),
            5 => ("contains", schema(dice, below)),
            _ => {
                let items = (0..=dice.below(2)).map(|_| schema(dice, below)).collect();
                ("prefixItems", Value::Array(items))
            }
        },
        "object" => match dice.below(if is_leaf { 4 } else { 11 }) {
            0 => ("required", json!(dice.some(NAMES, 1, 2))),
            1 => ("minProperties", json!(dice.below(3))),
            2 => ("maxProperties", json!(dice.below(4))),
            3 => ("additionalProperties", json!(false)),
            4..7 => ("properties", map(dice, NAMES, below)),
            7 => ("additionalProperties", schema(dice, below)),
            8 => ("patternProperties", map(dice, PATTERNS, below)),
            9 if dice.chance(50) => {
                let needs = json!({*dice.pick(NAMES): dice.some(NAMES, 1, 2)});
                ("dependentRequired", needs)
            }
            9 => ("dependentSchemas", json!({*dice.pick(NAMES): schema(dice, below)})),
            _ => {
                let mut names = Map::new();
                let (keyword, value) = text(dice);
                names.insert(keyword.to_owned(), value);
                ("propertyNames", Value::Object(names))
            }
        },
        _ => return,
    };
    keys.insert(keyword.to_owned(), value);
}

fn map(dice: &mut Dice, names: &[&str], depth: u8) -> Value {
    let names = dice.some(names, 1, 3);
    names.into_iter().map(|name| (name.to_owned(), schema(dice, depth))).collect()
}

fn number(dice: &mut Dice) -> (&'static str, Value) {
    let keyword =
        *dice.pick(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]);
    let value = match (keyword, dice.below(4)) {
        ("multipleOf", 0) => json!(0.5),
        ("multipleOf", n) => json!(n),
        (_, 0) => json!(1.5),
        (keyword, n) if keyword.ends_with("inimum") => json!(n),
        (_, n) => json!(n + 2),
    };
    (keyword, value)
}

fn text(dice: &mut Dice) -> (&'static str, Value) {
    match dice.below(5) {
        0 => ("minLength", json!(dice.below(3))),
        1 => ("maxLength", json!(dice.below(4))),
        2 if dice.chance(60) => ("format", json!(dice.pick(FORMATS))),
        _ => ("pattern", json!(dice.pick(PATTERNS))),
    }
}

fn combined(dice: &mut Dice, depth: u8, keys: &mut Map<String, Value>) {
    let list =
        |dice: &mut Dice| Value::Array((0..=dice.below(3)).map(|_| schema(dice, depth)).collect());
    match dice.below(10) {
        0 | 1 => drop(keys.insert("allOf".to_owned(), list(dice))),
        2..5 => drop(keys.insert("anyOf".to_owned(), list(dice))),
        5 | 6 => drop(keys.insert("oneOf".to_owned(), list(dice))),
        7 => drop(keys.insert("not".to_owned(), schema(dice, depth))),
        8 => {
            keys.insert("if".to_owned(), schema(dice, depth));
            keys.insert("then".to_owned(), schema(dice, depth));
            if dice.chance(50) {
                keys.insert("else".to_owned(), schema(dice, depth));
            }
        }
        _ => drop(keys.insert("unevaluatedProperties".to_owned(), json!(false))),
    }
}
