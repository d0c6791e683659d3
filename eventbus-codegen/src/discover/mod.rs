//! Reads the catalog out of the user's code, and lets that code decode.
//!
//! A library is built where it lives, by the user's own cargo: lock file, features, patches and profile are exactly the
//! user's. A few generated lines are then linked against it, run, and leave the catalog in a file. Where the linker needs
//! what only cargo knows, cargo builds those lines as a package of their own (`shim`); where there is no library, the
//! user writes them (`catalog_main!`). What a program answered is kept until the library changes (`cache`).

mod build;
mod cache;
mod catalogs;
mod honest;
mod link;
mod metadata;
mod open;
mod program;
mod shim;
mod toolchain;
mod unit;

use std::env;
use std::ffi::OsString;
use std::path::Path;

use eventbus_runtime::Document;
use serde::Deserialize;

use self::build::Built;
use self::cache::{Answer, Kept, stamp};
pub(crate) use self::catalogs::Code;
pub(crate) use self::honest::{refuse_untrue, untrue};
use self::link::{Linked, Pieces, link};
pub(crate) use self::metadata::{Metadata, Package};
pub(crate) use self::open::observe;
use self::program::Program;
pub(crate) use self::program::Sample;
use self::unit::{Target, Unit};
use crate::config::Config;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::registry::Catalog;

/// How the code is built, as asked for on the command line.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Features, as `cargo build --features` takes them.
    pub(crate) features: Vec<String>,
    /// Whether all features are asked for.
    pub(crate) all_features: bool,
    /// Whether the default ones are not.
    pub(crate) no_default_features: bool,
    /// Whether a lock file must stay as it is.
    pub(crate) locked: bool,
    /// Whether nothing may be fetched.
    pub(crate) offline: bool,
    /// Whether cargo is told to be quiet.
    pub(crate) quiet: bool,
    /// Tells the user about something that takes time, or was not done.
    pub(crate) say: fn(&str),
}

/// Builds everything that adds to the registry of `config`, and reads the catalogs.
pub(crate) fn discover(config: &Config, request: &Request) -> Result<Code> {
    refuse_build_script(|variable| env::var_os(variable))?;
    let metadata = Metadata::read(config.folder())?;
    let sources = metadata.sources(config)?;
    let units: Result<Vec<Unit<'_>>> =
        sources.iter().map(|source| Unit::find(&metadata, config, source)).collect();
    let units = units?;
    let place = Place { metadata: &metadata, folder: config.folder() };
    let request = metadata.with_lock(request);
    let built = build::build(&units, config.folder(), &request)?;
    let answers: Result<Vec<(Catalog, Program)>> =
        units.iter().map(|unit| place.answer(unit, &built, &request)).collect();
    Code::of(answers?, &sources, &metadata.workspace_root)
}

/// Where the user's code is, and where cargo was run.
struct Place<'a> {
    metadata: &'a Metadata,
    folder: &'a Path,
}

impl Place<'_> {
    /// The catalog of `unit`, and the program that answers for it: as they are kept, or made anew.
    fn answer(
        &self,
        unit: &Unit<'_>,
        built: &Built,
        request: &Request,
    ) -> Result<(Catalog, Program)> {
        let artifact = built.artifact(unit)?;
        let target_directory = &self.metadata.target_directory;
        let kept = Kept::open(target_directory, unit)?;
        let scratch = kept.scratch()?;
        let lines = match unit.target {
            Target::Library { root, .. } => program::source(root),
            Target::Program(..) => String::new(),
        };
        let stamp = stamp(artifact, &lines)?;
        let name = unit.source.entry.to_string();
        let parse = |text: &str| parse(text, &name).map_err(|error| unit.source.at(error));
        if let Some(answer) = kept.recall(&stamp) {
            answer.untried.iter().for_each(|note| (request.say)(note));
            let program = Program::new(scratch, answer.program, name.clone()).within(kept);
            return Ok((parse(&answer.catalog)?, program));
        }
        kept.forget()?;
        let path = match unit.target {
            Target::Program(..) => artifact.to_owned(),
            Target::Library { root, edition } => {
                let path = kept.folder().join(format!("catalog{}", env::consts::EXE_SUFFIX));
                let folder = self.folder;
                let pieces = Pieces { rlib: artifact, built, target_directory, folder };
                match link(unit, (root, edition), &pieces, scratch.path(), &path)? {
                    Linked::Program => path,
                    Linked::Not(said) => {
                        let places = (kept.folder(), folder);
                        shim::program(self.metadata, unit, (root, edition), &said, places, request)?
                    }
                }
            }
        };
        let program = Program::new(scratch, path.clone(), name.clone());
        let text = program.catalog().map_err(|error| unit.source.at(error))?;
        let mut catalog = parse(&text)?;
        // What these say is about the code, and not about the line that names its root.
        observe(&mut catalog, &|samples| program.decode(samples))?;
        let untried = refuse_untrue(&catalog, &|samples| program.rewrite(samples))?;
        untried.iter().for_each(|note| (request.say)(note));
        let text = serde_json::to_string(&catalog).expect("a catalog is JSON");
        kept.remember(&stamp, &Answer { program: path, catalog: text, untried })?;
        Ok((catalog, program.within(kept)))
    }
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

/// The catalog in `text`, of what `name` says.
fn parse(text: &str, name: &str) -> Result<Catalog> {
    #[derive(Deserialize)]
    struct Numbered {
        format: Option<u32>,
    }
    let broken = |error: serde_json::Error| {
        let message = format!("the catalog of {name} cannot be read");
        Error::new(ErrorKind::Discovery, message)
            .because(error)
            .help("use one version of eventbus-runtime and cargo-eventbus")
    };
    // Its number first: whatever has another one may be anything.
    let Numbered { format } = serde_json::from_str(text).map_err(broken)?;
    if format == Some(Document::FORMAT) {
        return serde_json::from_str(text).map_err(broken).and_then(|read| whole(read, name));
    }
    let found = format.map_or_else(|| "none".to_owned(), |format| format.to_string());
    let message =
        format!("the catalog has format {found}, and this toolchain reads {}", Document::FORMAT);
    Err(Error::new(ErrorKind::Discovery, message)
        .help("install the cargo-eventbus of the same version as your eventbus-runtime"))
}

/// A subset names what other enums declare: it is no root, and holds nothing for the registry.
fn whole(catalog: Catalog, name: &str) -> Result<Catalog> {
    if !catalog.root.subset {
        return Ok(catalog);
    }
    let message = format!("{name} is a subset of events that other enums declare");
    Err(Error::new(ErrorKind::Discovery, message)
        .help("write the path of the enum that nests them all, which derives `DomainEvent`"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::{parse, refuse_build_script};

    #[test]
    fn a_build_script_is_told_from_cargo_run() {
        let only = |name: &str| (name == "CARGO_MANIFEST_DIR").then(OsString::new);
        assert!(refuse_build_script(only).is_ok());
        assert!(refuse_build_script(|_| Some(OsString::new())).is_err());
    }

    #[test]
    fn an_unknown_format_is_refused() {
        let error = parse("{\"format\": 7}", "`a::B`").unwrap_err();
        assert_eq!(error.to_string(), "the catalog has format 7, and this toolchain reads 1");
    }

    #[test]
    fn a_subset_is_no_root() {
        let text = r#"{"format": 1, "root":
            {"rustPath": "a::Billing", "docs": "", "prefix": "", "members": [], "subset": true}}"#;
        let error = parse(text, "`a::Billing`").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`a::Billing` is a subset of events that other enums declare"
        );
        assert!(parse(&text.replace("true", "false"), "`a::Billing`").is_ok());
    }
}
