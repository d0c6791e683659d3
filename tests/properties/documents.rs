//! Random documents that a schema accepts.
//!
//! A keyword that the generator does not know fails the test, so that no contract is only half tried. It reads two
//! things more strictly than JSON Schema, as the registry's contracts do: a format of integers is a range (JSON Schema
//! has no format for numbers), and an integer is written without a fraction (`1.0` is one to JSON Schema).

use std::collections::BTreeMap;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use eventbus_runtime::Document;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::Value;
use uuid::Uuid;

use crate::random::Random;

/// Below this depth the shortest alternatives are taken, so that a recursive schema comes to an end.
const DEEP: usize = 4;

/// What says nothing about a document: annotations, and the keywords that others read.
const SILENT: [&str; 9] = [
    "$defs",
    "default",
    "description",
    "title",
    "maxItems",
    "uniqueItems",
    Document::NUMBERED,
    Document::OPEN,
    Document::ALIASES,
];

/// The text of a document that the schema accepts.
pub(crate) fn document(root: &Value, rng: &mut StdRng) -> String {
    Documents { root, rng }.value(root, 0)
}

struct Documents<'a> {
    root: &'a Value,
    rng: &'a mut StdRng,
}

impl Documents<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> String {
        let Value::Object(keywords) = schema else { return self.anything() };
        for key in ["$ref", "const", "enum", "anyOf", "oneOf"] {
            if let Some(value) = keywords.get(key) {
                known(schema, &[key, "type"]);
                return self.chosen(key, value, depth);
            }
        }
        let ty = match &schema["type"] {
            Value::Array(types) => self.one(types, depth),
            ty => ty,
        };
        match ty.as_str() {
            None => self.anything(),
            Some("null") => "null".to_owned(),
            Some("boolean") => self.rng.random::<bool>().to_string(),
            Some("integer") => self.integer(schema),
            Some("number") => self.number(schema),
            Some("string") => Value::from(self.string(schema)).to_string(),
            Some("array") => self.array(schema, depth),
            Some("object") => self.object(schema, depth),
            Some(other) => panic!("a type `{other}`"),
        }
    }

    fn chosen(&mut self, key: &str, value: &Value, depth: usize) -> String {
        match (key, value) {
            ("$ref", Value::String(pointer)) => {
                let target = self.root.pointer(pointer.trim_start_matches('#'));
                self.value(target.expect("a reference leads somewhere"), depth)
            }
            ("enum", Value::Array(values)) => self.one(values, 0).to_string(),
            ("anyOf" | "oneOf", Value::Array(schemas)) => {
                let schema = self.one(schemas, depth);
                self.value(schema, depth + 1)
            }
            (_, value) => value.to_string(),
        }
    }

    /// One of them; where it is deep, the last, which is `null` for what is optional.
    fn one<'a>(&mut self, values: &'a [Value], depth: usize) -> &'a Value {
        let at =
            if depth > DEEP { values.len() - 1 } else { self.rng.random_range(0..values.len()) };
        &values[at]
    }

    fn anything(&mut self) -> String {
        let values = ["null", "true", "-1.5e3", r#""""#, "[[]]", r#"{"":{}}"#];
        values[self.rng.random_range(0..values.len())].to_owned()
    }

    fn integer(&mut self, schema: &Value) -> String {
        known(schema, &["type", "format", "minimum", "maximum"]);
        let rng = &mut *self.rng;
        let (low, high) = match schema["format"].as_str() {
            Some("int8") => (i8::MIN.into(), i8::MAX.into()),
            Some("int16") => (i16::MIN.into(), i16::MAX.into()),
            Some("int32") => (i32::MIN.into(), i32::MAX.into()),
            Some("int64") => (i64::MIN.into(), i64::MAX.into()),
            Some("uint8") => (0, u8::MAX.into()),
            Some("uint16") => (0, u16::MAX.into()),
            Some("uint32") => (0, u32::MAX.into()),
            Some("uint64") => (0, u64::MAX.into()),
            Some("int128") => return i128::random(rng).to_string(),
            Some("uint128") => return u128::random(rng).to_string(),
            other => panic!("a format `{other:?}` of integers"),
        };
        let bound = |key: &str| schema[key].as_i64().map(i128::from);
        let low = bound("minimum").unwrap_or(low).max(low);
        let high = bound("maximum").unwrap_or(high).min(high);
        [low, high, rng.random_range(low..=high)][rng.random_range(0..3)].to_string()
    }

    fn number(&mut self, schema: &Value) -> String {
        known(schema, &["type", "format"]);
        match schema["format"].as_str() {
            Some("float") => Value::from(f32::random(self.rng)).to_string(),
            // A number without a fraction is one, too.
            _ if self.rng.random_ratio(1, 4) => i64::random(self.rng).to_string(),
            _ => Value::from(f64::random(self.rng)).to_string(),
        }
    }

    fn string(&mut self, schema: &Value) -> String {
        known(schema, &["type", "format", "minLength", "maxLength", "pattern"]);
        let rng = &mut *self.rng;
        if let Some(pattern) = schema["pattern"].as_str() {
            return digits(pattern, rng);
        }
        match schema["format"].as_str() {
            None => {
                let least = schema["minLength"].as_u64().unwrap_or(0);
                let most = schema["maxLength"].as_u64().unwrap_or(least + 8);
                (0..rng.random_range(least..=most)).map(|_| char::random(rng)).collect()
            }
            Some("uuid") if rng.random() => Uuid::random(rng).to_string(),
            Some("uuid") => Uuid::random(rng).to_string().to_uppercase(),
            Some("ip") => IpAddr::random(rng).to_string(),
            Some("date-time") => {
                let time = DateTime::<Utc>::random(rng);
                let text = format!("{:?}", time.naive_utc());
                let fractions = ["", ".5", ".123456789"];
                let zones = ["Z", "+00:00", "-11:30", "+14:00"];
                let fraction = fractions[rng.random_range(0..fractions.len())];
                text[..19].to_owned() + fraction + zones[rng.random_range(0..zones.len())]
            }
            Some(other) => panic!("a format `{other}` of strings"),
        }
    }

    fn array(&mut self, schema: &Value, depth: usize) -> String {
        known(schema, &["type", "items", "prefixItems", "minItems", "maxItems", "uniqueItems"]);
        let mut elements: Vec<String> = Vec::new();
        for schema in schema["prefixItems"].as_array().into_iter().flatten() {
            elements.push(self.value(schema, depth + 1));
        }
        let least = usize::try_from(schema["minItems"].as_u64().unwrap_or(0)).unwrap();
        let more = if depth > DEEP || schema["maxItems"].is_u64() { 0 } else { 2 };
        let length = elements.len().max(least) + self.rng.random_range(0..=more);
        while elements.len() < length {
            elements.push(self.value(&schema["items"], depth + 1));
        }
        if schema["uniqueItems"] == true {
            elements.sort();
            elements.dedup();
        }
        format!("[{}]", elements.join(","))
    }

    fn object(&mut self, schema: &Value, depth: usize) -> String {
        known(
            schema,
            &["type", "properties", "required", "additionalProperties", "patternProperties"],
        );
        let mut members = BTreeMap::new();
        for (key, property) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"]
                .as_array()
                .is_some_and(|keys| keys.iter().any(|required| required == key.as_str()));
            if required || (depth <= DEEP && self.rng.random()) {
                let name = if required { key.clone() } else { self.name(key, property) };
                members.insert(name, self.value(property, depth + 1));
            }
        }
        if depth <= DEEP && self.rng.random() {
            self.more(schema, depth, &mut members);
        }
        let member = |(key, value): (String, String)| format!("{}:{value}", Value::from(key));
        let members: Vec<_> = members.into_iter().map(member).collect();
        format!("{{{}}}", members.join(","))
    }

    /// One of the names under which a property is read.
    fn name(&mut self, own: &str, property: &Value) -> String {
        let others = property[Document::ALIASES].as_array().into_iter().flatten();
        let names: Vec<&str> =
            std::iter::once(own).chain(others.filter_map(Value::as_str)).collect();
        names[self.rng.random_range(0..names.len())].to_owned()
    }

    /// A member that no property names, where the schema is open.
    fn more(&mut self, schema: &Value, depth: usize, members: &mut BTreeMap<String, String>) {
        if let Some(patterns) = schema["patternProperties"].as_object() {
            for (pattern, property) in patterns {
                let key = match pattern.as_str() {
                    r"^\d+$" => u8::random(self.rng).to_string(),
                    r"^-?\d+$" => i8::random(self.rng).to_string(),
                    other => panic!("a pattern `{other}`"),
                };
                members.insert(key, self.value(property, depth + 1));
            }
        } else if schema["additionalProperties"] != false {
            let key = format!("more {}", String::random(self.rng));
            members.insert(key, self.value(&schema["additionalProperties"], depth + 1));
        }
    }
}

/// An integer as text. The pattern has room for a few more than the type has.
fn digits(pattern: &str, rng: &mut StdRng) -> String {
    match pattern {
        "^(0|-?[1-9][0-9]{0,18})$" => i64::random(rng).to_string(),
        "^(0|[1-9][0-9]{0,19})$" => u64::random(rng).to_string(),
        "^(0|-?[1-9][0-9]{0,38})$" => i128::random(rng).to_string(),
        "^(0|[1-9][0-9]{0,38})$" => u128::random(rng).to_string(),
        other => panic!("a pattern `{other}` of strings"),
    }
}

fn known(schema: &Value, keywords: &[&str]) {
    for key in schema.as_object().into_iter().flat_map(|keywords| keywords.keys()) {
        let known = keywords.contains(&key.as_str()) || SILENT.contains(&key.as_str());
        assert!(known, "the generator does not know `{key}` in {schema:#}");
    }
}
