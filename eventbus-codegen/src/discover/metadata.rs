//! What cargo says of the user's workspace.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::Library;
use crate::config::Config;
use crate::diagnostic::{Error, ErrorKind, Result, did_you_mean, listed};

/// As much of `cargo metadata` as is needed.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// The packages of the workspace.
    pub(crate) packages: Vec<Package>,
    /// Where cargo builds.
    pub(crate) target_directory: PathBuf,
    /// Where cargo compiles: what the compiler says of files is relative to it.
    pub(crate) workspace_root: PathBuf,
}

/// A package of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    id: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    edition: String,
}

/// The cargo that runs this command, or the one on the path.
pub(super) fn cargo() -> Command {
    Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

impl Metadata {
    /// Asks cargo about the workspace of `folder`.
    pub(crate) fn read(folder: &Path) -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(folder)
            .stderr(Stdio::inherit())
            .output()
            .map_err(no_cargo)?;
        if !output.status.success() {
            let message = format!("cargo cannot read the workspace of `{}`", folder.display());
            return Err(Error::new(ErrorKind::Discovery, message)
                .help("correct what cargo reports above")
                .help(
                    "the configuration stands in a folder of the workspace that holds the events",
                ));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| {
            Error::new(ErrorKind::Discovery, "the output of `cargo metadata` cannot be read")
                .because(error)
                .help("`$CARGO` must name a cargo")
        })
    }

    /// Whether the workspace has a lock file.
    pub(crate) fn is_locked(&self) -> bool {
        self.workspace_root.join("Cargo.lock").is_file()
    }

    /// The library that the root is in: of the configured package, or the one of the root's first segment.
    pub(crate) fn library(&self, config: &Config) -> Result<Library> {
        let wanted = config.root.library();
        let package = match &config.package {
            Some(name) => self.packages.iter().find(|package| package.name == *name),
            None => self.packages.iter().find(|package| {
                package.library().is_some_and(|target| target.crate_name() == wanted)
                    || package.name.replace('-', "_") == wanted
            }),
        };
        let package = package.or_else(|| self.without_library(config));
        let package = package.ok_or_else(|| self.no_package(config))?;
        let target = package.library().ok_or_else(|| no_library(package))?;
        if target.crate_name() != wanted {
            let message = format!(
                "the root `{}` is not in the package `{}`, whose library is `{}`",
                config.root.path,
                package.name,
                target.crate_name()
            );
            return Err(Error::new(ErrorKind::Config, message)
                .at(&config.file, Some(config.root.line))
                .help(format!(
                    "begin `root` with `{}::`, or change `package`",
                    target.crate_name()
                )));
        }
        Ok(Library {
            package: package.name.clone(),
            package_id: package.id.clone(),
            name: target.crate_name(),
            edition: target.edition.clone(),
            folder: package.folder().to_owned(),
        })
    }

    /// The package that must be meant although it has no library: the only one, or the configuration's own.
    fn without_library(&self, config: &Config) -> Option<&Package> {
        let only = self.packages.first().filter(|_| self.packages.len() == 1);
        let own = || self.packages.iter().find(|package| package.folder() == config.folder());
        let meant = if config.package.is_none() { only.or_else(own) } else { None };
        meant.filter(|package| package.library().is_none())
    }

    fn no_package(&self, config: &Config) -> Error {
        let names: Vec<&str> = self.packages.iter().map(|package| package.name.as_str()).collect();
        let (message, wanted) = match &config.package {
            Some(name) => (format!("there is no package `{name}` in the workspace"), name.clone()),
            None => {
                let library = config.root.library();
                let message = format!("no package of the workspace has the library `{library}`");
                (message, library.replace('_', "-"))
            }
        };
        let error = Error::new(ErrorKind::Config, message).at(&config.file, Some(config.root.line));
        let error = match did_you_mean(&wanted, names.iter().copied()) {
            Some(near) => error.help(format!("did you mean the package `{near}`?")),
            None => error,
        };
        error.help(format!("its packages are {}", listed(names)))
    }
}

impl Package {
    fn library(&self) -> Option<&Target> {
        const LINKABLE: &[&str] = &["lib", "rlib", "dylib", "cdylib", "staticlib"];
        self.targets
            .iter()
            .find(|target| target.kind.iter().any(|kind| LINKABLE.contains(&kind.as_str())))
    }

    /// The folder of its `Cargo.toml`.
    pub(crate) fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// The name of its library in Rust, if it has one.
    pub(crate) fn library_name(&self) -> Option<String> {
        self.library().map(Target::crate_name)
    }
}

impl Target {
    fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

fn no_library(package: &Package) -> Error {
    let message = format!("the package `{}` has no library target", package.name);
    Error::new(ErrorKind::Discovery, message).at(&package.manifest_path, None).help(
        "move the enums into a library target: src/lib.rs beside src/main.rs is one, and main.rs \
         uses it by the package's name",
    )
}

pub(super) fn no_cargo(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Discovery, "cargo cannot be started")
        .because(error)
        .help("install Rust from https://rustup.rs, or set `$CARGO` to a cargo")
}
