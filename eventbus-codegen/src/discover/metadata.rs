//! What cargo says of the user's workspace.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use super::Request;
use crate::config::{Config, Events, Source};
use crate::diagnostic::{Error, ErrorKind, Result};

/// As much of `cargo metadata` as is needed.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    /// The packages of the workspace.
    pub(crate) packages: Vec<Package>,
    /// Where cargo builds.
    pub(crate) target_directory: PathBuf,
    /// The folder of the workspace's manifest. Cargo compiles there: what the compiler says of files is relative to it.
    pub(crate) workspace_root: PathBuf,
}

/// A package of the workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: String,
    /// Its opaque id.
    pub(crate) id: String,
    /// Its manifest.
    pub(crate) manifest_path: PathBuf,
    /// The features that it declares.
    pub(crate) features: BTreeMap<String, Vec<String>>,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
    /// What it builds.
    pub(super) targets: Vec<Target>,
    /// Its `[package.metadata]`.
    metadata: Value,
}

/// A dependency of a package.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    /// The name of the package that is depended on.
    pub(crate) name: String,
    /// The name that it has in this package, where that is another.
    #[serde(default)]
    pub(super) rename: Option<String>,
    /// The versions that will do.
    #[serde(default)]
    pub(super) req: String,
    /// Where it comes from, `registry+..` or `git+..`; nothing for a folder.
    #[serde(default)]
    pub(super) source: Option<String>,
    /// The index of a registry that is not the usual one.
    #[serde(default)]
    pub(super) registry: Option<String>,
    /// Its folder.
    #[serde(default)]
    pub(super) path: Option<String>,
}

impl Dependency {
    /// What it is called in the package that depends on it.
    pub(super) fn key(&self) -> &str {
        self.rename.as_deref().unwrap_or(&self.name)
    }
}

/// What a package builds.
#[derive(Debug, Deserialize)]
pub(super) struct Target {
    pub(super) name: String,
    pub(super) kind: Vec<String>,
    pub(super) edition: String,
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

    /// The request with `locked` only where there is a lock file.
    pub(super) fn with_lock(&self, request: &Request) -> Request {
        let is_locked = self.workspace_root.join("Cargo.lock").is_file();
        Request { locked: request.locked && is_locked, ..request.clone() }
    }

    /// Everything that adds to the registry of `config`, by package.
    pub(super) fn sources(&self, config: &Config) -> Result<Vec<Source>> {
        if let Events::Of(source) = &config.events {
            self.refuse_part_of_a_whole(config, source)?;
            return Ok(vec![source.clone()]);
        }
        let mut packages: Vec<&Package> = self
            .packages
            .iter()
            .filter(|package| package.metadata.get("eventbus").is_some())
            .collect();
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        let sources: Result<Vec<Option<Source>>> = packages
            .into_iter()
            .map(|package| Source::of_member(&package.manifest_path, &package.name))
            .collect();
        let sources: Vec<Source> = sources?.into_iter().flatten().collect();
        if sources.is_empty() {
            return Err(no_sources(config));
        }
        Ok(sources)
    }

    /// A package that adds to the workspace's registry has none of its own, in which its events would be a second time.
    fn refuse_part_of_a_whole(&self, config: &Config, source: &Source) -> Result<()> {
        let whole = Config::of_workspace(&self.workspace_root);
        let Some(whole) = whole.filter(|_| config.is_in_a_manifest()) else { return Ok(()) };
        let message = format!("{} belongs to the registry of the workspace", source.entry);
        Err(source
            .at(Error::new(ErrorKind::Config, message))
            .help(format!("`{}` says what is written: pass `--workspace`", whole.file.display()))
            .help(
                "for a registry of its own, name the root in an eventbus.toml beside this manifest \
                 instead",
            ))
    }
}

impl Package {
    /// Its library, if it has one that could be linked.
    pub(super) fn library(&self) -> Option<&Target> {
        const LINKABLE: &[&str] = &["lib", "rlib", "dylib", "cdylib", "staticlib"];
        self.targets
            .iter()
            .find(|target| target.kind.iter().any(|kind| LINKABLE.contains(&kind.as_str())))
    }

    /// Whether it has a target of this kind and name.
    pub(super) fn has(&self, kind: &str, name: &str) -> bool {
        self.targets
            .iter()
            .any(|target| target.name == name && target.kind.iter().any(|own| own == kind))
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
    /// Its name in Rust.
    pub(super) fn crate_name(&self) -> String {
        self.name.replace('-', "_")
    }
}

fn no_sources(config: &Config) -> Error {
    Error::new(ErrorKind::Config, "no package of the workspace names events")
        .at(&config.file, None)
        .help(
            "write into the Cargo.toml of each package that holds some: [package.metadata.eventbus] \
             and root = \"shop_events::ShopEvent\"",
        )
}

pub(super) fn no_cargo(error: std::io::Error) -> Error {
    Error::new(ErrorKind::Discovery, "cargo cannot be started")
        .because(error)
        .help("install Rust from https://rustup.rs, or set `$CARGO` to a cargo")
}
