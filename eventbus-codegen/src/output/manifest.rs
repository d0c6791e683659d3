//! The manifests: which files are ours, as we wrote them, and what the emitted migrations cover.
//!
//! Each folder of the registry has one of its own, `_manifest/order.placed.json`, so that branches which add different
//! events do not change the same file. It is outside the folder: whoever deletes that is found out. `manifest.json` is
//! for the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Artifact;
use crate::canonical;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::format::{self, FORMAT};
use crate::registry::{MANIFESTS, entries, folder_of};
use crate::text;

/// What the manifest says in the place of a hash of a file that all events are in.
pub(crate) const SHARED: &str = "generated";

/// What all manifests say together. Only files named here are ever overwritten or deleted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// The SHA-256 of each file as it was written, by path; or [`SHARED`].
    pub(crate) files: BTreeMap<String, String>,
    /// The migrations emitted for each database, oldest first.
    ///
    /// They are named without their folder, so that moving it is no change to them.
    pub(crate) migrations: BTreeMap<String, Vec<Emitted>>,
    /// The paths of the manifests that it was read from.
    pub(crate) found: BTreeSet<String>,
}

/// `manifest.json`.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    format: u32,
    files: BTreeMap<String, String>,
    migrations: BTreeMap<String, Vec<Emitted>>,
}

/// The manifest of a folder; its files are named from there.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct OfFolder {
    format: u32,
    files: BTreeMap<String, String>,
}

/// A migration that was written once and is never written again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Emitted {
    /// The file's name.
    pub(crate) file: String,
    /// The SHA-256 of its text.
    pub(crate) sha256: String,
    /// The SHA-256 of the text of the file beside it that reverts it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) down: Option<String>,
    /// The version of the runtime's schema that it leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) schema: Option<u32>,
    /// The event types that it registers, or whose facts it changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) types: Vec<Registered>,
    /// What it makes beside the tables, by name: the SHA-256 of the text that makes it, or nothing where it is dropped.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) objects: BTreeMap<String, Option<String>>,
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

impl Emitted {
    /// The names of its files, each with the SHA-256 of its text.
    pub(crate) fn files(&self) -> impl Iterator<Item = (String, &str)> {
        let down = self.down.iter().map(|sha256| (down_of(&self.file), sha256.as_str()));
        std::iter::once((self.file.clone(), self.sha256.as_str())).chain(down)
    }
}

/// What follows the number and the description in the names of a migration that can be reverted.
pub(crate) const UP: &str = ".up.sql";
pub(crate) const DOWN: &str = ".down.sql";

/// The name of the file that reverts the one of this name.
pub(crate) fn down_of(up: &str) -> String {
    format!("{}{DOWN}", up.strip_suffix(UP).unwrap_or(up))
}

impl Manifest {
    /// The manifests of the registry at `schemas`, a path below `folder`.
    pub(crate) fn read(folder: &Path, schemas: &str) -> Result<Self> {
        let mut manifest = Self::default();
        let path = root(schemas);
        if let Some(whole) = parse::<Whole>(&folder.join(&path))? {
            // Outputs may be beside the configuration's folder.
            let files = whole.files.keys();
            refuse_outside(files, |part| *part == Component::ParentDir, &folder.join(&path))?;
            manifest.files = whole.files;
            manifest.migrations = whole.migrations;
            manifest.found.insert(path);
        }
        for (file, place) in entries(&folder.join(schemas).join(MANIFESTS))? {
            let Some(of) = file.strip_suffix(".json").filter(|of| !of.starts_with('.')) else {
                continue;
            };
            let Some(part) = parse::<OfFolder>(&place)? else { continue };
            refuse_outside(part.files.keys(), |_| false, &place)?;
            let named = part.files.into_iter();
            manifest
                .files
                .extend(named.map(|(file, hash)| (format!("{schemas}/{of}/{file}"), hash)));
            manifest.found.insert(format!("{schemas}/{MANIFESTS}/{file}"));
        }
        Ok(manifest)
    }

    /// The emitted migrations of a database.
    pub(crate) fn emitted(&self, database: &str) -> &[Emitted] {
        self.migrations.get(database).map_or(&[], Vec::as_slice)
    }

    /// The files that say this, for the registry at `schemas`.
    pub(crate) fn artifacts(&self, schemas: &str) -> Vec<Artifact> {
        let mut whole =
            Whole { format: FORMAT, migrations: self.migrations.clone(), ..Whole::default() };
        let mut folders: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (path, hash) in &self.files {
            let (files, name) = match folder_of(path, schemas) {
                Some(of) => (folders.entry(of).or_default(), &path[schemas.len() + of.len() + 2..]),
                None => (&mut whole.files, path.as_str()),
            };
            files.insert(name.to_owned(), hash.clone());
        }
        let parts = folders.into_iter().map(|(of, files)| {
            let text = text_of(&OfFolder { format: FORMAT, files });
            Artifact::generated(of_folder(of, schemas), text)
        });
        parts.chain([Artifact::generated(root(schemas), text_of(&whole))]).collect()
    }
}

/// The manifest of what is in no folder of the registry.
pub(crate) fn root(schemas: &str) -> String {
    format!("{schemas}/manifest.json")
}

fn of_folder(folder: &str, schemas: &str) -> String {
    format!("{schemas}/{MANIFESTS}/{folder}.json")
}

/// The manifest that names the file at `path`.
pub(crate) fn naming(path: &str, schemas: &str) -> String {
    folder_of(path, schemas).map_or_else(|| root(schemas), |folder| of_folder(folder, schemas))
}

/// Whether a file is a manifest: these are ours without being named.
pub(crate) fn is_manifest(path: &str, schemas: &str) -> bool {
    let of_folder = path.strip_prefix(&format!("{schemas}/{MANIFESTS}/"));
    path == root(schemas) || of_folder.is_some_and(|file| file.ends_with(".json"))
}

fn text_of(manifest: &impl Serialize) -> String {
    let value = serde_json::to_value(manifest).expect("a manifest holds only strings and numbers");
    canonical::text(&value)
}

/// Refuses names that lead elsewhere than a manifest's files can be: what is named may be deleted. `may_be` says which parts of
/// a path are right beside names.
fn refuse_outside<'a>(
    mut files: impl Iterator<Item = &'a String>,
    may_be: impl Fn(&Component<'_>) -> bool,
    manifest: &Path,
) -> Result<()> {
    let leads_out = |file: &&String| {
        let mut parts = Path::new(file.as_str()).components();
        !parts.all(|part| matches!(part, Component::Normal(_)) || may_be(&part))
    };
    let Some(file) = files.find(leads_out) else { return Ok(()) };
    let message =
        format!("the manifest of the generated files names `{file}`, which is none of its files");
    Err(Error::new(ErrorKind::Registry, message)
        .at(manifest, None)
        .help("restore it from version control"))
}

/// The manifest at `path`, if there is one.
fn parse<M: DeserializeOwned>(path: &Path) -> Result<Option<M>> {
    let Some(text) = text::read_if_any(path)? else { return Ok(None) };
    // Its number first: a newer one may hold what this release has no words for.
    format::refuse_newer(&text, path)?;
    serde_json::from_str(&text).map(Some).map_err(|error| unreadable(path, &text, error))
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
