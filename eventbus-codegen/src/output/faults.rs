//! Where the registry is not what a run left behind, whatever the code would have it be now.

use std::collections::BTreeMap;

use super::manifest::is_manifest;
use super::{Entry, Manifest, Plan, SHARED, State, naming};
use crate::canonical::sha256;
use crate::registry::{beside, folder_of};

/// A file that is not as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// Relative to the configuration's folder.
    pub(crate) path: String,
    /// What is wrong with it.
    pub(crate) wrong: Wrong,
}

/// What is wrong with a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It stands so: it was written once for good, is missing, or something is in its place.
    Stands(State),
    /// It holds neither what was written nor what would be.
    Edited,
    /// It holds what would be written, and this manifest says otherwise.
    Belied(String),
    /// It is a manifest that is gone, and these files are there.
    Lost(Vec<String>),
    /// It is a manifest, and does not name these files that are there.
    Silent(Vec<String>),
}

/// The faults of the registry at `schemas`, and of everything that was written once for good, in the order of their paths.
///
/// What `plan` would only bring up to date is none: the code is newer than the registry while somebody works on it.
pub(crate) fn faults(plan: &Plan, manifest: &Manifest, schemas: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut unnamed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in &plan.entries {
        let is_in_it = entry.path.strip_prefix(schemas).is_some_and(|path| path.starts_with('/'));
        let wrong = if entry.state.blocks() {
            Some(Wrong::Stands(entry.state))
        } else if !is_in_it || is_manifest(&entry.path, schemas) {
            None
        } else if let Some(hash) = manifest.files.get(&entry.path) {
            wrong(entry, hash, schemas)
        } else {
            let naming = naming(&entry.path, schemas);
            // A registry that was moved has names of its old place in the manifest of what is in no folder of it.
            let is_told =
                folder_of(&entry.path, schemas).is_some() || !manifest.found.contains(&naming);
            if entry.state == State::Unchanged && is_told {
                unnamed.entry(naming).or_default().push(entry.path.clone());
            }
            None
        };
        faults.extend(wrong.map(|wrong| Fault { path: entry.path.clone(), wrong }));
    }
    faults.extend(unnamed.into_iter().map(|(path, files)| {
        let is_found = manifest.found.contains(&path);
        Fault { path, wrong: if is_found { Wrong::Silent(files) } else { Wrong::Lost(files) } }
    }));
    faults.sort_by(|a, b| a.path.cmp(&b.path));
    faults
}

/// What is wrong with a file of which the manifest says this.
fn wrong(entry: &Entry, hash: &str, schemas: &str) -> Option<Wrong> {
    let Some(before) = &entry.before else {
        // The current version's sample may be deleted to have another one.
        return (beside(&entry.path).is_none()).then_some(Wrong::Stands(State::Missing));
    };
    if hash == SHARED || sha256(before) == hash {
        return None;
    }
    Some(match entry.state {
        State::Unchanged => Wrong::Belied(naming(&entry.path, schemas)),
        _ => Wrong::Edited,
    })
}
