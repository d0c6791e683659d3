//! A registry as it was committed at some time.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use super::Baseline;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::shell;

impl Baseline {
    /// The registry in `schemas` below `folder`, as it is in the commit that `revision` names. A commit without one has an
    /// empty registry.
    pub(crate) fn at_revision(folder: &Path, schemas: &str, revision: &str) -> Result<Self> {
        let commit = format!("{revision}^{{commit}}");
        git(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit], "")
            .map_err(|error| unknown(revision, error))?;
        let tree = format!("{revision}:./{schemas}");
        let Ok(listing) = git(folder, &["ls-tree", "-r", "-z", &tree], "") else {
            return Ok(Self::default());
        };
        // `100644 blob <id>\t<path>`, each ended by a zero byte.
        let entries: Vec<(&str, &str)> = listing
            .split('\0')
            .filter_map(|entry| {
                let (meta, path) = entry.split_once('\t')?;
                Some((meta.rsplit(' ').next()?, path))
            })
            .filter(|(_, path)| path.ends_with(".json") && path.matches('/').count() <= 1)
            .collect();
        let ids: String = entries.iter().map(|(id, _)| format!("{id}\n")).collect();
        let contents = git(folder, &["cat-file", "--batch"], &ids)?;
        Self::parse(texts(&entries, &contents)?, &folder.join(schemas))
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
        files.insert((*path).to_owned(), text.to_owned());
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
