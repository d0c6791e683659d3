//! `manifest.json`: which files are ours, as we wrote them, and what the emitted migrations cover.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::diagnostic::{Error, ErrorKind, Result};

/// The ownership manifest. Only files named here are ever overwritten or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    format: u32,
    /// The SHA-256 of each file as it was written, by path.
    pub(crate) files: BTreeMap<String, String>,
    /// The migrations emitted for each database, oldest first.
    ///
    /// They are named without their folder, so that moving it is no change to them.
    pub(crate) migrations: BTreeMap<String, Vec<Emitted>>,
}

/// A migration that was written once and is never written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Emitted {
    /// The file's name.
    pub(crate) file: String,
    /// The SHA-256 of its text.
    pub(crate) sha256: String,
    /// The version of the runtime's schema that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<u32>,
    /// The event types that it registers, or whose facts it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) types: Vec<Registered>,
}

/// A version of an event type, and the facts that its row holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Registered {
    /// The type's name.
    #[serde(rename = "type")]
    pub(crate) event_type: String,
    /// The version, from 1.
    pub(crate) version: u32,
    /// The name on the wire of the field that holds the aggregate's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) aggregate_id: Option<String>,
    /// The variant's doc comment.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) docs: String,
}

impl Default for Manifest {
    fn default() -> Self {
        Self { format: Self::FORMAT, files: BTreeMap::new(), migrations: BTreeMap::new() }
    }
}

impl Manifest {
    const FORMAT: u32 = 1;

    /// The manifest at `path`, if there is one.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if super::plan::is_absent(&error) => return Ok(None),
            Err(error) => return Err(Error::file("read", path, error)),
        };
        let manifest: Self =
            serde_json::from_str(&text).map_err(|error| unreadable(path, error))?;
        if manifest.format == Self::FORMAT {
            return Ok(Some(manifest));
        }
        let message = format!("the manifest has format {}, not {}", manifest.format, Self::FORMAT);
        Err(Error::new(ErrorKind::Registry, message)
            .at(path, None)
            .help("it was written by another release of cargo-eventbus: install that one"))
    }

    /// The emitted migrations of a database.
    pub(crate) fn emitted(&self, database: &str) -> &[Emitted] {
        self.migrations.get(database).map_or(&[], Vec::as_slice)
    }

    /// Its canonical text.
    pub(crate) fn text(&self) -> String {
        let value = serde_json::to_value(self).expect("a manifest holds only strings and numbers");
        canonical::text(&value)
    }
}

fn unreadable(path: &Path, error: serde_json::Error) -> Error {
    let line = error.line();
    Error::new(ErrorKind::Registry, "the manifest of the generated files cannot be read")
        .at(path, Some(line))
        .because(error)
        .help("after a merge, keep the lines of both sides; otherwise restore it from version control")
}
