//! Writes a plan: every new text first into a temporary file beside its target, then all of them renamed.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::manifest::is_manifest;
use super::{Entry, Plan, State};
use crate::diagnostic::{Error, Result, listed};

/// Writes what the plan wants below `folder`, for the registry at `schemas`. The manifests come after all others.
///
/// When something fails nothing is half-written: temporaries are removed, and so are the files that this call created.
/// Files that it had replaced by then are whole, and the error names them.
///
/// A run may also be killed anywhere. So what says something of another file comes after it: the facts of a type after its
/// versions, and the manifests last of all. They never claim a file that is not there, and go on naming what is left over
/// until that is gone.
pub(crate) fn write(plan: &Plan, folder: &Path, schemas: &str) -> Result<()> {
    let mut folders = NewFolders::default();
    let mut staged = Vec::new();
    for entry in &plan.entries {
        if let (State::Missing | State::Different, Some(text)) = (entry.state, &entry.after) {
            let target = folder.join(&entry.path);
            folders.create(parent(&target))?;
            staged.push((entry, stage(&target, text)?, target));
        }
    }
    staged.sort_by_key(|(entry, ..)| entry.path.ends_with("/event.json"));
    let is_last = |entry: &Entry| is_manifest(&entry.path, schemas);
    let (manifests, others): (Vec<_>, Vec<_>) =
        staged.into_iter().partition(|(entry, ..)| is_last(entry));
    let left_over = plan.entries.iter().filter(|entry| entry.state == State::LeftOver);
    let (last, first): (Vec<&Entry>, Vec<&Entry>) = left_over.partition(|entry| is_last(entry));
    let mut done = Renamed::default();
    done.rename(others)?;
    first.into_iter().try_for_each(|entry| remove(&folder.join(&entry.path)))?;
    done.rename(manifests)?;
    last.into_iter().try_for_each(|entry| remove(&folder.join(&entry.path)))?;
    folders.keep();
    Ok(())
}

fn stage(target: &Path, text: &str) -> Result<NamedTempFile> {
    let failed = |error| unwritable("write", target, error, &[]);
    let mut file = builder().tempfile_in(parent(target)).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    if let Ok(existing) = fs::metadata(target) {
        file.as_file().set_permissions(existing.permissions()).map_err(failed)?;
    }
    Ok(file)
}

/// What the names of temporaries begin with; [`RANDOM`] letters and digits follow.
const PREFIX: &str = ".eventbus-";
const RANDOM: usize = 6;

/// Whether a file of this name is a temporary, which only a killed run leaves behind.
pub(super) fn is_temporary(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(unix)]
fn builder() -> tempfile::Builder<'static, 'static> {
    use std::os::unix::fs::PermissionsExt as _;
    let mut builder = tempfile::Builder::new();
    // Temporary files are private by default; these become ordinary files, for the umask to narrow.
    let mode = fs::Permissions::from_mode(0o666);
    builder.prefix(PREFIX).rand_bytes(RANDOM).permissions(mode);
    builder
}

#[cfg(not(unix))]
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).rand_bytes(RANDOM);
    builder
}

/// What was put in its place so far.
#[derive(Default)]
struct Renamed<'a> {
    created: Vec<PathBuf>,
    updated: Vec<&'a str>,
}

impl<'a> Renamed<'a> {
    fn rename(&mut self, staged: Vec<(&'a Entry, NamedTempFile, PathBuf)>) -> Result<()> {
        for (entry, file, target) in staged {
            if let Err(error) = file.persist(&target) {
                for path in &self.created {
                    // The rename's error is the one to report; what cannot be removed stays whole and is found by --check.
                    let _ = fs::remove_file(path);
                }
                return Err(unwritable("write", &target, error.error, &self.updated));
            }
            match entry.state {
                State::Missing => self.created.push(target),
                _ => self.updated.push(entry.path.as_str()),
            }
        }
        Ok(())
    }
}

fn remove(path: &Path) -> Result<()> {
    fs::remove_file(path).map_err(|error| {
        Error::file("remove", path, error)
            .help("every other file is written, but for the manifests: make this one removable, and run the command again")
    })?;
    // Only an empty folder goes, and it does not matter when it stays.
    let _ = fs::remove_dir(parent(path));
    Ok(())
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

/// `updated` are the files that were replaced before.
fn unwritable(action: &str, path: &Path, error: io::Error, updated: &[&str]) -> Error {
    let changed = if updated.is_empty() {
        "nothing was changed".to_owned()
    } else {
        format!("already updated, and nothing else: {}", listed(updated.iter().copied()))
    };
    Error::file(action, path, error).help(changed).help(
        "make the path writable, or name another one in the configuration, and run the command again",
    )
}

/// The folders made for a write, removed again unless it succeeds.
#[derive(Default)]
struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    fn create(&mut self, folder: &Path) -> Result<()> {
        let missing: Vec<_> = folder.ancestors().take_while(|folder| !folder.exists()).collect();
        self.0.extend(missing.iter().rev().map(|folder| (*folder).to_owned()));
        fs::create_dir_all(folder)
            .map_err(|error| unwritable("create the folder", folder, error, &[]))
    }

    fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        for folder in self.0.iter().rev() {
            // A folder that was never made, or that someone else filled meanwhile, is not ours to remove.
            let _ = fs::remove_dir(folder);
        }
    }
}
