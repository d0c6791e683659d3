//! Whether the code writes what its schemas say. A hand-written `Serialize` beside a derived `JsonSchema`, `serialize_with`
//! or `schemars(with)` part the two, and the registry would promise what nobody keeps.
//!
//! The code itself is asked: it reads payloads that the writer contract describes, with the values at the edge of what each
//! place may hold, and what it writes of them must be described, too. A payload that it does not read tells nothing; a type
//! may accept less than its schema says. Nor does one that was made for a schema and is not of it, because no document might
//! be.

mod aliases;
mod matter;

use std::path::Path;

use serde_json::Value;

use self::aliases::deaf;
use self::matter::{Judged, matter};
use super::program::{Rewritten, Sample};
use crate::compat::{Contract, describes};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::parallel;
use crate::pointer::unescaped;
use crate::registry::{Catalog, Leaf, Variety, leaves, schema_of, variety};

/// Has the code read and write each sample.
type Rewrite<'a> = dyn Fn(&[Sample<'_>]) -> Result<Vec<Rewritten>> + 'a;

/// A type with the payloads that are made for it.
struct Asked<'a> {
    leaf: &'a Leaf,
    payloads: Vec<String>,
    /// How many more there would be.
    untried: usize,
}

/// How many types are asked about at once: the payloads of thousands would take more room than everything else.
const AT_ONCE: usize = 256;

/// What is written and not described, or not read.
struct Lie<'a> {
    leaf: &'a Leaf,
    /// The version whose payload it is about.
    version: u32,
    /// Where in the payload.
    pointer: String,
    /// What is the matter.
    text: String,
}

/// Refuses code that writes what its schemas do not describe, or what it does not read itself. Returns what is to be said of
/// types of which not everything was tried.
pub(crate) fn refuse_untrue(catalog: &Catalog, rewrite: &Rewrite<'_>) -> Result<Vec<String>> {
    let (mut lies, mut untried) = (deaf(catalog, rewrite)?, Vec::new());
    for leaves in leaves(catalog).chunks(AT_ONCE) {
        let asked: Result<Vec<Asked<'_>>> =
            parallel::each(leaves, |leaf| asked(leaf)).into_iter().collect();
        let asked = asked?;
        let samples: Vec<Sample<'_>> = asked.iter().flat_map(Asked::samples).collect();
        if samples.is_empty() {
            continue;
        }
        let mut answers = rewrite(&samples)?.into_iter();
        let answered: Vec<(Asked<'_>, Vec<Rewritten>)> = asked
            .into_iter()
            .map(|asked| {
                let own = answers.by_ref().take(asked.payloads.len()).collect();
                (asked, own)
            })
            .collect();
        for found in parallel::each(&answered, |(asked, answers)| lie(asked, answers)) {
            lies.extend(found?);
        }
        untried.extend(answered.iter().filter_map(|(asked, answers)| asked.untried(answers)));
    }
    if lies.is_empty() { Ok(untried) } else { Err(refused(&lies)) }
}

fn asked(leaf: &Leaf) -> Result<Asked<'_>> {
    let Variety { payloads, untried } = variety(&schema_of(leaf, &leaf.writer)?);
    Ok(Asked { leaf, payloads: payloads.iter().map(Value::to_string).collect(), untried })
}

impl Asked<'_> {
    fn samples(&self) -> impl Iterator<Item = Sample<'_>> {
        let Leaf { event_type, version, .. } = self.leaf;
        self.payloads.iter().map(|data| Sample { event_type, version: *version, data })
    }

    /// What is to be said where not everything was tried.
    fn untried(&self, answers: &[Rewritten]) -> Option<String> {
        let skipped = answers.iter().filter(|answer| matches!(answer, Rewritten::Untried)).count();
        let Leaf { event_type, .. } = self.leaf;
        let (tried, left) = (answers.len() - skipped, skipped + self.untried);
        let why = match skipped {
            0 => "its payload has more places than are tried",
            _ => "the code ended the process with several",
        };
        (left > 0).then(|| {
            format!(
                "whether `{event_type}` writes what its schema says was tried with {tried} payloads, and some {left} more were \
                 left out: {why}"
            )
        })
    }
}

/// The first of a type's payloads with which it is found out.
fn lie<'a>(asked: &Asked<'a>, answers: &[Rewritten]) -> Result<Option<Lie<'a>>> {
    let leaf = asked.leaf;
    let mut suspects: Vec<Judged<'_>> = asked
        .payloads
        .iter()
        .zip(answers)
        .filter_map(|(data, answer)| Judged::new(data, answer))
        .collect();
    // What is written as it was read is as true as that.
    if suspects.is_empty() {
        return Ok(None);
    }
    let writer = schema_of(leaf, &leaf.writer)?;
    let described = |values: &[Value]| describes(&writer, Contract::Writer, values);
    let payloads: Vec<Value> = suspects.iter().map(|judged| judged.payload.clone()).collect();
    let are = described(&payloads);
    for (judged, is_described) in suspects.iter_mut().zip(are) {
        judged.is_described = is_described;
    }
    Ok(matter(&described, &suspects).map(|(pointer, text)| Lie {
        leaf,
        version: leaf.version,
        pointer,
        text,
    }))
}

/// What is the matter with what the code makes of a stored payload, which need not be one that the schema describes.
pub(crate) fn untrue(leaf: &Leaf, data: &str, answer: &Rewritten) -> Result<Option<String>> {
    let writer = schema_of(leaf, &leaf.writer)?;
    let described = |values: &[Value]| describes(&writer, Contract::Writer, values);
    let found = match answer {
        // What is read and not written may be a variant that only newer code writes.
        Rewritten::Unwritten(_) => None,
        answer => Judged::any(data, answer).and_then(|judged| matter(&described, &[judged])),
    };
    Ok(found.map(|(pointer, text)| match pointer.as_str() {
        "" => text,
        pointer => format!("at {pointer}, {text}"),
    }))
}

fn refused(lies: &[Lie<'_>]) -> Error {
    let at = |lie: &Lie<'_>| {
        let pointer =
            if lie.pointer.is_empty() { String::new() } else { format!(" at {}", lie.pointer) };
        format!("`{}` version {}{pointer}", lie.leaf.event_type, lie.version)
    };
    let first = lies.first().expect("it is asked for where there are some");
    let message = format!("{} is not what its schema says", at(first));
    let others = lies.iter().skip(1).map(|lie| format!("\n{}: {}", at(lie), lie.text));
    let error = Error::new(ErrorKind::Discovery, message)
        .because(format!("{}{}", first.text, others.collect::<String>()))
        .help(
            "describe what is written, on the field: #[schemars(with = \"String\")] names a type that is written like it, \
             #[schemars(schema_with = \"..\")] a function that returns the schema",
        )
        .help(
            "or take out what is written by hand, a `serialize_with` or a `Serialize` or `JsonSchema` of your own: \
             #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)] say the same",
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
