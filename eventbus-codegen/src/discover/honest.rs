//! Whether the code writes what its schemas say. A hand-written `Serialize` beside a derived `JsonSchema`, `serialize_with`
//! or `schemars(with)` part the two, and the registry would promise what nobody keeps.
//!
//! The code itself is asked: it reads payloads that the writer contract describes, and what it writes of them must be
//! described, too. A payload that it does not read tells nothing; a type may accept less than its schema says. Nor does one
//! that was made for a schema and is not of it, because no document might be.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::program::{Rewritten, Sample};
use crate::compat::{Contract, describes};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::parallel;
use crate::pointer::{escaped, unescaped};
use crate::registry::{Catalog, Leaf, leaves, samples, schema_of};

/// Has the code read and write each sample.
type Rewrite<'a> = dyn Fn(&[Sample<'_>]) -> Result<Vec<Rewritten>> + 'a;

/// Which payloads a writer contract describes.
type Described<'a> = dyn Fn(&[Value]) -> Vec<Option<bool>> + 'a;

/// A type, and what became of each of its payloads.
type Answers<'a> = (&'a Leaf, Vec<(&'a str, Rewritten)>);

/// What is written and not described, or not read.
struct Lie<'a> {
    leaf: &'a Leaf,
    /// Where in the payload.
    pointer: String,
    /// What is the matter.
    text: String,
}

/// Refuses code that writes what its schemas do not describe, or what it does not read itself.
pub(crate) fn refuse_untrue(catalog: &Catalog, rewrite: &Rewrite<'_>) -> Result<()> {
    let leaves = leaves(catalog);
    let made = parallel::each(&leaves, |leaf| {
        let writer = schema_of(leaf, &leaf.writer)?;
        Ok(samples(&writer).iter().map(Value::to_string).collect::<Vec<String>>())
    });
    let mut payloads = Vec::new();
    for (leaf, made) in leaves.iter().zip(made) {
        payloads.extend(made?.into_iter().map(|data| (*leaf, data)));
    }
    let asked: Vec<Sample<'_>> = payloads
        .iter()
        .map(|(leaf, data)| Sample { event_type: &leaf.event_type, version: leaf.version, data })
        .collect();
    if asked.is_empty() {
        return Ok(());
    }
    let mut answers: BTreeMap<&str, Answers<'_>> = BTreeMap::new();
    for ((leaf, data), answer) in payloads.iter().zip(rewrite(&asked)?) {
        let entry = answers.entry(&leaf.event_type).or_insert((leaf, Vec::new()));
        entry.1.push((data, answer));
    }
    let answers: Vec<Answers<'_>> = answers.into_values().collect();
    let mut lies = Vec::new();
    for found in parallel::each(&answers, |(leaf, answers)| lie(leaf, answers)) {
        lies.extend(found?);
    }
    if lies.is_empty() { Ok(()) } else { Err(refused(&lies)) }
}

/// The first of a type's payloads with which it is found out.
fn lie<'a>(leaf: &'a Leaf, answers: &[(&str, Rewritten)]) -> Result<Option<Lie<'a>>> {
    let writer = schema_of(leaf, &leaf.writer)?;
    let described = |values: &[Value]| describes(&writer, Contract::Writer, values);
    let found = answers.iter().find_map(|(data, answer)| {
        let payload = parsed(data);
        let is_described = described(std::slice::from_ref(&payload)) == [Some(true)];
        if is_described { matter(&described, &payload, answer) } else { None }
    });
    Ok(found.map(|(pointer, text)| Lie { leaf, pointer, text }))
}

/// What is the matter with what the code makes of a stored payload, which need not be one that the schema describes.
pub(crate) fn untrue(leaf: &Leaf, data: &str, answer: &Rewritten) -> Result<Option<String>> {
    let writer = schema_of(leaf, &leaf.writer)?;
    let described = |values: &[Value]| describes(&writer, Contract::Writer, values);
    // What is read and not written may be a variant that only newer code writes.
    let found = match answer {
        Rewritten::Unread(_) | Rewritten::Unwritten(_) => None,
        answer => matter(&described, &parsed(data), answer),
    };
    Ok(found.map(|(pointer, text)| match pointer.as_str() {
        "" => text,
        pointer => format!("at {pointer}, {text}"),
    }))
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// What is the matter, and where in the payload.
fn matter(
    described: &Described<'_>,
    payload: &Value,
    answer: &Rewritten,
) -> Option<(String, String)> {
    match answer {
        Rewritten::Unread(_) => None,
        Rewritten::Unwritten(reason) => {
            let text = format!(
                "it reads {payload}, which its schema describes, and cannot write it: {reason}"
            );
            Some((String::new(), text))
        }
        Rewritten::Written(text) | Rewritten::Lost(text, _) => {
            let written = parsed(text);
            if described(std::slice::from_ref(&written)) == [Some(false)] {
                return Some(place(described, payload, &written));
            }
            let Rewritten::Lost(written, reason) = answer else { return None };
            let text = format!("it writes {written}, which it does not read itself: {reason}");
            Some((String::new(), text))
        }
    }
}

/// The first place at which `payload` would be refused with what is `written` there, and what is to be said of it.
fn place(described: &Described<'_>, payload: &Value, written: &Value) -> (String, String) {
    let mut places = Vec::new();
    differences(payload, written, String::new(), &mut places);
    let changed: Vec<Value> =
        places.iter().map(|pointer| with(payload, pointer, written.pointer(pointer))).collect();
    let refused = described(&changed).iter().position(|is_one| *is_one == Some(false));
    match refused {
        Some(index) => {
            let pointer = places.swap_remove(index);
            let word = |value: Option<&Value>| {
                value.map_or_else(|| "nothing".to_owned(), Value::to_string)
            };
            let (reads, writes) =
                (word(payload.pointer(&pointer)), word(written.pointer(&pointer)));
            let text = format!("of {reads}, which its schema describes, it writes {writes}");
            (pointer, text)
        }
        None => (String::new(), format!("of {payload} it writes {written}")),
    }
}

/// The pointers at which two payloads differ, as deep as both have the same shape.
fn differences(one: &Value, other: &Value, pointer: String, found: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(own), Value::Object(others)) => {
            let added = others.keys().filter(|name| !own.contains_key(*name));
            for name in own.keys().chain(added) {
                let pointer = format!("{pointer}/{}", escaped(name));
                match (own.get(name), others.get(name)) {
                    (Some(one), Some(other)) => differences(one, other, pointer, found),
                    _ => found.push(pointer),
                }
            }
        }
        (Value::Array(own), Value::Array(others)) if own.len() == others.len() => {
            for (index, (one, other)) in own.iter().zip(others).enumerate() {
                differences(one, other, format!("{pointer}/{index}"), found);
            }
        }
        (one, other) if one != other => found.push(pointer),
        _ => {}
    }
}

/// The payload with another value at a place, or without one.
fn with(payload: &Value, pointer: &str, value: Option<&Value>) -> Value {
    let mut changed = payload.clone();
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        return value.cloned().unwrap_or_default();
    };
    match (changed.pointer_mut(parent), value) {
        (Some(Value::Object(keys)), Some(value)) => {
            keys.insert(unescaped(last), value.clone());
        }
        (Some(Value::Object(keys)), None) => drop(keys.remove(&unescaped(last))),
        (Some(parent), Some(value)) => {
            if let Some(old) = parent.pointer_mut(&format!("/{last}")) {
                *old = value.clone();
            }
        }
        _ => {}
    }
    changed
}

fn refused(lies: &[Lie<'_>]) -> Error {
    let at = |lie: &Lie<'_>| {
        let pointer =
            if lie.pointer.is_empty() { String::new() } else { format!(" at {}", lie.pointer) };
        format!("`{}` version {}{pointer}", lie.leaf.event_type, lie.leaf.version)
    };
    let first = lies.first().expect("it is asked for where there are some");
    let message = format!("{} is not what its schema says", at(first));
    let others = lies.iter().skip(1).map(|lie| format!("\n{}: {}", at(lie), lie.text));
    let error = Error::new(ErrorKind::Discovery, message)
        .because(format!("{}{}", first.text, others.collect::<String>()))
        .help(
            "let serde and schemars say the same of it: derive both `Serialize` and `JsonSchema`, or name the type that is \
             written beside `serialize_with`: #[schemars(with = \"String\")]",
        )
        .help("what is right is what stored events have: change the schema where events are stored already");
    match &first.leaf.source {
        Some(source) => {
            let field = first.pointer.split('/').nth(1).map(unescaped);
            let line = field.and_then(|field| source.fields.get(&field)).unwrap_or(&source.line);
            error.at(Path::new(&source.file), usize::try_from(*line).ok())
        }
        None => error,
    }
}
