//! Builds the user's library and finds what cargo made.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use super::metadata::{cargo, no_cargo};
use super::{Library, Request};
use crate::diagnostic::{Error, ErrorKind, Result};

/// A built library and where the linker finds what it needs.
#[derive(Debug, Default)]
pub(super) struct Built {
    /// The `.rlib`.
    pub(super) rlib: PathBuf,
    /// Folders with its dependencies.
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
}

/// Builds the library. Cargo's progress and the compiler's errors go to the terminal as they are.
pub(super) fn library(library: &Library, folder: &Path, request: &Request) -> Result<Built> {
    let mut command = cargo();
    command
        .args(["build", "--lib", "--message-format=json-render-diagnostics", "-p"])
        .arg(&library.package)
        .args(request.features.iter().flat_map(|features| ["--features", features]))
        .args(request.locked.then_some("--locked"))
        .args(request.quiet.then_some("--quiet"))
        .current_dir(folder)
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(no_cargo)?;
    let output = child.stdout.take().expect("the standard output was asked for as a pipe");
    let mut built = Built::default();
    for line in BufReader::new(output).lines() {
        let line = line.map_err(no_cargo)?;
        // Anything that is no message is a line of a build script or a wrapper, and not for us.
        if let Ok(message) = serde_json::from_str(&line) {
            built.take(message, library);
        }
    }
    let status = child.wait().map_err(no_cargo)?;
    if !status.success() {
        let message = format!("the package `{}` does not build", library.package);
        return Err(Error::new(ErrorKind::Discovery, message)
            .help("correct what cargo reports above; nothing was generated"));
    }
    if built.rlib.as_os_str().is_empty() {
        return Err(no_rlib(library));
    }
    Ok(built)
}

impl Built {
    fn take(&mut self, message: Message, library: &Library) {
        match message {
            Message::CompilerArtifact { package_id, target, filenames } => {
                for file in &filenames {
                    if let Some(folder) = file.parent() {
                        self.dependencies.insert(folder.to_owned());
                        self.dependencies.insert(folder.join("deps"));
                    }
                }
                let is_library = package_id == library.package_id
                    && !target.kind.iter().any(|kind| kind == "custom-build");
                let rlib = |file: &PathBuf| file.extension().is_some_and(|end| end == "rlib");
                if is_library && let Some(file) = filenames.into_iter().find(rlib) {
                    self.rlib = file;
                }
            }
            Message::BuildScriptExecuted { linked_paths } => self.native.extend(linked_paths),
            Message::Other => {}
        }
    }
}

fn no_rlib(library: &Library) -> Error {
    let message =
        format!("the library of `{}` is not one that Rust code can link", library.package);
    Error::new(ErrorKind::Discovery, message)
        .at(&library.folder.join("Cargo.toml"), None)
        .help("add \"rlib\" to its `crate-type`, or move the enums into an ordinary library")
}
