//! `cargo eventbus init`: writes a configuration that explains itself.

mod text;

use std::fs::File;
use std::io::{ErrorKind as IoErrorKind, Write as _};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use self::text::{metadata, one_registry, shared_registry};
use super::{Common, report};
use crate::config::{Config, FILE_NAME, has_metadata};
use crate::diagnostic::{Error, ErrorKind, Result, listed};
use crate::discover::{Metadata, Package};
use crate::shell;

const EXAMPLES: &str = "\
Examples:
  cargo eventbus init
  cargo eventbus init --manifest-path shop/Cargo.toml
  cargo eventbus init --workspace    one registry for several packages";

/// Write a commented eventbus.toml beside the nearest Cargo.toml.
///
/// Every option stands in it with its default. An existing configuration is never overwritten, and no Cargo.toml is ever
/// changed.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Write it at the root of the workspace, for one registry of several packages, and say what each of them adds.
    #[arg(long)]
    workspace: bool,
    #[command(flatten)]
    common: Common,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let start = arguments.common.folder()?;
    let folder = start
        .ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file())
        .ok_or_else(|| no_manifest(&start))?;
    let workspace = Metadata::read(folder)?;
    let quiet = arguments.common.quiet;
    if arguments.workspace {
        shared(&workspace, quiet)?
    } else {
        own(&workspace, folder, quiet)?
    }
    Ok(ExitCode::SUCCESS)
}

/// A configuration for the events of one package.
fn own(workspace: &Metadata, folder: &Path, quiet: bool) -> Result<()> {
    refuse_existing(folder, "package")?;
    let candidates = candidates(workspace, folder);
    let Some(package) = candidates.first() else { return Err(no_package(folder)) };
    if let Some(shared) = Config::of_workspace(&workspace.workspace_root) {
        return Err(is_shared(&shared, package));
    }
    create(&folder.join(FILE_NAME), &one_registry(&package.name, &library_name(package)), quiet)?;
    if quiet {
        return Ok(());
    }
    if package.library_name().is_none() {
        report::warning(&format!("the package `{}` has no library", package.name));
        report::help("move the enums into a library target: src/lib.rs");
        report::help(
            "or write examples/events.rs, two lines, and `example = \"events\"` instead of `root`: \
             #[path = \"../src/events.rs\"] mod events; \
             eventbus_runtime::catalog_main!(events::ShopEvent);",
        );
    }
    advise_dependency(package);
    report::help("set `root` in it to the outermost enum of your events");
    let others = candidates.iter().skip(1).filter(|other| uses_events(other));
    let others: Vec<&str> = others.map(|other| other.name.as_str()).collect();
    if !others.is_empty() {
        report::help(&format!(
            "{} may hold events too: if they do, delete the file and run: cargo eventbus init --workspace",
            listed(others)
        ));
    }
    report::help("then generate: cargo eventbus codegen");
    Ok(())
}

/// A configuration for the events of all packages of the workspace.
fn shared(workspace: &Metadata, quiet: bool) -> Result<()> {
    let root = &workspace.workspace_root;
    refuse_existing(root, "workspace")?;
    create(&root.join(FILE_NAME), &shared_registry(), quiet)?;
    if quiet {
        return Ok(());
    }
    let candidates = candidates(workspace, root);
    let users: Vec<&&Package> = candidates.iter().filter(|package| uses_events(package)).collect();
    let shown = if users.is_empty() { candidates.iter().collect() } else { users };
    report::help(
        "add to the manifest of each package that holds events, with its enum's own name:",
    );
    for package in shown {
        if has_metadata(&package.manifest_path, "package") {
            continue;
        }
        advise_dependency(package);
        let manifest = package.manifest_path.strip_prefix(root).unwrap_or(&package.manifest_path);
        let lines = metadata(&library_name(package));
        report::help(&format!("to {}:\n{lines}", manifest.display()));
    }
    report::help("then generate: cargo eventbus codegen --workspace");
    Ok(())
}

fn refuse_existing(folder: &Path, table: &str) -> Result<()> {
    let manifest = folder.join("Cargo.toml");
    if !has_metadata(&manifest, table) {
        return Ok(());
    }
    let message = format!("`{}` has a [{table}.metadata.eventbus] already", manifest.display());
    Err(Error::new(ErrorKind::Config, message)
        .help("edit it: it takes every key of an eventbus.toml"))
}

fn create(path: &Path, text: &str, quiet: bool) -> Result<()> {
    let mut file = File::create_new(path).map_err(|error| match error.kind() {
        IoErrorKind::AlreadyExists => {
            let message = format!("`{}` exists already, and was left as it is", path.display());
            Error::new(ErrorKind::Config, message)
                .help("edit it, or remove it and run `cargo eventbus init` again")
        }
        _ => Error::file("write", path, error).help("make the folder writable"),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| Error::file("write", path, error))?;
    if !quiet {
        report::file(report::ADDED, "created", &path.display().to_string());
    }
    Ok(())
}

/// The packages, most likely first the one that holds the events: this folder's, else one that uses the runtime, has a
/// library, and best says so in its name. No source is looked at.
fn candidates<'a>(workspace: &'a Metadata, folder: &Path) -> Vec<&'a Package> {
    let mut packages: Vec<&Package> = workspace.packages.iter().collect();
    packages.sort_by_key(|package| {
        let is_elsewhere = package.folder() != folder;
        let has_no_library = package.library_name().is_none();
        (is_elsewhere, !uses_events(package), has_no_library, !package.name.contains("event"))
    });
    packages
}

fn uses_events(package: &Package) -> bool {
    package.dependencies.iter().any(|dependency| dependency.name == "eventbus-runtime")
}

fn library_name(package: &Package) -> String {
    package.library_name().unwrap_or_else(|| package.name.replace('-', "_"))
}

fn advise_dependency(package: &Package) {
    if !uses_events(package) {
        let name = shell::quoted(&package.name);
        report::help(&format!(
            "its enums need the derive: cargo add eventbus-runtime --package {name}"
        ));
    }
}

fn is_shared(shared: &Config, package: &Package) -> Error {
    let message = format!("the workspace has one registry for all: `{}`", shared.file.display());
    Error::new(ErrorKind::Config, message)
        .help(format!(
            "add to `{}`:\n{}\n",
            package.manifest_path.display(),
            metadata(&library_name(package))
        ))
        .help("then generate: cargo eventbus codegen --workspace")
        .help(format!(
            "for a registry of its own, write `{}` by hand",
            package.folder().join(FILE_NAME).display()
        ))
}

fn no_manifest(start: &Path) -> Error {
    let message = format!("there is no Cargo.toml in `{}` or above it", start.display());
    Error::new(ErrorKind::Config, message)
        .help("run it in the package that holds your events, or pass `--manifest-path`")
}

fn no_package(folder: &Path) -> Error {
    let message = format!("the workspace in `{}` has no package", folder.display());
    Error::new(ErrorKind::Config, message)
        .help("make one for your events: cargo new --lib shop-events")
}
