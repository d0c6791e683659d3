//! Documents that a schema may accept, and ones that are off by a little.

use serde_json::{Map, Value, json};

use crate::generate::Dice;

/// How deep documents are nested.
const DEEPEST: u8 = 7;

const NAMES: &[&str] = &["a", "b", "c", "ab", "x1", "id", "name", "type", "unknown", "zz"];
const TEXTS: &[&str] = &[
    "",
    "a",
    "b",
    "ab",
    "abab",
    "abc",
    "b1",
    "12",
    "x",
    "SKU-1",
    "ABC",
    "é",
    "aaaaaaaaa",
    "Card",
    "New",
    "67e55044-10b1-426f-9247-bb680e5fe0c8",
    "2026-01-31",
    "2026-01-31T12:30:45Z",
    "12:30:45Z",
    "192.0.2.1",
    "a@example.org",
    "https://example.org/a",
];

/// Documents of no schema in particular.
pub(super) fn generic() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(7),
        json!(300),
        json!("a"),
        json!(""),
        json!("SKU-12"),
        json!([]),
        json!([1, 1]),
        json!(["a", null]),
        json!({}),
        json!({"a": 1}),
        json!({"b": "b", "x1": null}),
        json!({"unknown": {"a": []}}),
    ]
}

/// The same document with whole numbers written as such: whether `2.0` is an integer is left open in draft 4, and two
/// validators may disagree.
pub(super) fn with_plain_numbers(document: Value) -> Value {
    match document {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => {
                format!("{float:.0}").parse().map_or(Value::Number(number), Value::Number)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(with_plain_numbers).collect(),
        Value::Object(keys) => {
            keys.into_iter().map(|(key, value)| (key, with_plain_numbers(value))).collect()
        }
        other => other,
    }
}

/// A document that is meant to be one of `schema`, which stands in `root`.
pub(super) fn instance(dice: &mut Dice, schema: &Value, root: &Value) -> Value {
    built(dice, &[schema], root, 0)
}

/// `document` with one thing changed.
pub(super) fn off_by_a_little(dice: &mut Dice, document: &Value) -> Value {
    let mut places = Vec::new();
    values(document, String::new(), &mut places);
    let place = dice.pick(&places).clone();
    let mut changed = document.clone();
    let at = changed.pointer_mut(&place).expect("it was found there");
    *at = match (at.take(), dice.below(4)) {
        (_, 0) => simple(dice),
        (Value::Object(mut keys), 1) => {
            let known: Vec<String> = keys.keys().cloned().collect();
            if !known.is_empty() {
                keys.remove(dice.pick(&known));
            }
            Value::Object(keys)
        }
        (Value::Object(mut keys), _) => {
            keys.insert((*dice.pick(NAMES)).to_owned(), simple(dice));
            Value::Object(keys)
        }
        (Value::Array(mut items), 1) => {
            items.pop();
            Value::Array(items)
        }
        (Value::Array(mut items), _) => {
            items.push(
                items.first().cloned().filter(|_| dice.chance(50)).unwrap_or_else(|| simple(dice)),
            );
            Value::Array(items)
        }
        (Value::Number(number), choice) => {
            let by = *dice.pick(&[1, -1]);
            match number.as_i64().and_then(|n| n.checked_add(by)) {
                Some(n) if choice < 3 => json!(n),
                _ => json!(number.as_f64().unwrap_or(0.0) + 0.5),
            }
        }
        (Value::String(text), 1) => json!(format!("{text}a")),
        (Value::String(text), 2) => json!(text.get(1..).unwrap_or("")),
        _ => simple(dice),
    };
    changed
}

fn simple(dice: &mut Dice) -> Value {
    match dice.below(8) {
        0 | 1 => Value::Null,
        2 => json!(dice.chance(50)),
        3 => json!(dice.below(5)),
        4 => json!(1.5),
        5 => json!([dice.below(2)]),
        6 => json!({*dice.pick(NAMES): dice.below(2)}),
        _ => json!(dice.pick(TEXTS)),
    }
}

fn values(document: &Value, at: String, out: &mut Vec<String>) {
    out.push(at.clone());
    match document {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate().take(8) {
                values(item, format!("{at}/{index}"), out);
            }
        }
        Value::Object(keys) => {
            for (key, value) in keys {
                values(value, format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }
        }
        _ => {}
    }
}

/// A value for all of `schemas`, as far as that is seen at once.
fn built(dice: &mut Dice, schemas: &[&Value], root: &Value, depth: u8) -> Value {
    let mut all = Vec::new();
    for schema in schemas {
        flattened(dice, schema, root, &mut all, 0);
    }
    let values: Vec<&Value> = all
        .iter()
        .flat_map(|keys| {
            keys.get("enum")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .chain(keys.get("const"))
        })
        .collect();
    if !values.is_empty() {
        return (*dice.pick(&values)).clone();
    }
    match kind(dice, &all) {
        "null" => Value::Null,
        "boolean" => json!(dice.chance(50)),
        "integer" => number(dice, &all, true),
        "number" => number(dice, &all, false),
        "string" => text(dice, &all),
        "array" if depth < DEEPEST => array(dice, &all, root, depth),
        "array" => json!([]),
        "object" if depth < DEEPEST => object(dice, &all, root, depth),
        "object" => json!({}),
        _ => simple(dice),
    }
}

/// The keywords that speak of one value, with one choice of each union.
fn flattened<'a>(
    dice: &mut Dice,
    schema: &'a Value,
    root: &'a Value,
    out: &mut Vec<&'a Map<String, Value>>,
    depth: u8,
) {
    let Value::Object(keys) = schema else { return };
    if depth > 12 {
        return;
    }
    out.push(keys);
    let target = keys
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|text| root.pointer(text.trim_start_matches('#')));
    let parts = keys.get("allOf").and_then(Value::as_array).into_iter().flatten();
    for part in parts.chain(target) {
        flattened(dice, part, root, out, depth + 1);
    }
    for keyword in ["anyOf", "oneOf"] {
        if let Some(Value::Array(choices)) = keys.get(keyword)
            && !choices.is_empty()
        {
            let choice = dice.below(choices.len());
            flattened(dice, &choices[choice], root, out, depth + 1);
        }
    }
    let branch = if dice.chance(50) { ["if", "then"] } else { ["else", "else"] };
    for part in branch.iter().filter_map(|keyword| keys.get(*keyword)) {
        flattened(dice, part, root, out, depth + 1);
    }
    for (_, part) in keys.get("dependentSchemas").and_then(Value::as_object).into_iter().flatten() {
        if dice.chance(50) {
            flattened(dice, part, root, out, depth + 1);
        }
    }
}

fn kind<'a>(dice: &mut Dice, all: &[&'a Map<String, Value>]) -> &'a str {
    let mut kinds: Option<Vec<&str>> = None;
    for keys in all {
        let said: Vec<&str> = match keys.get("type") {
            Some(Value::String(name)) => vec![name],
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => continue,
        };
        match &mut kinds {
            Some(kinds) if dice.chance(90) => kinds.retain(|kind| said.contains(kind)),
            _ => kinds = Some(said),
        }
    }
    if let Some(kinds) = kinds.filter(|kinds| !kinds.is_empty()) {
        return kinds[dice.below(kinds.len())];
    }
    let speaks =
        |words: &[&str]| all.iter().any(|keys| words.iter().any(|word| keys.contains_key(*word)));
    let mut likely = vec!["other"];
    if speaks(&[
        "properties",
        "required",
        "additionalProperties",
        "patternProperties",
        "propertyNames",
        "minProperties",
    ]) {
        likely.extend(["object"; 3]);
    }
    if speaks(&["items", "prefixItems", "contains", "minItems", "uniqueItems"]) {
        likely.extend(["array"; 3]);
    }
    if speaks(&["minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"]) {
        likely.extend(["integer", "number"]);
    }
    if speaks(&["pattern", "format", "minLength", "maxLength"]) {
        likely.extend(["string"; 2]);
    }
    likely[dice.below(likely.len())]
}

fn numbers(all: &[&Map<String, Value>], keyword: &str) -> Vec<f64> {
    all.iter().filter_map(|keys| keys.get(keyword)?.as_f64()).collect()
}

fn number(dice: &mut Dice, all: &[&Map<String, Value>], is_integer: bool) -> Value {
    let mut choices = vec![0.0, 1.0, -1.0, 6.0, 130.0, 256.0];
    for keyword in ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"] {
        for bound in numbers(all, keyword) {
            choices.extend([bound, bound + 1.0, bound - 1.0, bound + 0.5, bound - 0.25]);
            choices.extend([bound, bound + 1.0, bound - 1.0]);
        }
    }
    for step in numbers(all, "multipleOf") {
        choices.extend([step, 2.0 * step, 3.0 * step, 6.0 * step]);
    }
    let number = *dice.pick(&choices);
    // Within what a float holds exactly, which is all that is generated here.
    if is_integer || number.fract() == 0.0 {
        return serde_json::from_str(&format!("{:.0}", number.trunc())).expect("a number");
    }
    json!(number)
}

fn text(dice: &mut Dice, all: &[&Map<String, Value>]) -> Value {
    let least = numbers(all, "minLength").into_iter().fold(0.0, f64::max);
    let most = numbers(all, "maxLength").into_iter().fold(40.0, f64::min);
    let is_long = |text: &str| {
        let length = u32::try_from(text.chars().count()).expect("texts are short");
        (least..=most).contains(&f64::from(length))
    };
    let fitting: Vec<&&str> = TEXTS.iter().filter(|text| is_long(text)).collect();
    if fitting.is_empty() || dice.chance(10) {
        return json!(dice.pick(TEXTS));
    }
    json!(dice.pick(&fitting))
}

fn array(dice: &mut Dice, all: &[&Map<String, Value>], root: &Value, depth: u8) -> Value {
    let least = numbers(all, "minItems").into_iter().fold(0.0, f64::max);
    let most = numbers(all, "maxItems").into_iter().fold(4.0, f64::min);
    let mut count = dice.below(4);
    let small = |n: &usize| f64::from(u32::try_from(*n).expect("arrays are short"));
    while small(&count) < least {
        count += 1;
    }
    while count > 0 && small(&count) > most {
        count -= 1;
    }
    let mut items: Vec<Value> = (0..count)
        .map(|index| {
            let mut schemas = Vec::new();
            for keys in all {
                let first =
                    keys.get("prefixItems").or_else(|| keys.get("items")).and_then(Value::as_array);
                let rest = keys.get("additionalItems").or_else(|| keys.get("items"));
                schemas.extend(first.and_then(|first| first.get(index)).or(rest));
            }
            built(dice, &schemas, root, depth + 1)
        })
        .collect();
    let contained: Vec<&Value> = all.iter().filter_map(|keys| keys.get("contains")).collect();
    if !contained.is_empty() && dice.chance(80) {
        items.push(built(dice, &contained, root, depth + 1));
    }
    Value::Array(items)
}

fn object(dice: &mut Dice, all: &[&Map<String, Value>], root: &Value, depth: u8) -> Value {
    let mut names: Vec<(&str, u8)> = Vec::new();
    for keys in all {
        let required = keys.get("required").and_then(Value::as_array).into_iter().flatten();
        names.extend(required.filter_map(Value::as_str).map(|name| (name, 95)));
        let properties = keys.get("properties").and_then(Value::as_object).into_iter().flatten();
        names.extend(properties.map(|(name, _)| (name.as_str(), if depth > 3 { 15 } else { 55 })));
    }
    if dice.chance(35) || numbers(all, "minProperties").iter().any(|least| *least > 0.0) {
        names.extend([(*dice.pick(NAMES), 100), (*dice.pick(NAMES), 50)]);
    }
    let mut object = Map::new();
    for (name, percent) in names {
        if object.contains_key(name) || !dice.chance(percent) {
            continue;
        }
        let mut schemas = Vec::new();
        for keys in all {
            let known = keys.get("properties").and_then(|properties| properties.get(name));
            schemas.extend(known.or_else(|| keys.get("additionalProperties")));
        }
        object.insert(name.to_owned(), built(dice, &schemas, root, depth + 1));
    }
    Value::Object(object)
}
