//! `manifest.json`: which files are ours, as we wrote them, and what the emitted migrations cover.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::format::{self, FORMAT};
use crate::text;

/// What the manifest says in the place of a hash of a file that all events are in.
pub(crate) const SHARED: &str = "generated";

/// The ownership manifest. Only files named here are ever overwritten or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    format: u32,
    /// The SHA-256 of each file as it was written, by path; or [`SHARED`].
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
        Self { format: FORMAT, files: BTreeMap::new(), migrations: BTreeMap::new() }
    }
}

impl Manifest {
    /// The manifest at `path`, if there is one.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>> {
        let Some(text) = text::read_if_any(path)? else { return Ok(None) };
        // Its number first: a newer one may hold what this release has no words for.
        format::refuse_newer(&text, path)?;
        serde_json::from_str(&text).map(Some).map_err(|error| unreadable(path, &text, error))
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

fn unreadable(path: &Path, text: &str, error: serde_json::Error) -> Error {
    let line = error.line();
    let error =
        Error::new(ErrorKind::Registry, "the manifest of the generated files cannot be read")
            .at(path, Some(line))
            .because(error);
    if text::merge_mark(text).is_some() {
        return error.help(
            "take one side of every generated file that the merge left open, and generate them again: \
             git checkout --ours -- <files>, then cargo eventbus codegen",
        );
    }
    error.help("restore it from version control")
}
