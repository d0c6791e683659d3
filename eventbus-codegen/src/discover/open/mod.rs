//! Which enums inside payloads read variants that they do not know: serde's `other`, of which schemars tells nothing.
//!
//! The code itself is asked. A payload that holds a variant of a name that nobody has is handed to it, and what it reads
//! is open: the schema is told so, under [`Document::OPEN`]. Whatever cannot be asked that way stays closed, which may
//! refuse a change and lets none through.

mod inline;
mod payload;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use eventbus_runtime::{Document, Node};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use self::inline::name_open;
use self::payload::{Asked, payloads};
use super::program::Sample;
use crate::compat::{SOME_VARIANT, is_open};
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
    /// What the schema of the enum is to say of it where the payload is read.
    open: Value,
    /// Whether its schema says so already.
    is_said: bool,
    /// Whether nothing but the enum may read the payload.
    is_certain: bool,
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
    let (mut opened, mut untrue, mut sound) = (BTreeMap::new(), Vec::new(), BTreeSet::new());
    for (question, reason) in questions.into_iter().zip(answers) {
        let Question { event_type, version, open, is_said, is_certain, .. } = question;
        match (question.name, reason) {
            // What says most is asked first.
            (Some(name), None) if is_certain => {
                opened.entry((event_type, version, name)).or_insert(open);
            }
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
    tell(&mut catalog.root, &opened)
}

/// Asks about every version that a leaf reads.
fn ask(leaf: &Leaf, questions: &mut Vec<Question>) -> Result<()> {
    let current = std::iter::once((leaf.version, &leaf.reader, &leaf.writer));
    let former = leaf.upcasts.iter().map(|one| (one.version, &one.reader, &one.writer));
    for (version, reader, writer) in current.chain(former) {
        // Most payloads hold no type with a name, and are not worth being parsed for it.
        if !reader.get().contains(DEFINITIONS) && !reader.get().contains(Document::OPEN) {
            continue;
        }
        let (mut reader, mut writer) = (schema_of(leaf, reader)?, schema_of(leaf, writer)?);
        name_open(&mut reader, &mut writer);
        let mut ask = |name: Option<&String>, is_said, asked: Asked| {
            let (event_type, name) = (leaf.event_type.clone(), name.cloned());
            let Asked { open, payload, is_certain } = asked;
            let data = payload.to_string();
            let question = Question { event_type, version, name, open, is_said, is_certain, data };
            questions.push(question);
        };
        let mut is_any_said = false;
        for (name, read) in reader.get(DEFINITIONS).and_then(Value::as_object).into_iter().flatten()
        {
            let Some(written) = writer.get(DEFINITIONS).and_then(|all| all.get(name)) else {
                continue;
            };
            let asked = payloads(&writer, name, (read, written));
            let said = read.get(Document::OPEN).filter(|_| read.as_object().is_some_and(is_open));
            // A word that does not fit the kind of enum is one for all that is asked.
            let fits = asked.iter().any(|asked| Some(&asked.open) == said);
            for asked in asked {
                let is_said = said.is_some_and(|said| *said == asked.open || !fits);
                is_any_said |= is_said;
                if is_said || asked.is_certain {
                    ask(Some(name), is_said, asked);
                }
            }
        }
        // Only what somebody says can be untrue.
        if is_any_said && let Some(payload) = sample(&writer) {
            ask(None, false, Asked { open: Value::Null, payload, is_certain: true });
        }
    }
    Ok(())
}

/// Writes into the schemas which enums are open.
fn tell(group: &mut Branch, opened: &BTreeMap<Place, Value>) -> Result<()> {
    for member in &mut group.members {
        match member {
            Node::Group(nested) => tell(nested, opened)?,
            Node::Leaf(leaf) => {
                let of_it = |(place, _): &(&Place, &Value)| place.0 == leaf.event_type;
                let places: Vec<(&Place, &Value)> = opened.iter().filter(of_it).collect();
                if places.is_empty() {
                    continue;
                }
                let said = |version: u32, schema: &RawValue| {
                    let open = |name: &str| {
                        let is_it = |place: &Place| place.1 == version && place.2 == name;
                        places.iter().find(|(place, _)| is_it(place)).map(|(_, open)| *open)
                    };
                    Ok(say(schema_of(leaf, schema)?, &open))
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
fn say<'a>(mut schema: Value, open: &dyn Fn(&str) -> Option<&'a Value>) -> Box<RawValue> {
    let definitions = schema.get_mut(DEFINITIONS).and_then(Value::as_object_mut);
    for (name, definition) in definitions.into_iter().flatten() {
        if let Value::Object(keys) = definition
            && let Some(open) = open(name)
        {
            keys.insert(Document::OPEN.to_owned(), open.clone());
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
        .help(format!(
            "where it reads only those without data, as serde does with `content` beside the tag, say that: \
             #[schemars(extend(\"{}\" = \"{}\"))]",
            Document::OPEN,
            Document::UNITS
        ))
        .help(format!("or take `{}` out of its schema", Document::OPEN))
}
