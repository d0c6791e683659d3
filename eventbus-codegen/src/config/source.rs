//! Where events come from: what the configuration says of the code.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::read::Section;
use super::{metadata, syntax_error};
use crate::diagnostic::{Error, Result};

/// The keys that name the code; exactly one of them does.
const ENTRIES: &[&str] = &["root", "example", "bin"];

/// The code that is asked for its catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Source {
    /// The file that names it.
    pub(crate) file: PathBuf,
    /// The line in the file, from 1.
    pub(crate) line: usize,
    /// Its package, where that is not to be found by what is named.
    pub(crate) package: Option<String>,
    /// What is named.
    pub(crate) entry: Entry,
}

/// How the code is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// The path of the root enum, `shop_events::ShopEvent`: the library is linked.
    Root(String),
    /// An example that says `catalog_main!`.
    Example(String),
    /// A binary that says `catalog_main!`.
    Bin(String),
}

impl Source {
    /// What `table` names, if it names anything.
    pub(super) fn read(table: &Section<'_>) -> Result<Option<Self>> {
        let mut found = None;
        for key in ENTRIES {
            let Some((text, span)) = table.text(key)? else { continue };
            if found.is_some() {
                let message = format!("`{key}` names the events a second time");
                return Err(table.error(message, Some(span)).help(
                    "write one of `root`, for an enum in a library, and `example` or `bin`, for a \
                     program of yours that says `catalog_main!`",
                ));
            }
            let line = table.line(&span);
            let entry = match *key {
                "root" => Entry::Root(table.rust_path(key, (text, span))?),
                "example" => Entry::Example(text.to_owned()),
                _ => Entry::Bin(text.to_owned()),
            };
            found = Some((entry, line));
        }
        let package = table.text("package")?.map(|(package, _)| package.to_owned());
        let file = table.file().to_owned();
        Ok(found.map(|(entry, line)| Self { file, line, package, entry }))
    }

    /// What the manifest of the workspace's package `package` adds to the registry of the workspace.
    pub(crate) fn of_member(manifest: &Path, package: &str) -> Result<Option<Self>> {
        let text = fs::read_to_string(manifest)
            .map_err(|error| Error::file("read", manifest, error).help("make it readable"))?;
        let document =
            DeTable::parse(&text).map_err(|error| syntax_error(&error, &text, manifest))?;
        let Some(table) = metadata(document.get_ref(), "package") else { return Ok(None) };
        let table = Section::top(table, &text, manifest);
        table.only(ENTRIES).map_err(|error| {
            error.help(
                "with `--workspace` a package only names its events; what is written stands in the \
                 workspace's own eventbus.toml",
            )
        })?;
        let source = Self::read(&table)?;
        Ok(source.map(|source| Self { package: Some(package.to_owned()), ..source }))
    }

    /// An error about what is named here.
    pub(crate) fn at(&self, error: Error) -> Error {
        error.at(&self.file, Some(self.line))
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(path) => write!(f, "`{path}`"),
            Self::Example(name) => write!(f, "the example `{name}`"),
            Self::Bin(name) => write!(f, "the binary `{name}`"),
        }
    }
}
