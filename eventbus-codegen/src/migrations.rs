//! Which migrations are there, and which are to be written.

use std::fs;
use std::path::Path;

use crate::config::Config;
use crate::diagnostic::{Error, Result};
use crate::emit::sql::{self, Database, NewMigration};
use crate::output::{Artifact, Manifest};
use crate::registry::Registry;

/// The migrations of every configured database.
#[derive(Debug, Default)]
pub(crate) struct Migrations {
    /// Emitted ones as they were, and new ones.
    pub(crate) artifacts: Vec<Artifact>,
    /// The paths of files that this toolchain wrote, that no manifest names, and that are not to be written now.
    pub(crate) unknown: Vec<String>,
}

/// Plans the migrations; `manifest` takes note of the new ones.
pub(crate) fn plan(
    config: &Config,
    registry: &Registry,
    manifest: &mut Manifest,
) -> Result<Migrations> {
    let mut planned = Migrations::default();
    let databases = [(Database::Postgres, &config.postgres), (Database::Sqlite, &config.sqlite)];
    for (database, folder) in databases {
        let Some(folder) = folder else { continue };
        let emitted = manifest.emitted(database.name());
        let path = |file: &str| format!("{folder}/{file}");
        let listing = Listing::read(&config.folder().join(folder), |file| {
            emitted.iter().any(|known| known.file == *file)
        })?;
        let objects = sql::objects(database, registry, config)?;
        let numbered = |unnamed: &[(String, String)]| {
            let names = listing.others.iter().chain(unnamed.iter().map(|(name, _)| name));
            let names = names.chain(emitted.iter().map(|file| &file.file));
            let first = sql::next_number(names.map(String::as_str));
            sql::emit(database, registry, &objects, emitted, first)
        };
        let mut new = numbered(&[]);
        if !listing.is_interrupted_run(&new) {
            new = numbered(&listing.unnamed);
            planned.unknown.extend(listing.unnamed.iter().map(|(name, _)| path(name)));
        }
        planned.artifacts.extend(
            emitted.iter().map(|file| Artifact::kept(path(&file.file), file.sha256.clone())),
        );
        for migration in new {
            let path = path(&migration.emitted.file);
            planned.artifacts.push(Artifact::generated(path, migration.text));
            let files = manifest.migrations.entry(database.name().to_owned()).or_default();
            files.push(migration.emitted);
        }
    }
    Ok(planned)
}

/// The files of a folder of migrations.
#[derive(Debug, Default)]
struct Listing {
    /// What this toolchain wrote and the manifest does not name, with its text.
    unnamed: Vec<(String, String)>,
    /// Every other file, whoever wrote it.
    others: Vec<String>,
}

impl Listing {
    /// The files in a folder that may be absent; `is_named` says whether the manifest names one.
    fn read(folder: &Path, is_named: impl Fn(&String) -> bool) -> Result<Self> {
        let mut listing = Self::default();
        let Ok(entries) = fs::read_dir(folder) else { return Ok(listing) };
        for entry in entries {
            let entry = entry.map_err(|error| Error::file("list", folder, error))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_candidate = name.ends_with(".sql") && !is_named(&name);
            // A file that cannot be read, or that is no text, is not one of ours.
            match is_candidate.then(|| fs::read_to_string(entry.path())) {
                Some(Ok(text)) if sql::is_ours(&text) => listing.unnamed.push((name, text)),
                _ => listing.others.push(name),
            }
        }
        listing.unnamed.sort();
        Ok(listing)
    }

    /// Whether the unnamed files are what is to be written: a run that was killed before its manifest left them.
    fn is_interrupted_run(&self, new: &[NewMigration]) -> bool {
        self.unnamed.iter().all(|(name, text)| {
            new.iter().any(|file| file.emitted.file == *name && file.text == *text)
        })
    }
}
