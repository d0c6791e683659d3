//! Whether the code reads fields under the other names that its schemas say. The derive writes those of `#[serde(alias)]`; in a
//! struct inside a payload they are said by hand, and what is said there and not read would excuse a loss.

use std::collections::BTreeSet;

use eventbus_runtime::Document;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Lie, Rewrite};
use crate::compat::{Contract, describes};
use crate::diagnostic::Result;
use crate::discover::program::{Rewritten, Sample};
use crate::pointer::steps;
use crate::registry::{Catalog, Leaf, beyond, leaves, schema_of, variety};

/// How many payloads are asked about for each other name. One whose value is what is taken for a missing one shows nothing.
const PAYLOADS: usize = 12;

/// A payload as it is written, and the same with a field under another name.
struct Renamed<'a> {
    leaf: &'a Leaf,
    version: u32,
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
        let Renamed { leaf: Leaf { event_type, .. }, version, payloads, .. } = one;
        payloads.iter().map(|data| Sample { event_type, version: *version, data })
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
        let place = (one.leaf.event_type.clone(), one.version, one.pointer.clone());
        if is_read || !told.insert(place) {
            continue;
        }
        let Renamed { leaf, version, pointer, alias, .. } = one;
        let text = format!(
            "the schema says that it is read under the name `{alias}`, and the code does not: give the field \
             #[serde(alias = \"{alias}\")], or take `x-eventbus-aliases` off it"
        );
        lies.push(Lie { leaf, version, pointer, text });
    }
    Ok(lies)
}

fn is_same(own: &str, other: &str) -> bool {
    let [own, other] = [own, other].map(serde_json::from_str::<Value>);
    matches!((own, other), (Ok(own), Ok(other)) if own == other)
}

/// What is asked of each version that a leaf reads: what is said of a former one excuses a loss as well.
fn renamed(leaf: &Leaf) -> Result<Vec<Renamed<'_>>> {
    let current = std::iter::once((leaf.version, &leaf.reader, &leaf.writer));
    let former = leaf.upcasts.iter().map(|one| (one.version, &one.reader, &one.writer));
    let mut asked = Vec::new();
    let has_any = |reader: &RawValue| reader.get().contains(Document::ALIASES);
    for (version, reader, writer) in current.chain(former).filter(|(_, reader, _)| has_any(reader))
    {
        let reader = schema_of(leaf, reader)?;
        let places = beyond(&reader).aliases;
        let payloads = variety(&schema_of(leaf, writer)?).payloads;
        for (pointer, names) in places {
            let steps = steps(&pointer);
            for alias in names {
                let pairs = pairs(&reader, &payloads, &steps, &alias);
                asked.extend(pairs.take(PAYLOADS).map(|payloads| Renamed {
                    leaf,
                    version,
                    pointer: pointer.clone(),
                    alias: alias.clone(),
                    payloads,
                }));
            }
        }
    }
    Ok(asked)
}

/// The payloads that have the field, and the same under its other name. Of variants with fields of the same name only some
/// may have the other one, so that what the reader is certain not to describe is not asked about.
fn pairs(
    reader: &Value,
    payloads: &[Value],
    steps: &[String],
    alias: &str,
) -> impl Iterator<Item = [String; 2]> {
    let renamed = payloads.iter().filter_map(|own| {
        let mut other = own.clone();
        rename(&mut other, steps, alias).then_some((own.to_string(), other))
    });
    let (own, others): (Vec<String>, Vec<Value>) = renamed.unzip();
    let are_described = describes(reader, Contract::Reader, &others);
    let pairs = own.into_iter().zip(others).zip(are_described);
    pairs
        .filter(|(_, is_described)| *is_described != Some(false))
        .map(|((own, other), _)| [own, other.to_string()])
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
