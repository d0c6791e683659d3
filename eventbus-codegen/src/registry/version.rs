//! One version of an event type.
//!
//! A version is its text. Parsed, a schema takes ten times the room, and in most runs most versions are what they were:
//! equal texts are equal contracts, and whoever has to look into one drops what was parsed when the question is answered.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::canonical::sha256;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::text::merge_mark;

/// One version of an event type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    /// Where its file is, for what is to be said of it.
    file: PathBuf,
    /// What its file holds.
    pub(crate) text: String,
    /// The SHA-256 of the text.
    pub(crate) sha256: String,
}

/// The two contracts of a version.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Schemas {
    /// What this version's code accepts.
    pub(crate) reader: Value,
    /// What it writes.
    pub(crate) writer: Value,
}

/// The key under which a version's file holds the writer contract.
pub(super) const WRITER: &str = "x-eventbus-writer";

impl Version {
    pub(super) fn new(file: PathBuf, text: String) -> Self {
        let sha256 = sha256(&text);
        Self { file, text, sha256 }
    }

    /// Parses it. The writer is the reader where the file holds no other.
    pub(crate) fn schemas(&self) -> Result<Schemas> {
        let mut reader = parse(&self.text, &self.file)?;
        let writer = reader.as_object_mut().and_then(|keys| keys.remove(WRITER));
        let writer = writer.unwrap_or_else(|| reader.clone());
        Ok(Schemas { reader, writer })
    }
}

/// The JSON in a file of the registry.
pub(super) fn parse(text: &str, path: &Path) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        let line = Some(error.line());
        Error::new(ErrorKind::Registry, format!("`{}` is not JSON", path.display()))
            .at(path, line)
            .because(error)
            .help("restore it from version control")
    })
}

/// Refuses what a merge has left open.
pub(super) fn refuse_marks(text: &str, path: &Path) -> Result<()> {
    let Some(line) = merge_mark(text) else { return Ok(()) };
    let message = format!("`{}` has the marks of an unresolved merge", path.display());
    Err(Error::new(ErrorKind::Registry, message)
        .at(path, Some(line + 1))
        .help("keep one side of the merge, then run `cargo eventbus codegen`"))
}
