//! What changes from one version of a schema to the next.

use serde_json::{Map, Value, json};

use super::{Dice, Family, general, typed};

/// `schema` with one to three changes, now and then with none.
pub(super) fn changed(dice: &mut Dice, schema: &Value, family: Family) -> Value {
    let mut changed = schema.clone();
    let count = *dice.pick(&[0, 1, 1, 1, 1, 2, 2, 3]);
    for _ in 0..count {
        let mut places = Vec::new();
        schemas(&changed, String::new(), &mut places);
        let place = dice.pick(&places).clone();
        let definitions = changed.get("$defs").cloned();
        let at = changed.pointer_mut(&place).expect("it was found there");
        change(dice, at, family, definitions.as_ref());
        if place.is_empty() {
            let root = changed.as_object_mut().map(std::mem::take);
            let mut root = root.unwrap_or_default();
            // The root keeps what its references lead to.
            root.extend(definitions.map(|known| ("$defs".to_owned(), known)));
            changed = Value::Object(root);
        }
    }
    changed
}

/// The pointers of all schemas within `schema`.
pub(crate) fn schemas(schema: &Value, at: String, out: &mut Vec<String>) {
    out.push(at.clone());
    for (keyword, value) in schema.as_object().into_iter().flatten() {
        let here = format!("{at}/{keyword}");
        match (keyword.as_str(), value) {
            (
                "properties" | "patternProperties" | "dependentSchemas" | "$defs",
                Value::Object(all),
            ) => {
                for (name, schema) in all {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    schemas(schema, format!("{here}/{name}"), out);
                }
            }
            ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(all)) => {
                for (index, schema) in all.iter().enumerate() {
                    schemas(schema, format!("{here}/{index}"), out);
                }
            }
            (
                "items"
                | "contains"
                | "additionalProperties"
                | "propertyNames"
                | "not"
                | "if"
                | "then"
                | "else",
                schema,
            ) => schemas(schema, here, out),
            _ => {}
        }
    }
}

fn change(dice: &mut Dice, schema: &mut Value, family: Family, definitions: Option<&Value>) {
    let new = |dice: &mut Dice| match family {
        Family::Types => typed::plain(dice),
        Family::General | Family::Drafts => general::schema(dice, 1),
    };
    let before = schema.take();
    *schema = match (dice.below(14), before) {
        (0, before) => json!({"anyOf": [before, new(dice)]}),
        (1, before) => json!({"anyOf": [before, {"type": "null"}]}),
        (2, before) => json!({"allOf": [before]}),
        (3, before) if family != Family::Types => json!({"not": {"not": before}}),
        (4, _) => new(dice),
        (_, Value::Bool(holds)) => Value::Bool(if dice.chance(20) { !holds } else { holds }),
        (_, Value::Object(mut keys)) => {
            inline(dice, &mut keys, definitions);
            keyword(dice, &mut keys, new);
            Value::Object(keys)
        }
        (_, other) => other,
    };
}

/// Writes out what a reference leads to.
fn inline(dice: &mut Dice, keys: &mut Map<String, Value>, definitions: Option<&Value>) {
    let name =
        keys.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
    if let Some(Value::Object(target)) = name.and_then(|name| definitions?.get(name))
        && dice.chance(50)
    {
        *keys = target.clone();
    }
}

fn keyword(
    dice: &mut Dice,
    keys: &mut Map<String, Value>,
    mut new: impl FnMut(&mut Dice) -> Value,
) {
    let known: Vec<String> = keys.keys().filter(|key| !key.starts_with('$')).cloned().collect();
    if known.is_empty() || dice.chance(10) {
        keys.insert("description".to_owned(), json!("Said more clearly."));
        return;
    }
    let key = dice.pick(&known).clone();
    if dice.chance(8) {
        keys.remove(&key);
        return;
    }
    match (key.as_str(), keys.get_mut(&key).expect("it is there")) {
        ("properties", Value::Object(properties)) => {
            let name = *dice.pick(&["id", "name", "extra", "a", "b", "state", "type"]);
            if dice.chance(30) || properties.is_empty() {
                let schema = new(dice);
                properties.insert(name.to_owned(), schema);
            } else {
                let names: Vec<String> = properties.keys().cloned().collect();
                let name = dice.pick(&names).clone();
                if dice.chance(40) {
                    properties.remove(&name);
                } else {
                    require(keys, name);
                }
            }
        }
        ("required", Value::Array(names)) => {
            let gone = dice.below(names.len().max(1));
            if gone < names.len() && names.len() > 1 {
                names.swap_remove(gone);
            }
        }
        ("enum", Value::Array(values)) => {
            if values.len() > 1 && dice.chance(50) {
                values.remove(dice.below(values.len()));
            } else {
                values.push(json!(dice.pick(&["a", "Card", "New", "Later"])));
                values.dedup();
            }
            let mut seen = Vec::new();
            values.retain(|value| {
                !seen.contains(value) && {
                    seen.push(value.clone());
                    true
                }
            });
        }
        ("anyOf" | "oneOf" | "allOf", Value::Array(choices)) => match dice.below(4) {
            0 if choices.len() > 1 => drop(choices.remove(dice.below(choices.len()))),
            1 => choices.reverse(),
            2 => choices.push(new(dice)),
            _ => choices.rotate_left(1),
        },
        ("prefixItems", Value::Array(items)) => {
            let schema = new(dice);
            items.push(schema);
        }
        ("type", Value::String(name)) => match name.as_str() {
            "integer" => *name = "number".to_owned(),
            "number" => *name = "integer".to_owned(),
            "null" => *name = "boolean".to_owned(),
            _ => {
                let both = json!([*name, "null"]);
                keys.insert(key, both);
            }
        },
        (
            "additionalProperties" | "items" | "contains" | "not" | "if" | "then" | "else",
            schema,
        ) => {
            *schema = if dice.chance(50) { json!(dice.chance(60)) } else { new(dice) };
        }
        ("format", format) => {
            *format = json!(dice.pick(&["uuid", "date", "int32", "int64", "uint8", "uri"]))
        }
        ("pattern", pattern) => *pattern = json!(dice.pick(typed::PATTERNS)),
        ("multipleOf", step) => *step = json!(1 + dice.below(3)),
        (_, Value::Number(number)) => {
            let up = dice.chance(50);
            if let Some(n) = number.as_i64() {
                let n = if up { n + 1 } else { n - 1 };
                let may_be_negative = key.contains("imum");
                *number = (if may_be_negative { n } else { n.max(0) }).into();
            }
        }
        _ => {}
    }
}

fn require(keys: &mut Map<String, Value>, name: String) {
    let names = keys.entry("required").or_insert_with(|| json!([]));
    if let Value::Array(names) = names {
        let name = Value::String(name);
        match names.iter().position(|known| *known == name) {
            Some(index) if names.len() > 1 => drop(names.remove(index)),
            Some(_) => {}
            None => names.push(name),
        }
    }
}
