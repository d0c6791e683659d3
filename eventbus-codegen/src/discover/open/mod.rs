//! Which enums inside payloads read variants that they do not know: serde's `other`, of which schemars tells nothing.
//!
//! The code itself is asked. A payload that holds a variant of a name that nobody has is handed to it, and what it reads
//! is open: the schema is told so, under [`Document::OPEN`]. Whatever cannot be asked that way stays closed, which may
//! refuse a change and lets none through.

mod payload;

use std::collections::BTreeSet;
use std::path::Path;

use eventbus_runtime::{Document, Node};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use self::payload::payload;
use super::program::Sample;
use crate::compat::SOME_VARIANT;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::{Branch, Catalog, Leaf, leaves, sample, schema_of};

/// Asks the code whether it decodes each sample: nothing, or the reason why not.
type Decode<'a> = dyn Fn(&[Sample<'_>]) -> Result<Vec<Option<String>>> + 'a;

/// A payload to be decoded, and the enum that it asks about.
struct Question {
    event_type: String,
    version: u32,
    /// The name of the enum in `$defs`; of none where the payload is an ordinary one.
    name: Option<String>,
    /// Whether its schema says already that it is open.
    is_said: bool,
    data: String,
}

/// Where a schema keeps the types that have names.
const DEFINITIONS: &str = "$defs";

/// An enum: the type and version whose payload holds it, and its name.
type Place = (String, u32, String);

impl<'a> From<&'a Question> for Sample<'a> {
    fn from(question: &'a Question) -> Self {
        let Question { event_type, version, data, .. } = question;
        Self { event_type, version: *version, data }
    }
}

/// Asks of every enum, and tells its schema. Whoever says of an enum that it is open, and it is not, is refused.
pub(crate) fn observe(catalog: &mut Catalog, decode: &Decode<'_>) -> Result<()> {
    let mut questions = Vec::new();
    for leaf in leaves(catalog) {
        ask(leaf, &mut questions)?;
    }
    if questions.is_empty() {
        return Ok(());
    }
    let answers = decode(&questions.iter().map(Sample::from).collect::<Vec<_>>())?;
    let (mut open, mut untrue, mut sound) = (BTreeSet::new(), Vec::new(), BTreeSet::new());
    for (question, reason) in questions.into_iter().zip(answers) {
        let Question { event_type, version, is_said, .. } = question;
        match (question.name, reason) {
            (Some(name), None) => drop(open.insert((event_type, version, name))),
            (Some(name), Some(reason)) if is_said => {
                untrue.push((event_type, version, name, reason))
            }
            (None, None) => drop(sound.insert((event_type, version))),
            // Where an ordinary payload is refused too, nothing is learnt from another one.
            _ => {}
        }
    }
    for (event_type, version, name, reason) in untrue {
        if sound.contains(&(event_type.clone(), version)) {
            let error = refused(&event_type, &name, reason);
            let leaf = leaves(catalog).into_iter().find(|leaf| leaf.event_type == event_type);
            return Err(match leaf.and_then(|leaf| leaf.source.as_ref()) {
                Some(source) => {
                    error.at(Path::new(&source.file), usize::try_from(source.line).ok())
                }
                None => error,
            });
        }
    }
    tell(&mut catalog.root, &open)
}

/// Asks about every version that a leaf reads.
fn ask(leaf: &Leaf, questions: &mut Vec<Question>) -> Result<()> {
    let current = std::iter::once((leaf.version, &leaf.reader, &leaf.writer));
    let former = leaf.upcasts.iter().map(|one| (one.version, &one.reader, &one.writer));
    for (version, reader, writer) in current.chain(former) {
        // Most payloads hold no type with a name, and are not worth being parsed for it.
        if !reader.get().contains(DEFINITIONS) {
            continue;
        }
        let (reader, writer) = (schema_of(leaf, reader)?, schema_of(leaf, writer)?);
        let mut ask = |name: Option<&String>, is_said, data: Value| {
            let (event_type, name) = (leaf.event_type.clone(), name.cloned());
            let data = data.to_string();
            questions.push(Question { event_type, version, name, is_said, data });
        };
        let mut is_any_said = false;
        for (name, read) in reader.get(DEFINITIONS).and_then(Value::as_object).into_iter().flatten()
        {
            let Some(written) = writer.get(DEFINITIONS).and_then(|all| all.get(name)) else {
                continue;
            };
            let Some(data) = payload(&writer, name, (read, written)) else { continue };
            let is_said = read.get(Document::OPEN) == Some(&Value::Bool(true));
            is_any_said |= is_said;
            ask(Some(name), is_said, data);
        }
        // Only what somebody says can be untrue.
        if is_any_said && let Some(data) = sample(&writer) {
            ask(None, false, data);
        }
    }
    Ok(())
}

/// Writes into the schemas which enums are open.
fn tell(group: &mut Branch, open: &BTreeSet<Place>) -> Result<()> {
    for member in &mut group.members {
        match member {
            Node::Group(nested) => tell(nested, open)?,
            Node::Leaf(leaf) => {
                let of_it = |place: &&Place| place.0 == leaf.event_type;
                let places: Vec<&Place> = open.iter().filter(of_it).collect();
                if places.is_empty() {
                    continue;
                }
                let said = |version: u32, schema: &RawValue| {
                    let is_open = |name: &str| {
                        places.iter().any(|(_, of, enu)| *of == version && enu == name)
                    };
                    Ok(say(schema_of(leaf, schema)?, &is_open))
                };
                let mut told = (**leaf).clone();
                told.reader = said(leaf.version, &leaf.reader)?;
                told.writer = said(leaf.version, &leaf.writer)?;
                for upcast in &mut told.upcasts {
                    upcast.reader = said(upcast.version, &upcast.reader)?;
                    upcast.writer = said(upcast.version, &upcast.writer)?;
                }
                **leaf = told;
            }
        }
    }
    Ok(())
}

/// The schema with a word at each of its enums that is open.
fn say(mut schema: Value, is_open: &dyn Fn(&str) -> bool) -> Box<RawValue> {
    let definitions = schema.get_mut(DEFINITIONS).and_then(Value::as_object_mut);
    for (name, definition) in definitions.into_iter().flatten() {
        if let Value::Object(keys) = definition
            && is_open(name)
        {
            keys.insert(Document::OPEN.to_owned(), Value::Bool(true));
        }
    }
    to_raw_value(&schema).expect("what was JSON is JSON again")
}

fn refused(event_type: &str, name: &str, reason: String) -> Error {
    let message = format!(
        "the schema of `{name}` says that it reads variants which it does not know, and a `{event_type}` with the \
         variant `{SOME_VARIANT}` is refused"
    );
    Error::new(ErrorKind::Discovery, message)
        .because(reason)
        .help("give the enum a variant for them: #[serde(other, skip_serializing)] Unknown")
        .help(format!("or take `{}` out of its schema", Document::OPEN))
}
