//! A registry as it was committed at some time.

mod ask;
mod commit;
mod origin;

use std::collections::BTreeMap;
use std::path::Path;

use self::commit::Commit;
pub(crate) use self::commit::top_of;
use self::origin::{Origin, mode_at, origin};
use super::baseline::is_read;
use super::place::{meant, nearest};
use super::samples::sample_at;
use super::{Baseline, Stored};
use crate::config::Config;
use crate::diagnostic::{Error, ErrorKind, Result};

impl Baseline {
    /// The registry that `config` is about, as it is in the commit that `revision` names; where it was elsewhere then, as it is
    /// there. Nothing where the commit has none.
    pub(crate) fn at_revision(config: &Config, revision: &str) -> Result<Option<Self>> {
        let commit = Commit::open(config.folder(), revision)?;
        match origin(&commit, config)? {
            Some(Origin { place, mode }) => {
                Ok(of_config(&commit, &place, config)?.map(|found| found.of_mode(mode)))
            }
            None => Ok(None),
        }
    }

    /// The registry in the folder that `revision` and `path` name together, as git does from the top of the repository, for
    /// the one of `config`.
    pub(crate) fn at_place(config: &Config, revision: &str, path: &str) -> Result<Self> {
        let commit = Commit::open(config.folder(), revision)?;
        let path = path.trim_end_matches('/');
        let place = commit.resolve(path)?;
        let found = of_config(&commit, &place, config)?.ok_or_else(|| no_folder(&commit, path))?;
        Ok(found.of_mode(mode_at(&commit, &place)?))
    }

    /// The same, of a repository that `folder` is in, and of no configuration.
    pub(crate) fn at_path(folder: &Path, revision: &str, path: &str) -> Result<Self> {
        let commit = Commit::open(folder, revision)?;
        let path = path.trim_end_matches('/');
        let texts = texts(&commit, &commit.resolve(path)?, is_read)?;
        let found = parsed(&commit, texts, Path::new(path))?;
        found.ok_or_else(|| no_folder(&commit, path))
    }
}

/// The registry in a folder of a commit with its samples, as if it were that of `config`.
fn of_config(commit: &Commit, folder: &str, config: &Config) -> Result<Option<Baseline>> {
    let wanted = |path: &str| is_read(path) || sample_at(path).is_some();
    let texts = texts(commit, folder, wanted)?;
    let (files, others) = texts.into_iter().partition(|(path, _)| is_read(path));
    let Some(found) = parsed(commit, files, &config.folder().join(&config.schemas))? else {
        return Ok(None);
    };
    let elsewhere = (commit.path_of(&config.schemas) != folder).then(|| folder.to_owned());
    Ok(Some(found.with(samples(others, &config.schemas), elsewhere)))
}

/// The texts of files of a folder of a commit, by their paths in it.
fn texts(
    commit: &Commit,
    folder: &str,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<BTreeMap<String, String>> {
    let files = commit.files(folder)?;
    let wanted = files.iter().filter(|(path, _)| is_wanted(path));
    commit.texts(wanted.map(|(path, id)| (path.as_str(), *id)))
}

/// Samples, named as if their registry were at `schemas`.
fn samples(texts: BTreeMap<String, String>, schemas: &str) -> Vec<Stored> {
    let stored = texts.into_iter().filter_map(|(file, text)| {
        let (event_type, version) = sample_at(&file)?;
        let (event_type, path) = (event_type.to_owned(), format!("{schemas}/{file}"));
        Some(Stored { path, event_type, version, text })
    });
    stored.collect()
}

fn no_folder(commit: &Commit, path: &str) -> Error {
    let error = none_at(&commit.revision, path);
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
    let registries = commit.ending("/catalog.json").filter_map(|file| {
        let place = file.strip_suffix("/catalog.json")?;
        let (above, last) = place.rsplit_once('/').unwrap_or(("", place));
        (above == parent).then_some(last)
    });
    match nearest(name, &registries.collect()) {
        Some(near) => error.help(meant(path, &near)),
        None => error.help("name a folder of that commit that `codegen` wrote"),
    }
}

/// What is said where a commit has no registry.
pub(crate) fn none_at(revision: &str, path: &str) -> Error {
    Error::new(ErrorKind::Registry, format!("`{revision}` has no registry at `{path}`"))
}

/// The registry of these texts, as if it were at `place`; nothing where there is none.
fn parsed(
    commit: &Commit,
    texts: BTreeMap<String, String>,
    place: &Path,
) -> Result<Option<Baseline>> {
    if texts.is_empty() {
        return Ok(None);
    }
    let found = Baseline::parse(texts, place)?;
    Ok(Some(found.of_revision(&commit.revision)))
}
