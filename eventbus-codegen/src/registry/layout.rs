//! Which file of the registry's folder is what.

use std::fs;
use std::path::{Path, PathBuf};

use super::samples::is_own_sample;
use crate::diagnostic::{Error, Result};

/// What a type's folder says of it beyond its versions.
pub(super) const FACTS: &str = "event.json";

/// The tree of types.
pub(super) const CATALOG: &str = "catalog.json";

/// Whether `path` is a file of one event type in the registry at `folder`: these outlive the code.
pub(crate) fn is_history(path: &str, folder: &str) -> bool {
    let below = path.strip_prefix(folder).and_then(|path| path.strip_prefix('/'));
    below
        .and_then(|path| path.split_once('/'))
        .is_some_and(|(_, file)| file == FACTS || version_of(file).is_some() || is_own_sample(file))
}

/// The number in `v12.json`.
pub(super) fn version_of(file: &str) -> Option<u32> {
    number(file.strip_prefix('v')?.strip_suffix(".json")?)
}

/// A version as the toolchain writes it. `v01.json` and `v+1.json` would be second files of version 1.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|version: &u32| *version > 0 && version.to_string() == text)
}

/// What is in a folder, by name; nothing where there is none.
pub(super) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let failed =
        |error| Error::file("list", folder, error).help("it must be a folder that you may read");
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut entries = Vec::new();
    for entry in listing {
        let entry = entry.map_err(failed)?;
        entries.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
    }
    entries.sort();
    Ok(entries)
}
