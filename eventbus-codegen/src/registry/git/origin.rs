//! Where in a commit the registry was that a configuration is about.
//!
//! The commit's own configuration says so. Where it has none of that path, a registry that nobody else is compared with is the
//! one: a configuration that moved, or a new one beside what it took over, would be compared with nothing otherwise.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use eventbus_runtime::CompatMode;

use super::commit::Commit;
use crate::config::{Config, Former, formers};
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::registry::baseline::is_read;
use crate::registry::place::is_registry;
use crate::shell::quoted;

/// A registry of a commit.
pub(super) struct Origin {
    /// Its folder, from the top of the repository.
    pub(super) place: String,
    /// The mode of its configuration, where there is one.
    pub(super) mode: Option<CompatMode>,
}

/// The registry in `commit` that `config` is about; nothing where the commit has none that could be it.
pub(super) fn origin(commit: &Commit, config: &Config) -> Result<Option<Origin>> {
    let name = config.file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let text = commit.text(&commit.path_of(&name))?;
    let own =
        text.map(|text| config.former(&text)).transpose().map_err(|error| of(error, commit))?;
    let own = own.flatten();
    let mode = own.as_ref().map(|own| own.compat);
    // Where it was by the commit, and where it would have been by the files on disk.
    let named = own.iter().map(|own| own.schemas.as_str()).chain([config.schemas.as_str()]);
    for schemas in named {
        let place = commit.resolve(&commit.path_of(schemas))?;
        if commit.is_folder(&place) && is_of_a_registry(commit, &place)? {
            // A file of another name may have been its configuration.
            let mode = if mode.is_some() { mode } else { mode_at(commit, &place)? };
            return Ok(Some(Origin { place, mode }));
        }
    }
    left(commit, config, own.is_some())
}

/// The registry that nobody on disk is compared with. `is_known` says that the commit has the configuration, so that a
/// registry which none is for is another's as long as it is in its place.
fn left(commit: &Commit, config: &Config, is_known: bool) -> Result<Option<Origin>> {
    let registries = registries(commit);
    if registries.is_empty() {
        return Ok(None);
    }
    let named = named(commit)?;
    let (mut ours, mut left, mut unnamed) = (Vec::new(), Vec::new(), Vec::new());
    for place in &registries {
        let of: Vec<&Named> = named.iter().filter(|one| one.place == *place).collect();
        let is_ours = of.iter().any(|one| config.is_about(&one.former));
        let is_elses = of.iter().any(|one| is_on_disk(commit, &one.file));
        let is_there = is_registry(&commit.top.join(place));
        if is_ours {
            ours.push(place.as_str());
        } else if !(is_elses || of.is_empty() && is_there) {
            left.push(place.as_str());
        } else if of.is_empty() && !is_known {
            unnamed.push(place.as_str());
        }
    }
    // What was for other events may have been left in the same change.
    let left = if ours.is_empty() { left } else { ours };
    match (left.as_slice(), unnamed.as_slice()) {
        ([], []) => Ok(None),
        ([only], _) => {
            let mut of = named.iter().filter(|one| one.place == *only);
            let mode = of.next().map(|one| one.former.compat);
            Ok(Some(Origin { place: (*only).to_owned(), mode }))
        }
        ([], places) | (places, _) => Err(unclear(commit, config, places)),
    }
}

/// The mode of the configuration in the commit whose registry is in this folder.
pub(super) fn mode_at(commit: &Commit, place: &str) -> Result<Option<CompatMode>> {
    let named = named(commit)?;
    Ok(named.iter().find(|one| one.place == place).map(|one| one.former.compat))
}

/// A configuration of a commit.
struct Named {
    file: String,
    /// The folder of the registry, through all links.
    place: String,
    former: Former,
}

/// The folders of the commit that `codegen` wrote.
fn registries(commit: &Commit) -> BTreeSet<String> {
    let folders = commit.ending("catalog.json").filter_map(|file| {
        let place = file.strip_suffix("catalog.json")?;
        place.is_empty().then_some("").or_else(|| place.strip_suffix('/'))
    });
    folders.filter(|place| is_written(commit, place)).map(str::to_owned).collect()
}

/// Whether a folder has a manifest, as those that `codegen` wrote.
fn is_written(commit: &Commit, place: &str) -> bool {
    let below =
        |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}/{name}") };
    commit.is_file(&below("manifest.json")) || commit.is_folder(&below("_manifest"))
}

/// Every configuration of the commit, whatever it is called.
fn named(commit: &Commit) -> Result<Vec<Named>> {
    let files = commit.ending(".toml").filter(|file| commit.is_file(file));
    let mut named = Vec::new();
    for (file, text) in commit.texts(commit.with_ids(files))? {
        for former in formers(&text, Path::new(&file)) {
            // What leads out of the commit names no registry of it.
            if let Ok(place) = commit.resolve(&beside(&file, &former.schemas)) {
                named.push(Named { file: file.clone(), place, former });
            }
        }
    }
    Ok(named)
}

/// Whether the configuration is on disk too, and its registry with it: it is for whoever checks that one.
fn is_on_disk(commit: &Commit, file: &str) -> bool {
    let path = commit.top.join(file);
    let Ok(text) = fs::read_to_string(&path) else { return false };
    let folder = path.parent().unwrap_or(&commit.top);
    formers(&text, &path).iter().any(|former| is_registry(&folder.join(&former.schemas)))
}

/// The path of what `file` calls so.
fn beside(file: &str, path: &str) -> String {
    match file.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{path}"),
        None => path.to_owned(),
    }
}

fn is_of_a_registry(commit: &Commit, place: &str) -> Result<bool> {
    Ok(commit.files(place)?.keys().any(|file| is_read(file)))
}

fn of(error: Error, commit: &Commit) -> Error {
    let message =
        format!("the configuration in `{}` does not say where its registry is", commit.revision);
    Error::new(ErrorKind::Config, message).because(error).help(
        "name the registry's folder, from the top of the repository: --against <revision>:<folder>",
    )
}

fn unclear(commit: &Commit, config: &Config, places: &[&str]) -> Error {
    let Commit { revision, .. } = commit;
    let (first, shown) = (places.first().copied().unwrap_or_default(), config.file.display());
    let message = match places {
        [place] => format!(
            "`{revision}` has a registry at `{place}`, and no configuration says whose it is"
        ),
        _ => format!(
            "`{revision}` has several registries, and no configuration says which one is meant: {}",
            listed(places.iter().copied())
        ),
    };
    Error::new(ErrorKind::Registry, message)
        .at(&config.file, None)
        .help(format!(
            "if the registry was there, name it: --against {}",
            quoted(&format!("{revision}:{first}"))
        ))
        .help(format!(
            "if it is another's, let `{shown}` be merged in a change of its own, before its registry"
        ))
}
