//! Has cargo build what is asked, and finds what it made.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::Request;
use super::metadata::{Package, cargo, no_cargo};
use super::unit::{Target as Wanted, Unit};
use crate::diagnostic::{Error, ErrorKind, Result};

/// What cargo made, and where the linker finds what that needs.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// The `.rlib` of each package by its id.
    rlibs: BTreeMap<String, PathBuf>,
    /// The programs by the id of their package, their kind and their name.
    programs: BTreeMap<[String; 3], PathBuf>,
    /// Folders with dependencies.
    pub(super) dependencies: BTreeSet<PathBuf>,
    /// Native search paths that build scripts asked for, as rustc's `-L` takes them.
    pub(super) native: BTreeSet<String>,
}

/// A line of cargo's JSON output.
#[derive(Debug, Deserialize)]
#[serde(tag = "reason", rename_all = "kebab-case")]
enum Message {
    CompilerArtifact {
        package_id: String,
        target: Target,
        filenames: Vec<PathBuf>,
        executable: Option<PathBuf>,
    },
    BuildScriptExecuted {
        linked_paths: Vec<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
    name: String,
}

/// Builds all libraries at once, and each program that is the user's own. Cargo's progress and the compiler's errors go
/// to the terminal as they are.
pub(super) fn build(units: &[Unit<'_>], folder: &Path, request: &Request) -> Result<Built> {
    let mut built = Built::default();
    let (libraries, programs): (Vec<_>, Vec<_>) =
        units.iter().partition(|unit| matches!(unit.target, Wanted::Library { .. }));
    let packages: Vec<&Package> = libraries.iter().map(|unit| unit.package).collect();
    if !packages.is_empty() {
        cargo_build(&mut built, &packages, &["--lib"], folder, request)?;
    }
    for unit in programs {
        if let Wanted::Program(kind, name) = unit.target {
            let target = [&format!("--{kind}"), name];
            cargo_build(&mut built, &[unit.package], &target, folder, request)?;
        }
    }
    Ok(built)
}

fn cargo_build(
    built: &mut Built,
    packages: &[&Package],
    targets: &[&str],
    folder: &Path,
    request: &Request,
) -> Result<()> {
    let mut command = cargo();
    command
        .arg("build")
        .args(targets)
        .args(packages.iter().flat_map(|package| ["--package", &package.id]))
        .args(request.features.iter().flat_map(|features| ["--features", features]))
        .args(request.all_features.then_some("--all-features"))
        .args(request.no_default_features.then_some("--no-default-features"))
        .args(request.locked.then_some("--locked"))
        .args(request.offline.then_some("--offline"))
        .args(request.quiet.then_some("--quiet"))
        .current_dir(folder);
    if built.run(&mut command)? {
        return Ok(());
    }
    let names: Vec<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let message = match names.as_slice() {
        [name] => format!("the package `{name}` does not build"),
        names => format!(
            "one of the packages {} does not build",
            crate::diagnostic::listed(names.iter().copied())
        ),
    };
    Err(Error::new(ErrorKind::Discovery, message)
        .help("correct what cargo reports above; nothing was generated"))
}

impl Built {
    /// Runs a `cargo build`, takes in what it made, and says whether it succeeded.
    pub(super) fn run(&mut self, command: &mut Command) -> Result<bool> {
        command.arg("--message-format=json-render-diagnostics").stdout(Stdio::piped());
        let mut child = command.spawn().map_err(no_cargo)?;
        let output = child.stdout.take().expect("the standard output was asked for as a pipe");
        for line in BufReader::new(output).lines() {
            let line = line.map_err(no_cargo)?;
            // Anything that is no message is a line of a build script or a wrapper, and not for us.
            if let Ok(message) = serde_json::from_str(&line) {
                self.take(message);
            }
        }
        Ok(child.wait().map_err(no_cargo)?.success())
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::CompilerArtifact { package_id, target, filenames, executable } => {
                for file in &filenames {
                    if let Some(folder) = file.parent() {
                        self.dependencies.insert(folder.to_owned());
                        self.dependencies.insert(folder.join("deps"));
                    }
                }
                let is_one = |kind: &str| target.kind.iter().any(|own| own == kind);
                let rlib = |file: &PathBuf| file.extension().is_some_and(|end| end == "rlib");
                if let Some(program) = executable {
                    let kind = if is_one("bin") { "bin" } else { "example" };
                    self.programs.insert([package_id, kind.to_owned(), target.name], program);
                } else if !is_one("custom-build")
                    && let Some(file) = filenames.into_iter().find(rlib)
                {
                    self.take_rlib(package_id, file);
                }
            }
            Message::BuildScriptExecuted { linked_paths } => self.native.extend(linked_paths),
            Message::Other => {}
        }
    }

    /// The library of a package may be there a second time, as a dependency of another one: for build scripts, say. What
    /// was asked for by name lies outside the folder of dependencies.
    fn take_rlib(&mut self, package_id: String, file: PathBuf) {
        let is_dependency = file.parent().is_some_and(|folder| folder.ends_with("deps"));
        if is_dependency {
            self.rlibs.entry(package_id).or_insert(file);
        } else {
            self.rlibs.insert(package_id, file);
        }
    }

    /// What was made for `unit`: its `.rlib`, or its program.
    pub(super) fn artifact(&self, unit: &Unit<'_>) -> Result<&Path> {
        let id = &unit.package.id;
        let found = match unit.target {
            Wanted::Library { .. } => self.rlibs.get(id),
            Wanted::Program(kind, name) => self.program(id, kind, name),
        };
        found.map(PathBuf::as_path).ok_or_else(|| no_rlib(unit))
    }

    /// The program, where cargo was to build one.
    pub(super) fn only_program(self) -> Option<PathBuf> {
        self.programs.into_values().next()
    }

    /// The program of this kind and name in a package.
    fn program(&self, id: &str, kind: &str, name: &str) -> Option<&PathBuf> {
        self.programs.get(&[id, kind, name].map(str::to_owned))
    }
}

fn no_rlib(unit: &Unit<'_>) -> Error {
    let package = unit.package;
    let message = format!("the library of `{}` is not one that Rust code can link", package.name);
    Error::new(ErrorKind::Discovery, message)
        .at(&package.manifest_path, None)
        .help("add \"rlib\" to its `crate-type`, or move the enums into an ordinary library")
        .help(
            "or name a program of your own with `example`, which says \
             eventbus_runtime::catalog_main!(..)",
        )
}
