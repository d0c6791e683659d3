//! `eventbus.toml`: found, read, checked once, then closed.

mod former;
mod read;
mod source;
mod tenants;

use std::fs;
use std::path::{Path, PathBuf};

use eventbus_runtime::CompatMode;
use toml::de::DeTable;

pub(crate) use self::former::{Former, formers};
use self::read::Section;
pub(crate) use self::source::{Entry, Source};
pub(crate) use self::tenants::Tenants;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::emit::asyncapi;
use crate::text;

/// The name of the configuration file.
pub(crate) const FILE_NAME: &str = "eventbus.toml";

/// The folder of the registry where none is named.
const DEFAULT_FOLDER: &str = "schemas";

/// What the commands do, with every path still as written: relative to [`Config::folder`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Config {
    /// The file that says so.
    pub(crate) file: PathBuf,
    /// Where the events come from.
    pub(crate) events: Events,
    /// The folder of the registry.
    pub(crate) schemas: String,
    /// The folder of the PostgreSQL migrations.
    pub(crate) postgres: Option<String>,
    /// The folder of the SQLite migrations.
    pub(crate) sqlite: Option<String>,
    /// Whether new migrations can be reverted.
    pub(crate) reversible: bool,
    /// Whether the migrations make a view of each event type.
    pub(crate) views: bool,
    /// Whether the migrations make the log refuse payloads that their schemas do not allow.
    pub(crate) checks: bool,
    /// Whether the PostgreSQL migrations hold tenants apart.
    pub(crate) tenants: Tenants,
    /// What TypeScript is wanted.
    pub(crate) typescript: Option<TypeScript>,
    /// What AsyncAPI document is wanted.
    pub(crate) asyncapi: Option<AsyncApi>,
    /// The catalog page.
    pub(crate) page: Option<Published>,
    /// The Markdown reference.
    pub(crate) markdown: Option<Published>,
    /// Which readers and writers must understand each other, where an event does not say so itself.
    pub(crate) compat: CompatMode,
}

/// Where the events of a registry come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Events {
    /// From here.
    Of(Source),
    /// From each package of the workspace whose manifest names some.
    OfMembers,
    /// From nowhere: the registry alone is known.
    Unknown,
}

/// The `[typescript]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeScript {
    /// The folder to write into, or a file that holds everything.
    pub(crate) out: String,
    /// Whether properties and arrays are `readonly`.
    pub(crate) readonly: bool,
    /// Whether each family has a file of its own.
    pub(crate) split: bool,
    /// How the files name each other.
    pub(crate) extensions: Extensions,
}

/// What follows the name of a file where another one imports it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extensions {
    /// `.js`, which every resolver takes.
    Js,
    /// `.ts`, which runs as it is.
    Ts,
    /// Nothing, for bundlers.
    None,
}

impl TypeScript {
    /// Whether `out` is a file.
    pub(crate) fn is_file(&self) -> bool {
        is_source(&self.out)
    }
}

/// The `[asyncapi]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AsyncApi {
    /// The file to write.
    pub(crate) out: String,
    /// What it says of itself.
    pub(crate) options: asyncapi::Options,
}

/// The `[page]` or the `[markdown]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Published {
    /// The file to write.
    pub(crate) out: String,
    /// What stands above it.
    pub(crate) title: String,
}

/// The title where none is given.
const DEFAULT_TITLE: &str = "Event catalog";

impl Config {
    /// The folder that paths are relative to.
    pub(crate) fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new("."))
    }

    /// Whether a `Cargo.toml` says it.
    pub(crate) fn is_in_a_manifest(&self) -> bool {
        is_manifest(&self.file)
    }

    /// Reads the file at `explicit`, or else the nearest one upward from `start`: for the registry of one package, or
    /// with `workspace` for the one that the packages of a workspace share.
    pub(crate) fn load(explicit: Option<&Path>, start: &Path, workspace: bool) -> Result<Self> {
        Self::load_any(explicit, start, workspace)?.with_events()
    }

    /// The same of a file that need not say where the events come from.
    pub(crate) fn load_any(explicit: Option<&Path>, start: &Path, workspace: bool) -> Result<Self> {
        let file = match explicit {
            Some(file) => file.to_owned(),
            None => find(start, workspace)?,
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
        Self::parse_any(&text, &file, workspace)
    }

    /// Refuses a file that does not say where the events come from.
    fn with_events(self) -> Result<Self> {
        if self.events == Events::Unknown { Err(no_root(&self.file)) } else { Ok(self) }
    }

    /// The registry that the packages of the workspace in `folder` share, if there is one.
    pub(crate) fn of_workspace(folder: &Path) -> Option<Self> {
        let own = folder.join(FILE_NAME);
        let file = if own.is_file() { own } else { folder.join("Cargo.toml") };
        let text = fs::read_to_string(&file).ok()?;
        Self::parse(&text, &file, true).ok()
    }

    /// Reads a configuration from `text`: the whole of an `eventbus.toml`, or the table
    /// `[package.metadata.eventbus]` of a `Cargo.toml`, with `workspace` its `[workspace.metadata.eventbus]`.
    pub(crate) fn parse(text: &str, file: &Path, workspace: bool) -> Result<Self> {
        Self::parse_any(text, file, workspace)?.with_events()
    }

    fn parse_any(text: &str, file: &Path, workspace: bool) -> Result<Self> {
        let document = DeTable::parse(text).map_err(|error| syntax_error(&error, text, file))?;
        let table = if is_manifest(file) {
            let table = if workspace { "workspace" } else { "package" };
            metadata(document.get_ref(), table).ok_or_else(|| no_config(file, workspace))?
        } else {
            document.get_ref()
        };
        from_section(&Section::top(table, text, file), workspace)
    }
}

/// The keys of the file. A workspace's names no package.
const KEYS: &[&str] = &[
    "package",
    "root",
    "example",
    "bin",
    "schemas",
    "compat",
    "migrations",
    "typescript",
    "asyncapi",
    "page",
    "markdown",
];

fn from_section(top: &Section<'_>, workspace: bool) -> Result<Config> {
    top.only(if workspace { &KEYS[1..] } else { KEYS })?;
    let events = match (Source::read(top)?, workspace) {
        (Some(source), false) => Events::Of(source),
        (None, true) => Events::OfMembers,
        (None, false) => Events::Unknown,
        (Some(source), true) => return Err(one_root(&source)),
    };
    let migrations = top.section("migrations")?;
    if let Some(migrations) = &migrations {
        migrations.only(&["postgres", "sqlite", "reversible", "views", "checks", "tenants"])?;
    }
    let folder_of = |dialect: &str| match &migrations {
        Some(section) => section.path(dialect),
        None => Ok(None),
    };
    let wants = |what: &str| match &migrations {
        Some(section) => Ok::<_, Error>(section.flag(what)?.unwrap_or(false)),
        None => Ok(false),
    };
    let postgres = folder_of("postgres")?;
    let tenants = match &migrations {
        Some(section) => tenants::tenants(section, postgres.is_some())?,
        None => Tenants::Unsaid,
    };
    Ok(Config {
        file: top.file().to_owned(),
        events,
        schemas: top.path("schemas")?.unwrap_or_else(|| DEFAULT_FOLDER.to_owned()),
        postgres,
        sqlite: folder_of("sqlite")?,
        reversible: wants("reversible")?,
        views: wants("views")?,
        checks: wants("checks")?,
        tenants,
        typescript: top.section("typescript")?.map(|section| typescript(&section)).transpose()?,
        asyncapi: top.section("asyncapi")?.map(|section| async_api(&section)).transpose()?,
        page: published(top, "page", "docs/events.html")?,
        markdown: published(top, "markdown", "docs/events.md")?,
        compat: compat(top)?,
    })
}

fn no_root(file: &Path) -> Error {
    Error::new(ErrorKind::Config, "`root` is missing")
        .at(file, None)
        .help("name the outermost enum of your events: root = \"shop_events::ShopEvent\"")
        .help(
            "where packages of the workspace name one each, in [package.metadata.eventbus], bring them \
             into this registry with `--workspace`",
        )
        .help("where there is no Rust code, work from the registry: cargo eventbus codegen --from-registry")
}

fn one_root(source: &Source) -> Error {
    let message = format!(
        "with `--workspace`, each package names its events, and this file names {}",
        source.entry
    );
    source.at(Error::new(ErrorKind::Config, message)).help(
        "move the line to the manifest of the package that holds them, below \
         [package.metadata.eventbus]; or leave `--workspace` out",
    )
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
    section.only(&["out", "readonly", "split", "extensions"])?;
    let out = out(section, "typescript", "the folder to write into", "web/src/events")?;
    let place = || section.text("out").ok().flatten().map(|(_, span)| span);
    let folder =
        "name a folder, in which `events.ts` and `index.ts` are written: out = \"web/src/events\"";
    let split = section.flag("split")?.unwrap_or(false);
    if out.ends_with(".d.ts") {
        let message = format!(
            "`typescript.out` is a file of declarations, which cannot hold validators: `{out}`"
        );
        return Err(section.error(message, place()).help(folder));
    }
    if split && is_source(&out) {
        let message =
            format!("`typescript.out` is one file, and `split` asks for several: `{out}`");
        return Err(section.error(message, place()).help(folder).help("or leave `split` out"));
    }
    let readonly = section.flag("readonly")?.unwrap_or(true);
    Ok(TypeScript { out, readonly, split, extensions: extensions(section)? })
}

fn extensions(section: &Section<'_>) -> Result<Extensions> {
    let Some((text, span)) = section.text("extensions")? else { return Ok(Extensions::Js) };
    match text {
        "js" => Ok(Extensions::Js),
        "ts" => Ok(Extensions::Ts),
        "none" => Ok(Extensions::None),
        other => Err(section
            .error(format!("`typescript.extensions` is none of them: `{other}`"), Some(span))
            .help("write js, ts or none: what follows the name of a file where another one imports it")),
    }
}

/// Whether a path is that of a file of TypeScript.
fn is_source(path: &str) -> bool {
    [".ts", ".mts", ".cts", ".tsx"].iter().any(|extension| path.ends_with(extension))
}

fn async_api(section: &Section<'_>) -> Result<AsyncApi> {
    section.only(&["out", "title", "version"])?;
    let out = out(section, "asyncapi", "the file to write", "docs/asyncapi.json")?;
    let text = |key: &str| Ok::<_, Error>(section.text(key)?.map(|(text, _)| text.to_owned()));
    let version = text("version")?.unwrap_or_else(|| "1.0.0".to_owned());
    Ok(AsyncApi { out, options: asyncapi::Options { title: text("title")?, version } })
}

/// The `out` of a table, which asks for nothing without it; `such` is one that it might be.
fn out(section: &Section<'_>, table: &str, what: &str, such: &str) -> Result<String> {
    section.path("out")?.ok_or_else(|| {
        section
            .error(format!("`{table}.out` is missing"), None)
            .help(format!("name {what}: out = \"{such}\""))
    })
}

/// A document for people, if there is a table that asks for it; `such` is a file that it might be.
fn published(top: &Section<'_>, table: &str, such: &str) -> Result<Option<Published>> {
    let Some(section) = top.section(table)? else { return Ok(None) };
    section.only(&["out", "title"])?;
    let out = out(&section, table, "the file to write", such)?;
    let title = section.text("title")?.map_or(DEFAULT_TITLE, |(title, _)| title).to_owned();
    Ok(Some(Published { out, title }))
}

/// The nearest `eventbus.toml`, or the nearest `Cargo.toml` with a `[package.metadata.eventbus]`, whichever is nearer.
/// For a workspace it is a `[workspace.metadata.eventbus]`.
fn find(start: &Path, workspace: bool) -> Result<PathBuf> {
    let start = std::path::absolute(start).unwrap_or_else(|_| start.to_owned());
    let table = if workspace { "workspace" } else { "package" };
    start
        .ancestors()
        .find_map(|folder| {
            let own = folder.join(FILE_NAME);
            let manifest = folder.join("Cargo.toml");
            if own.is_file() {
                Some(own)
            } else {
                has_metadata(&manifest, table).then_some(manifest)
            }
        })
        .ok_or_else(|| no_config(&start, workspace))
}

/// Whether the manifest has a `[package.metadata.eventbus]`, or the one of another `table`.
pub(crate) fn has_metadata(manifest: &Path, table: &str) -> bool {
    fs::read_to_string(manifest).is_ok_and(|text| {
        DeTable::parse(&text).is_ok_and(|document| metadata(document.get_ref(), table).is_some())
    })
}

fn metadata<'a, 'i>(manifest: &'a DeTable<'i>, table: &str) -> Option<&'a DeTable<'i>> {
    let table = manifest.get(table)?.get_ref();
    table.get("metadata")?.get_ref().get("eventbus")?.get_ref().as_table()
}

fn is_manifest(file: &Path) -> bool {
    file.file_name().is_some_and(|name| name == "Cargo.toml")
}

fn no_config(start: &Path, workspace: bool) -> Error {
    let (what, init) = if workspace {
        (format!("`{FILE_NAME}` of a workspace"), "cargo eventbus init --workspace")
    } else {
        (format!("`{FILE_NAME}`"), "cargo eventbus init")
    };
    let message = format!("there is no {what} in `{}` or above it", start.display());
    Error::new(ErrorKind::Config, message)
        .help(format!("write one with `{init}`, or name one with `--config FILE`"))
}

fn syntax_error(error: &toml::de::Error, text: &str, file: &Path) -> Error {
    let line = error.span().map(|span| read::line_of(text, span.start));
    Error::new(ErrorKind::Config, format!("the file is not valid TOML: {}", error.message()))
        .at(file, line)
        .help("correct that line; strings stand in double quotes, tables in [brackets]")
}

#[cfg(test)]
mod tests;
