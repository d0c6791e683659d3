//! A registry as it was committed at some time.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Baseline;
use super::baseline::is_read;
use super::place::{meant, nearest};
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::shell;
use crate::text::unix;

impl Baseline {
    /// The registry in `schemas` below `folder`, as it is in the commit that `revision` names; where it was elsewhere then, as
    /// it is there. Nothing where the commit has none.
    pub(crate) fn at_revision(
        folder: &Path,
        schemas: &str,
        revision: &str,
    ) -> Result<Option<Self>> {
        refuse_unknown(folder, revision)?;
        let place = folder.join(schemas);
        let mut found = read(folder, &format!("{revision}:./{schemas}"), &place)?;
        if found.is_none()
            && let Some(moved) = moved(folder, revision)?
        {
            found = read(folder, &format!("{revision}:{moved}"), &place)?;
        }
        Ok(found.map(|found| found.of_revision(revision)))
    }

    /// The registry in the folder that `revision` and `path` name together, as git does: from the top of the repository that
    /// `folder` is in.
    pub(crate) fn at_path(folder: &Path, revision: &str, path: &str) -> Result<Self> {
        refuse_unknown(folder, revision)?;
        let path = path.trim_end_matches('/');
        if let Some(found) = read(folder, &format!("{revision}:{path}"), Path::new(path))? {
            return Ok(found.of_revision(revision));
        }
        let error = none_at(revision, path);
        let listing =
            git(folder, &["ls-tree", "-r", "-z", "--full-tree", "--name-only", revision], "")?;
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let registries = listing.split('\0').filter_map(|file| {
            let place = file.strip_suffix("/catalog.json")?;
            let (above, last) = place.rsplit_once('/').unwrap_or(("", place));
            (above == parent).then_some(last)
        });
        Err(match nearest(name, &registries.collect()) {
            Some(near) => error.help(meant(path, &near)),
            None => error.help("name a folder of that commit that `codegen` wrote"),
        })
    }
}

/// What is said where a commit has no registry.
pub(crate) fn none_at(revision: &str, path: &str) -> Error {
    Error::new(ErrorKind::Registry, format!("`{revision}` has no registry at `{path}`"))
}

fn refuse_unknown(folder: &Path, revision: &str) -> Result<()> {
    let commit = format!("{revision}^{{commit}}");
    git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], "")
        .map(drop)
        .map_err(|error| unknown(revision, error))
}

/// The registry in a folder of a commit, as if it were at `place`; nothing where there is no such folder, or no registry in it.
fn read(folder: &Path, tree: &str, place: &Path) -> Result<Option<Baseline>> {
    let Ok(listing) = git(folder, &["ls-tree", "-r", "-z", tree], "") else { return Ok(None) };
    // `100644 blob <id>\t<path>`, each ended by a zero byte.
    let entries: Vec<(&str, &str)> = listing
        .split('\0')
        .filter_map(|entry| {
            let (meta, path) = entry.split_once('\t')?;
            Some((meta.rsplit(' ').next()?, path))
        })
        .filter(|(_, path)| is_read(path))
        .collect();
    if entries.is_empty() {
        return Ok(None);
    }
    let ids: String = entries.iter().map(|(id, _)| format!("{id}\n")).collect();
    let contents = git(folder, &["cat-file", "--batch"], &ids)?;
    Baseline::parse(texts(&entries, &contents)?, place).map(Some)
}

/// Where in a commit the registry was that is not there any more: without it a registry that moves would be compared with
/// nothing. One that is still in its place is another's.
fn moved(folder: &Path, revision: &str) -> Result<Option<String>> {
    let top = git(folder, &["rev-parse", "--show-toplevel"], "")?;
    let top = Path::new(top.trim_end());
    let listing =
        git(folder, &["ls-tree", "-r", "-z", "--full-tree", "--name-only", revision], "")?;
    let files: BTreeSet<&str> = listing.split('\0').collect();
    let folders = files.iter().filter_map(|file| file.strip_suffix("/catalog.json"));
    let mut gone: Vec<&str> = folders
        .filter(|place| files.contains(format!("{place}/manifest.json").as_str()))
        .filter(|place| !top.join(place).join("catalog.json").exists())
        .collect();
    match (gone.pop(), gone.as_slice()) {
        (place, []) => Ok(place.map(str::to_owned)),
        (last, others) => {
            let places = listed(others.iter().copied().chain(last));
            let message = format!(
                "`{revision}` has no registry in this place, and several that are gone: {places}"
            );
            Err(Error::new(ErrorKind::Registry, message).help(
                "move one registry in a change of its own, so that it is known which one it was",
            ))
        }
    }
}

/// Each file's text out of what `cat-file --batch` says: a line with its length, the text, and the end of a line.
fn texts(entries: &[(&str, &str)], mut contents: &str) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for (_, path) in entries {
        let cut = || -> Option<(&str, &str)> {
            let (head, rest) = contents.split_once('\n')?;
            let length: usize = head.rsplit(' ').next()?.parse().ok()?;
            Some((rest.get(..length)?, rest.get(length + 1..)?))
        };
        let (text, rest) = cut().ok_or_else(|| {
            Error::new(ErrorKind::Registry, "the answer of `git cat-file` cannot be read")
                .help("run it by hand on the files of the registry, and see what it says")
        })?;
        files.insert((*path).to_owned(), unix(text.to_owned()));
        contents = rest;
    }
    Ok(files)
}

/// What git says to `arguments`, with `input` on its standard input.
fn git(folder: &Path, arguments: &[&str], input: &str) -> Result<String> {
    let failed = |why: String| {
        let words = arguments.iter().map(|word| shell::quoted(word)).collect::<Vec<_>>();
        let message = format!("`git {}` failed", words.join(" "));
        Error::new(ErrorKind::Registry, message)
            .because(why)
            .help("`--against` needs git and a repository that holds the registry")
    };
    let mut child = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut stdin = child.stdin.take().expect("it was asked for");
    let input = input.to_owned();
    // Beside the reading: both pipes are small.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let written = writer.join().unwrap_or(Ok(()));
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    written.map_err(|error| failed(error.to_string()))?;
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}

fn unknown(revision: &str, error: Error) -> Error {
    Error::new(ErrorKind::Config, format!("git knows no commit `{revision}`"))
        .because(error)
        .help("name a branch, a tag or a commit; in CI, fetch it first: git fetch origin main")
}
