//! The versions that are already in the registry and that the code no longer writes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Version;
use super::samples::is_own_sample;
use crate::diagnostic::{Error, ErrorKind, Result};

/// The text of every `v<N>.json` in the registry, by type and version.
#[derive(Debug, Default)]
pub(crate) struct Frozen(BTreeMap<String, BTreeMap<u32, String>>);

impl Frozen {
    /// Reads the registry in `folder`; an absent folder is an empty registry.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let mut frozen = Self::default();
        for (name, path) in entries(folder)? {
            if !path.is_dir() {
                continue;
            }
            for (file, path) in entries(&path)? {
                if let Some(version) = version_of(&file) {
                    let text = fs::read_to_string(&path)
                        .map_err(|error| Error::file("read", &path, error))?;
                    frozen.insert(&name, version, text);
                }
            }
        }
        Ok(frozen)
    }

    pub(crate) fn insert(&mut self, event_type: &str, version: u32, text: String) {
        self.0.entry(event_type.to_owned()).or_default().insert(version, text);
    }

    /// The versions of `event_type` that come before `current`.
    pub(super) fn before(&self, event_type: &str, current: u32) -> Result<BTreeMap<u32, Version>> {
        let Some(versions) = self.0.get(event_type) else { return Ok(BTreeMap::new()) };
        if let Some((newest, _)) = versions.range(current + 1..).next_back() {
            return Err(decreased(event_type, current, *newest));
        }
        versions
            .range(..current)
            .map(|(version, text)| Ok((*version, parse(event_type, *version, text)?)))
            .collect()
    }
}

/// Whether `path` is a file of one event type in the registry at `folder`: these outlive the code.
pub(crate) fn is_history(path: &str, folder: &str) -> bool {
    let below = path.strip_prefix(folder).and_then(|path| path.strip_prefix('/'));
    below.and_then(|path| path.split_once('/')).is_some_and(|(_, file)| {
        file == "event.json" || version_of(file).is_some() || is_own_sample(file)
    })
}

/// The number in `v12.json`.
pub(super) fn version_of(file: &str) -> Option<u32> {
    number(file.strip_prefix('v')?.strip_suffix(".json")?)
}

/// A version as the toolchain writes it. `v01.json` and `v+1.json` would be second files of version 1.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|version: &u32| *version > 0 && version.to_string() == text)
}

pub(super) fn entries(folder: &Path) -> Result<Vec<(String, std::path::PathBuf)>> {
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Error::file("list", folder, error)),
    };
    listing
        .map(|entry| {
            let entry = entry.map_err(|error| Error::file("list", folder, error))?;
            Ok((entry.file_name().to_string_lossy().into_owned(), entry.path()))
        })
        .collect()
}

fn parse(event_type: &str, version: u32, text: &str) -> Result<Version> {
    let schema: Value = serde_json::from_str(text).map_err(|error| {
        let message = format!("version {version} of `{event_type}` in the registry is not JSON");
        Error::new(ErrorKind::Registry, message).because(error).help(format!(
            "frozen versions are never written again: restore `{event_type}/v{version}.json` \
             from version control"
        ))
    })?;
    Ok(Version { text: text.to_owned(), schema })
}

fn decreased(event_type: &str, current: u32, newest: u32) -> Error {
    let message = format!(
        "`{event_type}` is at version {current} in the code, but the registry has {newest}"
    );
    Error::new(ErrorKind::Registry, message)
        .help(format!("set `#[event(version = {newest})]` or a higher one"))
        .help(format!(
            "if version {newest} was never released, take its files out of the registry and the \
             migrations by restoring both from version control"
        ))
}
