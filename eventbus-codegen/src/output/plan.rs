//! Holds what should be on disk against what is, without touching it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::manifest::is_manifest;
use super::write::is_temporary;
use super::{Artifact, Content, MARK, Manifest, SHARED};
use crate::canonical::sha256;
use crate::diagnostic::{Error, Result};
use crate::registry::is_version;
use crate::text;

/// What is to be done, file by file, in the order of their paths.
#[derive(Debug)]
pub(crate) struct Plan {
    /// One entry per file that is ours or should be.
    pub(crate) entries: Vec<Entry>,
}

/// One file of a [`Plan`].
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Relative to the configuration's folder.
    pub(crate) path: String,
    /// How it stands.
    pub(crate) state: State,
    /// What the file holds.
    pub(crate) before: Option<String>,
    /// What it should hold.
    pub(crate) after: Option<String>,
}

/// How a file on disk stands to what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// As it should be.
    Unchanged,
    /// To be created.
    Missing,
    /// Ours, to be written again.
    Different,
    /// Ours, as we wrote it, and no longer generated: to be removed.
    LeftOver,
    /// Ours once, no longer generated, edited since: let go, not removed.
    Released,
    /// Written once for good, and edited by hand.
    Edited,
    /// Written once for good, and gone.
    Gone,
    /// In the way, and not ours.
    Foreign,
    /// Written once for good, and other than it was only in the ends of its lines.
    Recoded,
    /// To be written, but only by way of a symbolic link, which leads to what is not ours.
    Linked,
}

impl State {
    /// Whether only the user can put this right.
    pub(crate) const fn blocks(self) -> bool {
        matches!(self, Self::Edited | Self::Gone | Self::Foreign | Self::Recoded | Self::Linked)
    }
}

impl Plan {
    /// The entries that are not as they should be.
    pub(crate) fn drift(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| entry.state != State::Unchanged)
    }
}

/// Compares `artifacts` and the manifest that names what was ours before with the files below `folder`.
///
/// The new manifests of the registry at `schemas` are artifacts themselves, and ours without being named.
pub(crate) fn plan(
    artifacts: &[Artifact],
    manifest: &Manifest,
    schemas: &str,
    folder: &Path,
) -> Result<Plan> {
    let mut entries = Vec::new();
    for artifact in artifacts {
        let before = read(folder, &artifact.path)?;
        let recorded = manifest.files.get(&artifact.path);
        let owned = recorded.is_some() || is_manifest(&artifact.path, schemas);
        entries.push(match &artifact.content {
            Content::Generated(text) => {
                let written = recorded.filter(|_| is_version(&artifact.path, schemas));
                generated(&artifact.path, before, text, owned, written)
            }
            Content::Kept(hash) => kept(&artifact.path, before, recorded.unwrap_or(hash)),
        });
    }
    let wanted: BTreeSet<&str> = artifacts.iter().map(|artifact| artifact.path.as_str()).collect();
    for (path, hash) in &manifest.files {
        if !wanted.contains(path.as_str())
            && let Some(before) = read(folder, path)?
        {
            let is_untouched = match hash.as_str() {
                SHARED => before.lines().next().is_some_and(|line| line.contains(MARK)),
                hash => sha256(&before) == hash,
            };
            let state = if is_untouched { State::LeftOver } else { State::Released };
            entries.push(Entry { path: path.clone(), state, before: Some(before), after: None });
        }
    }
    for path in manifest.found.iter().filter(|path| !wanted.contains(path.as_str())) {
        let before = read(folder, path)?;
        entries.push(Entry { path: path.clone(), state: State::LeftOver, before, after: None });
    }
    let mut temporaries = temporaries(&entries, schemas, folder);
    temporaries.retain(|entry| !is_linked(entry, schemas, folder));
    entries.extend(temporaries);
    for entry in &mut entries {
        entry.state = match entry.state {
            State::Missing | State::Different if is_linked(entry, schemas, folder) => State::Linked,
            State::LeftOver if is_linked(entry, schemas, folder) => State::Released,
            state => state,
        };
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(Plan { entries })
}

/// What a killed run left beside its targets. It holds nothing that is not generated again.
fn temporaries(entries: &[Entry], registry: &str, folder: &Path) -> Vec<Entry> {
    let parent = |entry: &Entry| entry.path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let mut parents: BTreeSet<Option<String>> = entries.iter().map(parent).collect();
    // A type that is not even in the code any more may have left a folder with nothing else in it.
    let types = fs::read_dir(folder.join(registry)).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
    let registry = if registry.is_empty() { String::new() } else { format!("{registry}/") };
    parents.extend(types.map(|entry| Some(format!("{registry}{}", name(entry)))));
    let mut found = Vec::new();
    for parent in parents {
        let listing = fs::read_dir(folder.join(parent.as_deref().unwrap_or(".")));
        // A folder that is not there yet, or that cannot be listed, is found out when it is written.
        for entry in listing.into_iter().flatten().flatten() {
            let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
            let name = name(entry);
            if is_file && is_temporary(&name) {
                let path = parent.as_ref().map_or_else(|| name.clone(), |p| format!("{p}/{name}"));
                let before = Some(String::new());
                found.push(Entry { path, state: State::LeftOver, before, after: None });
            }
        }
    }
    found
}

/// Whether a file is one by way of a symbolic link: itself, or a folder between it and the registry. Where the user put the
/// registry, or another target, is the user's matter, and may be a link.
fn is_linked(entry: &Entry, registry: &str, folder: &Path) -> bool {
    let path = Path::new(&entry.path);
    let below = |path: &&Path| path.starts_with(registry) && *path != Path::new(registry);
    let folders = path.ancestors().skip(1).take_while(below);
    std::iter::once(path)
        .chain(folders)
        .any(|path| fs::symlink_metadata(folder.join(path)).is_ok_and(|facts| facts.is_symlink()))
}

/// `written` is the hash of a version as it was last written: where its file is gone, the code must be held against that, so
/// nothing else takes its place.
fn generated(
    path: &str,
    before: Option<String>,
    text: &str,
    owned: bool,
    written: Option<&String>,
) -> Entry {
    let state = match &before {
        None if written.is_some_and(|hash| *hash != sha256(text)) => State::Gone,
        None => State::Missing,
        Some(before) if before == text => State::Unchanged,
        Some(_) if owned => State::Different,
        Some(_) => State::Foreign,
    };
    let after = (state != State::Gone).then(|| text.to_owned());
    Entry { path: path.to_owned(), state, before, after }
}

fn kept(path: &str, before: Option<String>, hash: &str) -> Entry {
    let state = match &before {
        None => State::Gone,
        Some(before) if sha256(before) == hash => State::Unchanged,
        Some(before) if sha256(&text::unix(before.clone())) == hash => State::Recoded,
        Some(_) => State::Edited,
    };
    Entry { path: path.to_owned(), state, before, after: None }
}

/// The file's text; what is no UTF-8 was not written by us, and its replacement characters make it differ.
///
/// A checkout may end the lines with `\r\n` as it likes, but not those of migrations: who applies one remembers its bytes.
fn read(folder: &Path, path: &str) -> Result<Option<String>> {
    let place = folder.join(path);
    match fs::read(&place) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(Some(if path.ends_with(".sql") { text } else { text::unix(text) }))
        }
        Err(error) if text::is_absent(&error) => Ok(None),
        Err(error) => Err(Error::file("read", &place, error)
            .help("a generated file must be a regular file that you may read")),
    }
}
