//! Which file of the registry's folder is what.

use std::fs;
use std::path::{Path, PathBuf};

use super::samples::is_own_sample;
use crate::diagnostic::{Error, Result};

/// What a type's folder says of it beyond its versions.
pub(super) const FACTS: &str = "event.json";

/// What the folder of a family says of its enum.
pub(super) const GROUP: &str = "group.json";

/// The root of the events.
pub(super) const CATALOG: &str = "catalog.json";

/// The folder of the manifests: one for each other folder, and named as it is. No segment of a type's name begins so.
pub(crate) const MANIFESTS: &str = "_manifest";

/// Whether `path` is a file of one event type in the registry at `schemas`: these outlive the code.
pub(crate) fn is_history(path: &str, schemas: &str) -> bool {
    below(path, schemas).is_some_and(|(_, file)| file != GROUP && is_ours(file))
}

/// Whether `path` is a version of an event type in the registry at `schemas`.
pub(crate) fn is_version(path: &str, schemas: &str) -> bool {
    below(path, schemas).is_some_and(|(_, file)| version_of(file).is_some())
}

/// The folder of the registry at `schemas` that `path` is one of the toolchain's files of.
pub(crate) fn folder_of<'a>(path: &'a str, schemas: &str) -> Option<&'a str> {
    below(path, schemas).filter(|(_, file)| is_ours(file)).map(|(folder, _)| folder)
}

/// The folder in the registry that a path leads into, and what follows.
fn below<'a>(path: &'a str, schemas: &str) -> Option<(&'a str, &'a str)> {
    let (folder, file) = path.strip_prefix(schemas)?.strip_prefix('/')?.split_once('/')?;
    (folder != MANIFESTS).then_some((folder, file))
}

fn is_ours(file: &str) -> bool {
    file == FACTS
        || file == GROUP
        || version_of(file).is_some()
        || is_shape(file)
        || is_own_sample(file)
}

/// The number in `v12.json`.
pub(super) fn version_of(file: &str) -> Option<u32> {
    number(file.strip_prefix('v')?.strip_suffix(".json")?)
}

/// How many digits of its SHA-256 name a former shape.
const DIGITS: usize = 12;

/// The file of a former shape of a version: `v1-8092bcac8e71.json`. Named by what is in it, it is never written again, and two
/// branches that leave one behind do not meet.
pub(crate) fn shape_file(version: u32, sha256: &str) -> String {
    format!("v{version}-{}.json", sha256.get(..DIGITS).unwrap_or(sha256))
}

/// The number in `v12-8092bcac8e71.json`.
pub(super) fn shape_of(file: &str) -> Option<u32> {
    let (version, digits) = file.strip_prefix('v')?.strip_suffix(".json")?.split_once('-')?;
    let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    number(version).filter(|_| digits.len() == DIGITS && digits.bytes().all(is_hex))
}

pub(super) fn is_shape(file: &str) -> bool {
    shape_of(file).is_some()
}

/// A version as the toolchain writes it. `v01.json` and `v+1.json` would be second files of version 1.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|version: &u32| *version > 0 && version.to_string() == text)
}

/// What is in a folder, by name; nothing where there is none.
pub(crate) fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>> {
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
