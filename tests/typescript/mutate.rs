//! Random edits of documents.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// The document with one to three edits.
pub(crate) fn mutated(document: &Value, rng: &mut StdRng) -> Value {
    let mut document = document.clone();
    for _ in 0..rng.random_range(1..=3) {
        let mut places = Vec::new();
        collect(&document, String::new(), &mut places);
        let place = &places[rng.random_range(0..places.len())];
        edit(document.pointer_mut(place).unwrap(), rng);
    }
    document
}

fn collect(value: &Value, at: String, places: &mut Vec<String>) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, format!("{at}/{index}"), places);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                let name = name.replace('~', "~0").replace('/', "~1");
                collect(member, format!("{at}/{name}"), places);
            }
        }
        _ => {}
    }
    places.push(at);
}

fn edit(value: &mut Value, rng: &mut StdRng) {
    let kind = rng.random_range(0..10);
    match value {
        Value::Object(members) if kind < 6 && !members.is_empty() => {
            let name = members.keys().nth(rng.random_range(0..members.len())).unwrap().clone();
            let old = members.remove(&name).unwrap();
            if kind == 0 {
                members.insert(format!("{name}x"), old);
            } else if kind == 1 {
                members.insert(name, old);
                members.insert("more".to_owned(), other(rng));
            }
        }
        Value::Array(items) if kind < 6 => match kind {
            0 | 1 if !items.is_empty() => drop(items.pop()),
            2 | 3 if !items.is_empty() => items.push(items[0].clone()),
            _ => items.push(other(rng)),
        },
        Value::Number(number) if kind < 6 => {
            let number = number.as_f64().unwrap();
            let near = [number + 1.0, -number, number + 0.5, -1.0, 256.0, 70_000.0];
            *value = json!(near[rng.random_range(0..near.len())]);
        }
        Value::String(text) if kind < 6 => {
            if kind < 2 {
                text.clear();
            } else {
                text.push(['x', '0', '-', '😀'][rng.random_range(0..4)]);
            }
        }
        _ => *value = other(rng),
    }
}

fn other(rng: &mut StdRng) -> Value {
    let others = [
        json!(null),
        json!(true),
        json!(0),
        json!(-3),
        json!(1.5),
        json!("text"),
        json!(""),
        json!([]),
        json!([1, "a"]),
        json!({}),
        json!({ "kind": "text" }),
    ];
    others[rng.random_range(0..others.len())].clone()
}
