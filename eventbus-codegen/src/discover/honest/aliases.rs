//! Whether the code reads fields under the other names that its schemas say. The derive writes those of `#[serde(alias)]`; in a
//! struct inside a payload they are said by hand, and what is said there and not read would excuse a loss.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Lie, Rewrite};
use crate::diagnostic::Result;
use crate::discover::program::{Rewritten, Sample};
use crate::pointer::unescaped;
use crate::registry::{Catalog, Leaf, beyond, leaves, schema_of, variety};

/// How many payloads are asked about for each other name. One whose value is what is taken for a missing one shows nothing.
const PAYLOADS: usize = 12;

/// A payload as it is written, and the same with a field under another name.
struct Renamed<'a> {
    leaf: &'a Leaf,
    pointer: String,
    alias: String,
    payloads: [String; 2],
}

/// The other names that are said and not read, by their types.
pub(super) fn deaf<'a>(catalog: &'a Catalog, rewrite: &Rewrite<'_>) -> Result<Vec<Lie<'a>>> {
    let mut asked = Vec::new();
    for leaf in leaves(catalog) {
        asked.extend(renamed(leaf)?);
    }
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let samples = asked.iter().flat_map(|one| {
        let Leaf { event_type, version, .. } = one.leaf;
        one.payloads.iter().map(|data| Sample { event_type, version: *version, data })
    });
    let samples: Vec<Sample<'_>> = samples.collect();
    let answers = rewrite(&samples)?;
    let mut told = BTreeSet::new();
    let mut lies = Vec::new();
    for (one, answers) in asked.into_iter().zip(answers.chunks(2)) {
        let [Rewritten::Written(own), other] = answers else { continue };
        let is_read = match other {
            Rewritten::Written(other) => is_same(own, other),
            Rewritten::Untried => true,
            _ => false,
        };
        if is_read || !told.insert((one.leaf.event_type.clone(), one.pointer.clone())) {
            continue;
        }
        let Renamed { leaf, pointer, alias, .. } = one;
        let text = format!(
            "the schema says that it is read under the name `{alias}`, and the code does not: give the field \
             #[serde(alias = \"{alias}\")], or take `x-eventbus-aliases` off it"
        );
        lies.push(Lie { leaf, pointer, text });
    }
    Ok(lies)
}

fn is_same(own: &str, other: &str) -> bool {
    let [own, other] = [own, other].map(serde_json::from_str::<Value>);
    matches!((own, other), (Ok(own), Ok(other)) if own == other)
}

fn renamed(leaf: &Leaf) -> Result<Vec<Renamed<'_>>> {
    let places = beyond(&schema_of(leaf, &leaf.reader)?).aliases;
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let payloads = variety(&schema_of(leaf, &leaf.writer)?).payloads;
    let mut asked = Vec::new();
    for (pointer, names) in places {
        let steps: Vec<String> = pointer.split('/').skip(1).map(unescaped).collect();
        for alias in names {
            let other = |payload: &Value| {
                let mut other = payload.clone();
                rename(&mut other, &steps, &alias).then_some(other)
            };
            let pairs = payloads.iter().filter_map(|own| Some((own, other(own)?)));
            asked.extend(pairs.take(PAYLOADS).map(|(own, other)| Renamed {
                leaf,
                pointer: pointer.clone(),
                alias: alias.clone(),
                payloads: [own.to_string(), other.to_string()],
            }));
        }
    }
    Ok(asked)
}

/// Gives the field at a place its other name, wherever it is there and holds something.
fn rename(value: &mut Value, steps: &[String], alias: &str) -> bool {
    match (value, steps) {
        (Value::Object(keys), [name]) => {
            let held = keys.get(name).is_some_and(|held| !held.is_null());
            if held && let Some(held) = keys.remove(name) {
                keys.insert(alias.to_owned(), held);
            }
            held
        }
        (Value::Object(keys), [step, rest @ ..]) => {
            let below = keys.iter_mut().filter(|(name, _)| step == "*" || *name == step);
            rename_each(below.map(|(_, value)| value), rest, alias)
        }
        (Value::Array(items), [step, rest @ ..]) if step == "*" => rename_each(items, rest, alias),
        _ => false,
    }
}

/// The same in each of these, whether or not there was one before.
fn rename_each<'v>(
    values: impl IntoIterator<Item = &'v mut Value>,
    steps: &[String],
    alias: &str,
) -> bool {
    let mut any = false;
    for value in values {
        any |= rename(value, steps, alias);
    }
    any
}
