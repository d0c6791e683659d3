//! A commit as a tree of files, its symbolic links followed as a checkout would have them.
//!
//! The whole listing is read at once, so that what is not in it is not in the commit: that git fails is never taken for that.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::ask::git;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::text::unix;

/// How many links a path may lead through, as in Linux.
const MOST_LINKS: usize = 40;

/// How deep in its folder a file of a registry is: the type, `samples`, the file.
const DEEPEST: usize = 3;

/// A commit of the repository that a folder is in.
pub(super) struct Commit {
    folder: PathBuf,
    /// What the user called it.
    pub(super) revision: String,
    /// The top of the repository on disk.
    pub(super) top: PathBuf,
    /// The folder's path from there, empty or ended by `/`.
    prefix: String,
    entries: BTreeMap<String, Entry>,
}

/// What a path of a commit leads to that is no folder.
struct Entry {
    kind: Kind,
    id: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Link,
    /// A commit of another repository.
    Module,
}

impl Commit {
    /// The commit that `revision` names.
    pub(super) fn open(folder: &Path, revision: &str) -> Result<Self> {
        let named = format!("{revision}^{{commit}}");
        let verify = ["rev-parse", "--verify", "--quiet", "--end-of-options", &named];
        let id = line(git(folder, &verify, "").map_err(|error| unknown(revision, error))?);
        let top = line(git(folder, &["rev-parse", "--show-toplevel"], "")?);
        let prefix = line(git(folder, &["rev-parse", "--show-prefix"], "")?);
        let listing = git(folder, &["ls-tree", "-r", "-z", "--full-tree", &id], "")?;
        // `100644 blob <id>\t<path>`, each ended by a zero byte. A path that is no UTF-8 is none of a registry.
        let entries = listing.split(|byte| *byte == 0).filter_map(|entry| {
            let (facts, path) = std::str::from_utf8(entry).ok()?.split_once('\t')?;
            let kind = match facts.split(' ').next()? {
                "120000" => Kind::Link,
                "160000" => Kind::Module,
                _ => Kind::File,
            };
            Some((path.to_owned(), Entry { kind, id: facts.rsplit(' ').next()?.to_owned() }))
        });
        let entries = entries.collect();
        let (folder, revision, top) = (folder.to_owned(), revision.to_owned(), top.into());
        Ok(Self { folder, revision, top, prefix, entries })
    }

    /// The path from the top of what is at `path` in the folder.
    pub(super) fn path_of(&self, path: &str) -> String {
        format!("{}{path}", self.prefix)
    }

    /// Every path that ends with this.
    pub(super) fn ending<'a>(&'a self, end: &'a str) -> impl Iterator<Item = &'a str> {
        self.entries.keys().map(String::as_str).filter(move |path| path.ends_with(end))
    }

    /// Whether it is a folder of the commit that holds files.
    pub(super) fn is_folder(&self, path: &str) -> bool {
        self.below(path).next().is_some()
    }

    /// Whether it is a file of the commit.
    pub(super) fn is_file(&self, path: &str) -> bool {
        self.entries.get(path).is_some_and(|entry| entry.kind == Kind::File)
    }

    /// Where a path leads that is named from the top, through all links. What is there may be nothing.
    pub(super) fn resolve(&self, path: &str) -> Result<String> {
        let mut at: Vec<String> = Vec::new();
        let mut rest: Vec<String> = path.split('/').rev().map(str::to_owned).collect();
        let mut links = 0;
        while let Some(part) = rest.pop() {
            match part.as_str() {
                "" | "." => continue,
                ".." => {
                    at.pop().ok_or_else(|| self.leads(path, "out of the repository"))?;
                    continue;
                }
                _ => at.push(part),
            }
            let Some(entry) = self.entries.get(&at.join("/")) else { continue };
            match entry.kind {
                Kind::File => {}
                Kind::Module => return Err(self.leads(path, "into another repository")),
                Kind::Link => {
                    links += 1;
                    if links > MOST_LINKS {
                        return Err(self.leads(path, "in a circle"));
                    }
                    let target = self.texts([(path, entry.id.as_str())])?.remove(path);
                    let target = target.unwrap_or_default();
                    if target.starts_with('/') {
                        return Err(self.leads(path, "out of the repository"));
                    }
                    at.pop();
                    rest.extend(target.split('/').rev().map(str::to_owned));
                }
            }
        }
        Ok(at.join("/"))
    }

    /// The files of a registry in a folder, by their paths in it, with the ids of their texts.
    pub(super) fn files(&self, folder: &str) -> Result<BTreeMap<String, &str>> {
        let mut files = BTreeMap::new();
        let mut open = vec![(folder.to_owned(), String::new())];
        while let Some((folder, inside)) = open.pop() {
            for (path, entry) in self.below(&folder) {
                let own = if folder.is_empty() { path } else { &path[folder.len() + 1..] };
                let name = format!("{inside}{own}");
                if name.split('/').count() > DEEPEST {
                    continue;
                }
                let target = match entry.kind {
                    Kind::File => path.to_owned(),
                    Kind::Link | Kind::Module => self.resolve(path)?,
                };
                if let Some(file) = self.entries.get(&target) {
                    files.insert(name, file.id.as_str());
                } else if self.is_folder(&target) {
                    open.push((target, format!("{name}/")));
                } else {
                    return Err(self.leads(path, "to nothing"));
                }
            }
        }
        Ok(files)
    }

    /// The text of the file at `path`, if there is one.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>> {
        match self.entries.get(&self.resolve(path)?) {
            Some(file) => Ok(self.texts([(path, file.id.as_str())])?.remove(path)),
            None => Ok(None),
        }
    }

    /// The texts of these files.
    pub(super) fn texts<'a>(
        &self,
        files: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<BTreeMap<String, String>> {
        let files: Vec<(&str, &str)> = files.into_iter().collect();
        if files.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids: String = files.iter().map(|(_, id)| format!("{id}\n")).collect();
        let answer = git(&self.folder, &["cat-file", "--batch"], &ids)?;
        let mut rest = answer.as_slice();
        let mut texts = BTreeMap::new();
        for (path, _) in files {
            let (text, next) = cut(rest).ok_or_else(|| {
                Error::new(ErrorKind::Registry, "the answer of `git cat-file` cannot be read")
                    .help("run it by hand on the files of the registry, and see what it says")
            })?;
            let text = std::str::from_utf8(text).map_err(|error| {
                let message = format!("`{}:{path}` is not UTF-8 text", self.revision);
                Error::new(ErrorKind::Registry, message)
                    .because(error)
                    .help("compare with a commit in which it is")
            })?;
            texts.insert(path.to_owned(), unix(text.to_owned()));
            rest = next;
        }
        Ok(texts)
    }

    /// The ids of files, for their texts.
    pub(super) fn with_ids<'a>(
        &'a self,
        paths: impl IntoIterator<Item = &'a str>,
    ) -> impl Iterator<Item = (&'a str, &'a str)> {
        paths.into_iter().filter_map(|path| Some((path, self.entries.get(path)?.id.as_str())))
    }

    fn below(&self, folder: &str) -> impl Iterator<Item = (&str, &Entry)> {
        let start = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        let end = start.clone();
        let from = self.entries.range(start..).take_while(move |(path, _)| path.starts_with(&end));
        from.map(|(path, entry)| (path.as_str(), entry))
    }

    fn leads(&self, path: &str, whither: &str) -> Error {
        let message = format!("in `{}`, `{path}` leads {whither}", self.revision);
        Error::new(ErrorKind::Registry, message).help(
            "put the registry itself into that commit's branch, in the place of the link, in a change of its own: \
             what is not in the commit cannot be compared with",
        )
    }
}

/// The top of the repository that `folder` is in, if it is in one.
pub(crate) fn top_of(folder: &Path) -> Option<PathBuf> {
    git(folder, &["rev-parse", "--show-toplevel"], "").ok().map(|top| line(top).into())
}

/// A text of `cat-file --batch`, and what follows it: a line with its length, the text, and the end of a line.
fn cut(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answer.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let length: usize = head.rsplit(' ').next()?.parse().ok()?;
    let rest = &answer[end + 1..];
    Some((rest.get(..length)?, rest.get(length + 1..)?))
}

/// The only line of an answer.
fn line(answer: Vec<u8>) -> String {
    String::from_utf8_lossy(&answer).trim_end_matches(['\r', '\n']).to_owned()
}

fn unknown(revision: &str, error: Error) -> Error {
    Error::new(ErrorKind::Config, format!("git knows no commit `{revision}`"))
        .because(error)
        .help("name a branch, a tag or a commit; in CI, fetch it first: git fetch origin main")
}
