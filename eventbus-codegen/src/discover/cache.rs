//! What a program answered, kept beside it: a library that did not change is neither linked nor asked again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::TempDir;

use super::unit::Unit;
use crate::canonical::sha256;
use crate::diagnostic::{Error, Result};

/// The folder of one source below cargo's target folder. Nobody else uses it as long as this value lives.
#[derive(Debug)]
pub(super) struct Kept {
    folder: PathBuf,
    _lock: File,
}

/// What `kept.json` says.
#[derive(Debug, Serialize, Deserialize)]
struct Facts {
    /// What the program was made from.
    stamp: String,
    program: PathBuf,
    /// What is to be said of types of which not everything was tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    untried: Vec<String>,
}

/// The program that answered for an artifact, its catalog, and what was not tried with it.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) program: PathBuf,
    pub(super) catalog: String,
    pub(super) untried: Vec<String>,
}

/// What the names of folders begin with that are a run's own.
const RUN: &str = "run-";
const FACTS: &str = "kept.json";
const CATALOG: &str = "catalog.json";
/// The hash of the samples that the program decoded.
const SOUND: &str = "sound";

impl Kept {
    /// Opens the folder for `unit`, and waits until nobody else uses it.
    pub(super) fn open(target_directory: &Path, unit: &Unit<'_>) -> Result<Self> {
        let id = sha256(&format!("{} {}", unit.package.id, unit.source.entry));
        let name = format!("{}-{}", unit.package.name, &id[..8]);
        let folder = target_directory.join("eventbus").join(name);
        let lock = folder.join("lock");
        fs::create_dir_all(&folder).map_err(|error| Error::file("create", &folder, error))?;
        let opened = File::create(&lock).map_err(|error| Error::file("write", &lock, error))?;
        // Some file systems know no locks. There two runs at once may link twice.
        if opened.lock().is_ok() {
            sweep(&folder);
        }
        Ok(Self { folder, _lock: opened })
    }

    /// A folder for what one run needs until it ends.
    pub(super) fn scratch(&self) -> Result<TempDir> {
        tempfile::Builder::new()
            .prefix(RUN)
            .tempdir_in(&self.folder)
            .map_err(|error| Error::file("create a folder in", &self.folder, error))
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What was answered for this stamp.
    pub(super) fn recall(&self, stamp: &str) -> Option<Answer> {
        let facts = fs::read_to_string(self.folder.join(FACTS)).ok()?;
        let facts: Facts = serde_json::from_str(&facts).ok()?;
        if facts.stamp != stamp || !facts.program.is_file() {
            return None;
        }
        let catalog = fs::read_to_string(self.folder.join(CATALOG)).ok()?;
        Some(Answer { program: facts.program, catalog, untried: facts.untried })
    }

    /// Makes room: what is remembered is no longer true once the program is written over.
    pub(super) fn forget(&self) -> Result<()> {
        for name in [SOUND, FACTS] {
            let path = self.folder.join(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::file("delete", &path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether the program decoded each of these samples when it was asked last.
    pub(super) fn is_sound(&self, samples: &str) -> bool {
        let known = fs::read_to_string(self.folder.join(SOUND));
        known.is_ok_and(|known| known == sha256(samples))
    }

    /// Remembers that the program decodes each of these samples.
    pub(super) fn remember_sound(&self, samples: &str) -> Result<()> {
        let path = self.folder.join(SOUND);
        fs::write(&path, sha256(samples)).map_err(|error| Error::file("write", &path, error))
    }

    /// Remembers an answer. Its facts are written last: a run that is cut off remembers nothing.
    pub(super) fn remember(&self, stamp: &str, answer: &Answer) -> Result<()> {
        let facts = json!(Facts {
            stamp: stamp.to_owned(),
            program: answer.program.clone(),
            untried: answer.untried.clone(),
        });
        for (name, text) in [(CATALOG, &answer.catalog), (FACTS, &facts.to_string())] {
            let path = self.folder.join(name);
            fs::write(&path, text).map_err(|error| Error::file("write", &path, error))?;
        }
        Ok(())
    }
}

/// Removes what runs that were killed have left.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_str().is_some_and(|name| name.starts_with(RUN)) {
            // The compiler of a killed run may still be writing into it; the next run tries again.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// What tells an artifact from every other one that was at its place, and `source` from other lines linked with it.
///
/// Cargo builds a library again when anything that it is made of changes, so that its own file stands for all of them.
pub(super) fn stamp(artifact: &Path, source: &str) -> Result<String> {
    let read = |error| Error::file("read", artifact, error);
    let facts = fs::metadata(artifact).map_err(read)?;
    let changed = facts.modified().map_err(read)?.duration_since(UNIX_EPOCH).unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    Ok(format!(
        "{version} {} {} {} {}",
        artifact.display(),
        facts.len(),
        changed.as_nanos(),
        sha256(source)
    ))
}
