//! `eventbus.toml`: found, read, checked once, then closed.

mod read;

use std::fs;
use std::path::{Path, PathBuf};

use eventbus_runtime::CompatMode;
use toml::de::DeTable;

use self::read::Section;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::text;

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "eventbus.toml";

/// What the commands do, with every path still as written: relative to [`Config::folder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// The file that says so.
    pub(crate) file: PathBuf,
    /// Where the root enum is.
    pub(crate) root: Root,
    /// The package whose library holds it, where it is not to be found by the library's name.
    pub(crate) package: Option<String>,
    /// The folder of the registry.
    pub(crate) schemas: String,
    /// The folder of the PostgreSQL migrations.
    pub(crate) postgres: Option<String>,
    /// The folder of the SQLite migrations.
    pub(crate) sqlite: Option<String>,
    /// What TypeScript is wanted.
    pub(crate) typescript: Option<TypeScript>,
    /// Which readers and writers must understand each other, where an event does not say so itself.
    pub(crate) compat: CompatMode,
}

/// The path of the root enum, `shop_events::ShopEvent`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Root {
    /// The path as written.
    pub(crate) path: String,
    /// The line in the file, from 1.
    pub(crate) line: usize,
}

/// The `[typescript]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeScript {
    /// The file to write.
    pub(crate) out: String,
    /// Whether properties and arrays are `readonly`.
    pub(crate) readonly: bool,
}

impl Root {
    /// The library's name: the path's first segment.
    pub(crate) fn library(&self) -> &str {
        self.path.split("::").next().unwrap_or(&self.path)
    }
}

impl Config {
    /// The folder that paths are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Reads the file at `explicit`, or else the nearest one upward from `start`.
    pub(crate) fn load(explicit: Option<&Path>, start: &Path) -> Result<Self> {
        let file = match explicit {
            Some(file) => file.to_owned(),
            None => find(start)?,
        };
        let text = fs::read_to_string(&file).map_err(|error| {
            if !text::is_absent(&error) {
                return text::unreadable(&file, error);
            }
            Error::file("read", &file, error).help(
                "pass an existing file to `--config`, or write one with `cargo eventbus init`",
            )
        })?;
        let file = std::path::absolute(&file).unwrap_or(file);
        Self::parse(&text, &file)
    }

    /// Reads a configuration from `text`: the whole of an `eventbus.toml`, or the table
    /// `[package.metadata.eventbus]` of a `Cargo.toml`.
    pub(crate) fn parse(text: &str, file: &Path) -> Result<Self> {
        let document = DeTable::parse(text).map_err(|error| syntax_error(&error, text, file))?;
        let table = if is_manifest(file) {
            metadata(document.get_ref()).ok_or_else(|| no_config(file))?
        } else {
            document.get_ref()
        };
        from_section(&Section::top(table, text, file))
    }
}

fn from_section(top: &Section<'_>) -> Result<Config> {
    top.only(&["root", "package", "schemas", "compat", "migrations", "typescript"])?;
    let root = top.text("root")?.ok_or_else(|| {
        top.error("`root` is missing", None)
            .help("name the outermost enum of your events: root = \"shop_events::ShopEvent\"")
    })?;
    let migrations = top.section("migrations")?;
    if let Some(migrations) = &migrations {
        migrations.only(&["postgres", "sqlite"])?;
    }
    let folder_of = |dialect: &str| match &migrations {
        Some(section) => section.path(dialect),
        None => Ok(None),
    };
    Ok(Config {
        file: top.file().to_owned(),
        root: top.rust_path("root", root)?,
        package: top.text("package")?.map(|(package, _)| package.to_owned()),
        schemas: top.path("schemas")?.unwrap_or_else(|| "schemas".to_owned()),
        postgres: folder_of("postgres")?,
        sqlite: folder_of("sqlite")?,
        typescript: top.section("typescript")?.map(|section| typescript(&section)).transpose()?,
        compat: compat(top)?,
    })
}

fn compat(top: &Section<'_>) -> Result<CompatMode> {
    let Some((text, span)) = top.text("compat")? else { return Ok(CompatMode::Full) };
    match text {
        "full" => Ok(CompatMode::Full),
        "backward" => Ok(CompatMode::Backward),
        "forward" => Ok(CompatMode::Forward),
        "none" => Ok(CompatMode::None),
        other => Err(top
            .error(format!("`compat` is not a mode: `{other}`"), Some(span))
            .help("write full, backward, forward or none: who must understand whom")),
    }
}

fn typescript(section: &Section<'_>) -> Result<TypeScript> {
    section.only(&["out", "readonly"])?;
    let out = section.path("out")?.ok_or_else(|| {
        section
            .error("`typescript.out` is missing", None)
            .help("name the file to write: out = \"web/src/events.ts\"")
    })?;
    Ok(TypeScript { out, readonly: section.flag("readonly")?.unwrap_or(true) })
}

/// The nearest `eventbus.toml`, or the nearest `Cargo.toml` with a `[package.metadata.eventbus]`, whichever is nearer.
fn find(start: &Path) -> Result<PathBuf> {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    start
        .ancestors()
        .find_map(|folder| {
            let own = folder.join(FILE_NAME);
            let manifest = folder.join("Cargo.toml");
            if own.is_file() { Some(own) } else { has_metadata(&manifest).then_some(manifest) }
        })
        .ok_or_else(|| no_config(&start))
}

fn has_metadata(manifest: &Path) -> bool {
    fs::read_to_string(manifest).is_ok_and(|text| {
        DeTable::parse(&text).is_ok_and(|document| metadata(document.get_ref()).is_some())
    })
}

fn metadata<'a, 'i>(manifest: &'a DeTable<'i>) -> Option<&'a DeTable<'i>> {
    manifest
        .get("package")?
        .get_ref()
        .get("metadata")?
        .get_ref()
        .get("eventbus")?
        .get_ref()
        .as_table()
}

fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "Cargo.toml")
}

fn no_config(start: &Path) -> Error {
    let message = format!("there is no `{FILE_NAME}` in `{}` or above it", start.display());
    Error::new(ErrorKind::Config, message)
        .help("write one with `cargo eventbus init`, or name one with `--config FILE`")
}

fn syntax_error(error: &toml::de::Error, text: &str, file: &Path) -> Error {
    let line = error.span().map(|span| read::line_of(text, span.start));
    Error::new(ErrorKind::Config, format!("the file is not valid TOML: {}", error.message()))
        .at(file, line)
        .help("correct that line; strings stand in double quotes, tables in [brackets]")
}

#[cfg(test)]
mod tests;
