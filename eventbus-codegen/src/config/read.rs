//! Reads one table of the configuration so that every complaint names its line and its remedy.

use std::ops::Range;
use std::path::Path;

use toml::de::DeTable;

use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean, listed};

/// A table, what its keys are called in full, and the text that it was read from.
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    prefix: String,
    text: &'a str,
    file: &'a Path,
}

impl<'a> Section<'a> {
    /// The table that holds all others.
    pub(super) fn top(table: &'a DeTable<'a>, text: &'a str, file: &'a Path) -> Self {
        Self { table, prefix: String::new(), text, file }
    }

    pub(super) fn file(&self) -> &Path {
        self.file
    }

    /// Refuses a key that is not in `known`: a misspelt option that does nothing is worse than an error.
    pub(super) fn only(&self, known: &[&str]) -> Result<()> {
        let Some(key) = self.table.keys().find(|key| !known.contains(&key.get_ref().as_ref()))
        else {
            return Ok(());
        };
        let name = key.get_ref();
        let error = self.error(format!("unknown key `{}{name}`", self.prefix), Some(key.span()));
        Err(match did_you_mean(name, known.iter().copied()) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help(format!("the known keys are {}", listed(known.iter().copied()))),
        })
    }

    /// A non-empty string, with its place in the text.
    pub(super) fn text(&self, key: &str) -> Result<Option<(&str, Range<usize>)>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => Ok(Some((text, value.span()))),
            Some(_) => Err(self
                .error(format!("`{}{key}` is empty", self.prefix), Some(value.span()))
                .help("give it a value, or remove the line")),
            None => Err(self.wrong_type(key, "a string", value.span())),
        }
    }

    /// A path, with `/` between its parts and none at its end.
    pub(super) fn path(&self, key: &str) -> Result<Option<String>> {
        let Some((text, span)) = self.text(key)? else { return Ok(None) };
        let path = text.trim_start_matches("./").trim_end_matches('/');
        if path.is_empty() || Path::new(path).is_absolute() || path.contains('\\') {
            let message = format!("`{}{key}` is not a usable path: `{text}`", self.prefix);
            return Err(self
                .error(message, Some(span))
                .help("write a path relative to this file's folder, with `/` between its parts"));
        }
        Ok(Some(path.to_owned()))
    }

    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let flag = value.get_ref().as_bool();
        flag.map(Some).ok_or_else(|| self.wrong_type(key, "true or false", value.span()))
    }

    /// Whether the value of a key is true or false.
    pub(super) fn is_flag(&self, key: &str) -> bool {
        self.table.get(key).is_some_and(|value| value.get_ref().as_bool().is_some())
    }

    /// Where the value of a key stands.
    pub(super) fn place(&self, key: &str) -> Option<Range<usize>> {
        self.table.get(key).map(|value| value.span())
    }

    /// All keys of this table, which are the user's own, with the strings that are their values.
    pub(super) fn texts(&self) -> Result<Vec<(&str, &str)>> {
        let keys = self.table.keys().map(|key| key.get_ref().as_ref());
        let text = |key| Ok(self.text(key)?.map(|(text, _)| (key, text)));
        keys.filter_map(|key: &str| text(key).transpose()).collect()
    }

    /// A table below this one.
    pub(super) fn section(&self, key: &str) -> Result<Option<Self>> {
        let Some(value) = self.table.get(key) else { return Ok(None) };
        let table = value.get_ref().as_table();
        let table = table.ok_or_else(|| self.wrong_type(key, "a table", value.span()))?;
        let prefix = format!("{}{key}.", self.prefix);
        Ok(Some(Section { table, prefix, text: self.text, file: self.file }))
    }

    /// The line, from 1, that a value stands in.
    pub(super) fn line(&self, span: &Range<usize>) -> usize {
        line_of(self.text, span.start)
    }

    /// The value of `key` as the path of an enum in a library.
    pub(super) fn rust_path(&self, key: &str, value: (&str, Range<usize>)) -> Result<String> {
        let (path, span) = value;
        let segments: Vec<&str> = path.split("::").collect();
        if segments.len() > 1 && segments.iter().all(|segment| is_identifier(segment)) {
            return Ok(path.to_owned());
        }
        Err(self.error(format!("`{key}` is not the path of an enum: `{path}`"), Some(span)).help(
            "write the library's name and the path in it, as a dependent crate would: \
             root = \"shop_events::ShopEvent\"",
        ))
    }

    pub(super) fn error(&self, message: impl Into<String>, span: Option<Range<usize>>) -> Error {
        let line = span.map(|span| self.line(&span));
        Error::new(ErrorKind::Config, message).at(self.file, line)
    }

    fn wrong_type(&self, key: &str, wanted: &str, span: Range<usize>) -> Error {
        self.error(format!("`{}{key}` must be {wanted}", self.prefix), Some(span))
            .help("`cargo eventbus init` in an empty folder writes a file that shows every key")
    }
}

/// The line, from 1, that holds the byte at `offset`.
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

fn is_identifier(segment: &str) -> bool {
    let mut chars = segment.chars();
    chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|char| char.is_alphanumeric() || char == '_')
}
