//! Which migrations are there, and which are to be written.

mod collision;

use std::fs;
use std::path::Path;

use crate::config::Config;
use crate::diagnostic::{Error, Result};
use crate::emit::sql::{self, Database, NewMigration};
use crate::output::{Artifact, Emitted, Manifest};
use crate::registry::Registry;

/// The migrations of every configured database.
#[derive(Debug, Default)]
pub(crate) struct Migrations {
    /// Emitted ones as they were, and new ones.
    pub(crate) artifacts: Vec<Artifact>,
    /// The paths of files that this toolchain wrote, that no manifest names, and that are not to be written now.
    pub(crate) unknown: Vec<String>,
}

/// Plans the migrations; `manifest` takes note of the new ones, and of those that are to be emitted again.
///
/// # Errors
/// Where two migrations have one number, because they come from two branches.
pub(crate) fn plan(
    config: &Config,
    registry: &Registry,
    manifest: &mut Manifest,
) -> Result<Migrations> {
    let mut planned = Migrations::default();
    let databases = [(Database::Postgres, &config.postgres), (Database::Sqlite, &config.sqlite)];
    for (database, folder) in databases {
        let Some(folder) = folder else { continue };
        let mut emitted = manifest.emitted(database.name()).to_vec();
        let path = |file: &str| format!("{folder}/{file}");
        let place = config.folder().join(folder);
        let listing = Listing::read(&place, |file| {
            emitted.iter().any(|known| known.files().any(|(name, _)| name == *file))
        })?;
        sql::refuse_silence(config, &emitted)?;
        collision::give_up(&mut emitted, &listing, folder)?;
        let objects = sql::objects(database, registry, config)?;
        // What is gone or edited is found when the plan is held against the disk.
        let text = |file: &Emitted| {
            Some((file.file.clone(), fs::read_to_string(place.join(&file.file)).ok()?))
        };
        let texts: Option<sql::Texts> =
            config.reversible.then(|| emitted.iter().filter_map(text).collect());
        let numbered = |unnamed: &[(String, String)]| {
            let names = listing.others.iter().chain(unnamed.iter().map(|(name, _)| name));
            let names = names.chain(emitted.iter().map(|file| &file.file));
            let first = sql::next_number(names.map(String::as_str));
            match &texts {
                Some(texts) => {
                    sql::emit_reversible(database, registry, &objects, &emitted, first, texts)
                }
                None => sql::emit(database, registry, &objects, &emitted, first),
            }
        };
        let mut new = numbered(&[]);
        if !listing.is_interrupted_run(&new) {
            collision::refuse_unnamed(&listing, &emitted, folder)?;
            new = numbered(&listing.unnamed);
            planned.unknown.extend(listing.unnamed.iter().map(|(name, _)| path(name)));
        }
        let files = emitted.iter().flat_map(|migration| migration.files());
        let kept = files.map(|(name, sha256)| Artifact::kept(path(&name), sha256.to_owned()));
        planned.artifacts.extend(kept);
        let files = new.iter().flat_map(NewMigration::files);
        let written = files.map(|(name, text)| Artifact::generated(path(&name), text.to_owned()));
        planned.artifacts.extend(written);
        emitted.extend(new.into_iter().map(|migration| migration.emitted));
        if !emitted.is_empty() {
            manifest.migrations.insert(database.name().to_owned(), emitted);
        }
    }
    Ok(planned)
}

/// The files of a folder of migrations.
#[derive(Debug, Default)]
struct Listing {
    /// What the manifest names.
    named: Vec<String>,
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
            if is_named(&name) {
                listing.named.push(name);
                continue;
            }
            // A file that cannot be read, or that is no text, is not one of ours.
            match name.ends_with(".sql").then(|| fs::read_to_string(entry.path())) {
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
            new.iter()
                .flat_map(NewMigration::files)
                .any(|(file, new)| file == *name && new == *text)
        })
    }
}
