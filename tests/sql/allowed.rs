//! The checks against JSON Schema: what a schema allows is never refused, and what lacks a required property or has a value
//! of another kind at the top is.

use std::collections::BTreeSet;

use eventbus_runtime::DomainEvent;
use eventbus_tests::random::seeded;
use schemars::generate::Contract;
use serde_json::{Value, json};
use shop_events::ShopEvent;

use crate::cases::document;
use crate::cdevents::CdEvent;
use crate::database::Both;
use crate::documents;
use crate::events::LabEvent;
use crate::mutate::mutated;
use crate::versions::today;

const DOCUMENTS: usize = 8;
const EDITS: usize = 8;

#[tokio::test]
async fn checks_of_the_shops_events_are_what_the_schemas_say() {
    holds::<ShopEvent>().await;
}

#[tokio::test]
async fn checks_of_every_kind_of_field_are_what_the_schemas_say() {
    holds::<LabEvent>().await;
}

#[tokio::test]
async fn checks_of_events_that_have_grown_are_what_the_schemas_say() {
    holds::<today::ShopEvent>().await;
}

#[tokio::test]
async fn checks_of_the_events_of_a_specification_are_what_the_schemas_say() {
    holds::<CdEvent>().await;
}

async fn holds<E: DomainEvent>() {
    let both = Both::after(&[(document::<E>(), "checks = true")]).await;
    let mut rng = seeded();
    let (mut refused, mut taken) = (0, 0);
    for leaf in E::CATALOG.leaves() {
        let reader = (leaf.schema)(Contract::Deserialize).to_value();
        let writer = (leaf.schema)(Contract::Serialize).to_value();
        let [reads, writes] =
            [&reader, &writer].map(|of| jsonschema::draft202012::new(of).unwrap());
        let mut tried = Vec::new();
        for _ in 0..DOCUMENTS {
            let text = documents::document(&reader, &mut rng);
            let value: Value = serde_json::from_str(&text).unwrap();
            tried.push((value.clone(), false));
            tried.extend((0..EDITS).map(|_| (mutated(&value, &mut rng), false)));
            tried.extend(spoilt(&value, &reader, &writer).into_iter().map(|value| (value, true)));
        }
        for (value, must_be_refused) in tried {
            let text = value.to_string();
            let [postgres, sqlite] = both.append(leaf.event_type, leaf.version, &text).await;
            let what = format!("{} {text}: {postgres:?}, {sqlite:?}", leaf.event_type);
            assert_eq!(postgres.is_ok(), sqlite.is_ok(), "{what}");
            // JSON Schema knows nothing of other names, and the code reads no value of another kind under them.
            let is_aliased = ["\"lang\":", "\"tel\":"].iter().any(|name| text.contains(name));
            if is_aliased && E::from_data(leaf.event_type, leaf.version, &text).is_err() {
                continue;
            }
            if reads.is_valid(&value) || writes.is_valid(&value) {
                assert!(postgres.is_ok(), "a schema allows it: {what}");
                taken += 1;
            } else if must_be_refused {
                assert!(postgres.is_err(), "{what}");
                refused += 1;
            }
            if let Err(error) = postgres {
                let code = error.as_database_error().unwrap().code().unwrap().into_owned();
                assert_eq!(code, "23514", "{what}");
                assert!(
                    error
                        .to_string()
                        .contains(&format!("the payload of {}, version", leaf.event_type))
                );
                assert!(sqlite.unwrap_err().to_string().contains("the payload of "), "{what}");
            }
        }
    }
    assert!(refused > 10 && taken > 10, "{refused} and {taken}");
    println!("{refused} refused and {taken} taken");
}

/// The document without each of the properties that are always there, and with values of kinds that nobody named: at the top,
/// and in the objects that are always there.
fn spoilt(value: &Value, reader: &Value, writer: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    below(value, "", [(reader, reader), (writer, writer)], &mut all);
    all.push(json!([value]));
    all.push(json!("text"));
    all
}

fn below(value: &Value, at: &str, sides: [(&Value, &Value); 2], all: &mut Vec<Value>) {
    let object = value.pointer(at).and_then(Value::as_object);
    let Some(object) = object else { return };
    let [required, _] = sides.map(|(_, schema)| names(schema));
    let also = names(sides[1].1);
    for name in required.intersection(&also).filter(|name| !is_renamed(sides[0].1, name)) {
        let mut without = value.clone();
        without.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(*name);
        all.push(without);
    }
    for name in object.keys() {
        let both = sides.map(|(root, schema)| Some((root, schema.get("properties")?.get(name)?)));
        let [Some(reads), Some(writes)] = both else { continue };
        let kinds = [reads, writes].map(|(_, schema)| kinds(schema));
        if let [Some(read), Some(written)] = kinds {
            for other in [json!(null), json!(true), json!(1.5), json!("x"), json!([]), json!({})] {
                let kind = kind(&other);
                if !read.contains(kind) && !written.contains(kind) {
                    let mut edited = value.clone();
                    edited.pointer_mut(at).unwrap()[name] = other;
                    all.push(edited);
                }
            }
        }
        let inner = [reads, writes].map(|(root, schema)| (root, resolved(root, schema)));
        let is_object = inner.iter().all(|(_, schema)| {
            schema["type"] == "object"
                && schema.get("oneOf").is_none()
                && schema.get("anyOf").is_none()
        });
        if is_object && at.is_empty() && !name.contains(['~', '/']) {
            below(value, &format!("/{name}"), inner, all);
        }
    }
}

fn names(schema: &Value) -> BTreeSet<&str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn is_renamed(schema: &Value, name: &str) -> bool {
    schema["properties"][name].get(eventbus_runtime::Document::ALIASES).is_some()
}

fn resolved<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema.get("$ref").and_then(Value::as_str);
    reference.and_then(|to| root.pointer(to.trim_start_matches('#'))).unwrap_or(schema)
}

/// The kinds that a schema names where it stands.
fn kinds(schema: &Value) -> Option<BTreeSet<&str>> {
    let named = match &schema["type"] {
        Value::String(one) => [one.as_str()].into(),
        Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
        _ => return None,
    };
    Some(named)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
