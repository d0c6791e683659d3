//! Annotations of a code forge, which names files from the top of the repository.

use std::error::Error as _;
use std::fs;
use std::path::{Path, PathBuf};

use anstream::println;

use crate::diagnostic::Error;
use crate::registry::top_of;

/// Where the files of a run are, as the forge names them.
pub(super) struct Forge {
    /// The top of the repository; nothing where there is none.
    top: Option<PathBuf>,
    /// The configuration's folder, which files of the registry are named from.
    folder: PathBuf,
    /// The workspace, which places in the code are named from.
    workspace: PathBuf,
}

impl Forge {
    pub(super) fn new(folder: &Path, workspace: &Path) -> Self {
        let whole = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let top = top_of(folder).map(|top| whole(&top));
        Self { top, folder: whole(folder), workspace: whole(workspace) }
    }

    /// A file of the registry as a property of an annotation.
    pub(super) fn file(&self, path: &Path) -> String {
        self.named(&self.folder, path)
    }

    /// A file of the code as a property of an annotation.
    pub(super) fn code(&self, path: &Path) -> String {
        self.named(&self.workspace, path)
    }

    fn named(&self, folder: &Path, path: &Path) -> String {
        let whole = folder.join(path);
        let path = self.top.as_ref().and_then(|top| whole.strip_prefix(top).ok()).unwrap_or(path);
        property(&path.display().to_string())
    }

    /// An error as an annotation at its file, which is named from the configuration's folder.
    pub(super) fn annotation(&self, title: &str, error: &Error) {
        let line = |line: Option<usize>| line.map(|line| format!(",line={line}"));
        let place = error.place().map(|place| {
            format!("file={}{},", self.file(&place.file), line(place.line).unwrap_or_default())
        });
        let cause = error.source().map(ToString::to_string);
        let lines =
            [error.to_string()].into_iter().chain(cause).chain(error.remedies().iter().cloned());
        let text = lines.collect::<Vec<_>>().join("\n");
        println!("::error {}title={title}::{}", place.unwrap_or_default(), escaped(&text));
    }
}

/// A warning without a place as an annotation.
pub(super) fn warned(text: &str) {
    println!("::warning title=registry::{}", escaped(text));
}

/// The end of a line would end the annotation.
pub(super) fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{escaped, property};

    #[test]
    fn an_annotation_stays_on_one_line() {
        assert_eq!(escaped("50 %\nand more"), "50 %25%0Aand more");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
