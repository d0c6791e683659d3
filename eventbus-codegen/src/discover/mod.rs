//! Reads the catalog out of the user's library, and lets the library decode.
//!
//! The library is built where it lives, by the user's own cargo: lock file, features, patches and profile are exactly
//! the user's. A few generated lines are then linked against it, run, and leave the catalog in a file.

mod build;
mod kept;
mod link;
mod metadata;
mod program;

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use eventbus_runtime::Document;
use serde::Deserialize;

use self::build::Built;
use self::kept::Kept;
pub(crate) use self::metadata::Metadata;
pub(crate) use self::program::{Program, Sample};
use crate::config::{Config, Root};
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::Catalog;

/// How the library is built, as asked for on the command line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Request {
    /// Its features, as `cargo build --features` takes them.
    pub(crate) features: Vec<String>,
    /// Whether a lock file must stay as it is.
    pub(crate) locked: bool,
    /// Whether cargo is told to be quiet.
    pub(crate) quiet: bool,
}

/// The user's code, as far as the toolchain asks it.
#[derive(Debug)]
pub(crate) struct Code {
    /// The catalog of the configured root.
    pub(crate) catalog: Catalog,
    /// The program that holds the code.
    pub(crate) program: Program,
}

/// Builds the library, links it, and reads the catalog of the configured root.
pub(crate) fn discover(config: &Config, request: &Request) -> Result<Code> {
    let library = Ready::build(config, request)?;
    let program = library.link(config)?;
    let catalog = parse(&library.catalog(config, &program)?, &config.root)?;
    Ok(Code { catalog, program })
}

/// The catalog alone, for which a library that was not built again is not linked again.
pub(crate) fn catalog(config: &Config, request: &Request) -> Result<Catalog> {
    let library = Ready::build(config, request)?;
    let kept = Kept::of(&library.built.rlib, &config.root, request, &library.target);
    if let Some(text) = kept.as_ref().and_then(Kept::read) {
        return parse(&text, &config.root);
    }
    let text = library.catalog(config, &library.link(config)?)?;
    let catalog = parse(&text, &config.root)?;
    if let Some(kept) = kept {
        kept.write(&text);
    }
    Ok(catalog)
}

/// The library as cargo has just built it.
struct Ready {
    library: Library,
    built: Built,
    target: PathBuf,
}

impl Ready {
    fn build(config: &Config, request: &Request) -> Result<Self> {
        refuse_build_script(|variable| env::var_os(variable))?;
        let metadata = Metadata::read(config.folder())?;
        let library = metadata.library(config)?;
        let request =
            &Request { locked: request.locked && metadata.is_locked(), ..request.clone() };
        let built = build::library(&library, config.folder(), request)?;
        Ok(Self { library, built, target: metadata.target_directory })
    }

    fn link(&self, config: &Config) -> Result<Program> {
        link::program(&config.root, &self.library, &self.built, &self.target)
            .map_err(|error| error.at(&config.file, Some(config.root.line)))
    }

    fn catalog(&self, config: &Config, program: &Program) -> Result<String> {
        program.catalog().map_err(|error| error.at(&config.file, Some(config.root.line)))
    }
}

/// The library that holds the root.
#[derive(Debug)]
pub(crate) struct Library {
    /// The package's name and its opaque id.
    pub(crate) package: String,
    /// See [`Library::package`].
    pub(crate) package_id: String,
    /// The library's name in Rust.
    pub(crate) name: String,
    /// The edition of its target.
    pub(crate) edition: String,
    /// The folder of its `Cargo.toml`.
    pub(crate) folder: PathBuf,
}

/// Cargo holds its lock while a build script runs; a cargo started there would wait for itself.
fn refuse_build_script(variable: impl Fn(&str) -> Option<OsString>) -> Result<()> {
    // `cargo run` sets the first of these too; only build scripts get all of them.
    let set_for_build_scripts = ["CARGO_MANIFEST_DIR", "OUT_DIR", "HOST", "TARGET", "NUM_JOBS"];
    if !set_for_build_scripts.into_iter().all(|name| variable(name).is_some()) {
        return Ok(());
    }
    let message = "cargo eventbus cannot run inside a build script: cargo's lock is held";
    Err(Error::new(ErrorKind::Discovery, message)
        .help("run `cargo eventbus codegen` by hand and commit what it writes")
        .help("in CI, `cargo eventbus codegen --check` finds what was forgotten"))
}

fn parse(text: &str, root: &Root) -> Result<Catalog> {
    #[derive(Deserialize)]
    struct Numbered {
        format: Option<u32>,
    }
    let broken = |error: serde_json::Error| {
        let message = format!("the catalog of `{}` cannot be read", root.path);
        Error::new(ErrorKind::Discovery, message)
            .because(error)
            .help("use one version of eventbus-runtime and cargo-eventbus")
    };
    // Its number first: whatever has another one may be anything.
    let Numbered { format } = serde_json::from_str(text).map_err(broken)?;
    if format == Some(Document::FORMAT) {
        return serde_json::from_str(text).map_err(broken).and_then(|read| whole(read, root));
    }
    let found = format.map_or_else(|| "none".to_owned(), |format| format.to_string());
    let message =
        format!("the catalog has format {found}, and this toolchain reads {}", Document::FORMAT);
    Err(Error::new(ErrorKind::Discovery, message)
        .help("install the cargo-eventbus of the same version as your eventbus-runtime"))
}

/// A subset names what other enums declare: it is no root, and holds nothing for the registry.
fn whole(catalog: Catalog, root: &Root) -> Result<Catalog> {
    if !catalog.root.subset {
        return Ok(catalog);
    }
    let message = format!("`{}` is a subset of events that other enums declare", root.path);
    Err(Error::new(ErrorKind::Discovery, message)
        .help("write the path of the enum that nests them all, which derives `DomainEvent`"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{parse, refuse_build_script};
    use crate::config::Root;

    #[test]
    fn a_build_script_is_told_from_cargo_run() {
        let only = |name: &str| (name == "CARGO_MANIFEST_DIR").then(OsString::new);
        assert!(refuse_build_script(only).is_ok());
        assert!(refuse_build_script(|_| Some(OsString::new())).is_err());
    }

    #[test]
    fn an_unknown_format_is_refused() {
        let root = Root { path: "a::B".to_owned(), line: 1 };
        let error = parse("{\"format\": 7}", &root).unwrap_err();
        assert_eq!(error.to_string(), "the catalog has format 7, and this toolchain reads 1");
    }

    #[test]
    fn a_subset_is_no_root() {
        let root = Root { path: "a::Billing".to_owned(), line: 1 };
        let text = r#"{"format": 1, "root":
            {"rustPath": "a::Billing", "docs": "", "prefix": "", "members": [], "subset": true}}"#;
        let error = parse(text, &root).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a::Billing` is a subset of events that other enums declare"
        );
        assert!(parse(&text.replace("true", "false"), &root).is_ok());
    }
}
