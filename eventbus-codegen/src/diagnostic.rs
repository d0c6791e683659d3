//! What went wrong, where, and what to do about it: the one error of this library.

use std::error::Error as StdError;
use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};

/// What every fallible function of this library returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `eventbus.toml` or a command line argument.
    Config,
    /// The catalog could not be read out of the user's library.
    Discovery,
    /// The committed registry cannot be used as it is.
    Registry,
    /// Something in the catalog has no counterpart in what is generated.
    Generate,
    /// A file could not be read or written.
    Files,
}

/// Where in the user's files something is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Its line, from 1, where one is known.
    pub line: Option<usize>,
}

/// A failure with its place and its remedy.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    place: Option<Place>,
    remedies: Vec<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), place: None, remedies: Vec::new(), source: None }
    }

    /// A file that could not be read or written.
    pub(crate) fn file(action: &str, path: &Path, source: std::io::Error) -> Self {
        Self::new(ErrorKind::Files, format!("cannot {action} `{}`", path.display())).because(source)
    }

    pub(crate) fn at(mut self, file: &Path, line: Option<usize>) -> Self {
        self.place = Some(Place { file: file.to_owned(), line });
        self
    }

    pub(crate) fn help(mut self, remedy: impl Into<String>) -> Self {
        self.remedies.push(remedy.into());
        self
    }

    pub(crate) fn because(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync + 'static>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of thing went wrong.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where it went wrong, if that is in a file of the user's.
    #[must_use]
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// What to do about it, one sentence each.
    #[must_use]
    pub fn remedies(&self) -> &[String] {
        &self.remedies
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| source.as_ref() as &(dyn StdError + 'static))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.map_or(Ok(()), |line| write!(f, ":{line}"))
    }
}

/// The name among `known` that the user most likely meant by `name`.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().max(3) / 3)
        .min()
        .map(|(_, candidate)| candidate)
}

/// The names as a list for a message: `` `a`, `b` ``.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().fold(String::new(), |mut list, name| {
        let separator = if list.is_empty() { "" } else { ", " };
        // Writing into a `String` cannot fail.
        let _ = write!(list, "{separator}`{name}`");
        list
    })
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, listed};

    #[test]
    fn a_near_name_is_suggested_and_a_far_one_is_not() {
        let known = ["root", "schemas", "typescript"];
        assert_eq!(did_you_mean("shemas", known), Some("schemas"));
        assert_eq!(did_you_mean("rot", known), Some("root"));
        assert_eq!(did_you_mean("asyncapi", known), None);
    }

    #[test]
    fn names_are_listed_in_backticks() {
        assert_eq!(listed(["a", "b"]), "`a`, `b`");
    }
}
