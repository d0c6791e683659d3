//! The catalog of a library that was not built again since it was last asked.
//!
//! Linking a library of a thousand event types, and running what came of it unoptimised, takes longer than the rest of a
//! check. Cargo has just said that the library is up to date; where its file is the one that was asked before, so is the answer.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use tempfile::NamedTempFile;

use super::Request;
use crate::config::Root;

/// Where an answer is kept, and what it is the answer to.
pub(super) struct Kept {
    file: PathBuf,
    question: String,
}

impl Kept {
    /// The answer for the library at `rlib`; nothing where its time cannot be told.
    pub(super) fn of(rlib: &Path, root: &Root, request: &Request, target: &Path) -> Option<Self> {
        let facts = fs::metadata(rlib).ok()?;
        let changed = facts.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        let question = format!(
            "{} {} {} {} {changed} {}\n",
            env!("CARGO_PKG_VERSION"),
            root.path,
            request.features.join(","),
            facts.len(),
            rlib.display(),
        );
        let file = target.join("eventbus").join(format!("{}.catalog", root.library()));
        Some(Self { file, question })
    }

    /// The catalog's text, if it is known.
    pub(super) fn read(&self) -> Option<String> {
        let text = fs::read_to_string(&self.file).ok()?;
        text.strip_prefix(&self.question).map(str::to_owned)
    }

    /// Keeps the catalog's text. Where that fails, it is asked again the next time.
    pub(super) fn write(&self, catalog: &str) {
        let Some(folder) = self.file.parent() else { return };
        let written = fs::create_dir_all(folder).and_then(|()| {
            let mut file = NamedTempFile::new_in(folder)?;
            file.write_all(self.question.as_bytes())?;
            file.write_all(catalog.as_bytes())?;
            file.persist(&self.file).map_err(|error| error.error)
        });
        drop(written);
    }
}
