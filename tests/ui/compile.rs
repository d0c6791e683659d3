//! The compiler, run on one file against the libraries that cargo has built.
//!
//! Cargo is asked once for the libraries, and a case is then one short run of rustc. A crate for all cases would be
//! slower and wrong: the errors of one would hide those that come later in another.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// What a case may use.
const LIBRARIES: &[&str] =
    &["eventbus_runtime", "schemars", "serde", "serde_json", "shop_events", "uuid"];

/// rustc with its arguments.
pub(crate) struct Compiler {
    out: TempDir,
    libraries: &'static [(String, PathBuf)],
}

impl Compiler {
    /// The compiler with which this test was built, and the libraries as they are now.
    pub(crate) fn find() -> Self {
        static FOUND: OnceLock<Vec<(String, PathBuf)>> = OnceLock::new();
        Self { out: TempDir::new().unwrap(), libraries: FOUND.get_or_init(libraries) }
    }

    /// The errors of a case, as rustc's JSON.
    pub(crate) fn errors(&self, case: &Path) -> Vec<Value> {
        let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
        rustc.args(["--edition", "2024", "--crate-type", "lib", "--emit", "metadata"]);
        rustc.args(["--error-format", "json", "--crate-name", "case", "--out-dir"]);
        rustc.arg(self.out.path()).env("CARGO_CRATE_NAME", "case");
        for (name, file) in self.libraries {
            rustc.arg("--extern").arg(format!("{name}={}", file.display()));
            rustc.arg("-L").arg(format!("dependency={}", file.parent().unwrap().display()));
        }
        let output = rustc.arg(case).output().expect("rustc runs");
        let said = String::from_utf8(output.stderr).unwrap();
        let errors: Vec<Value> = said.lines().map(parsed).filter(is_error).collect();
        assert_eq!(errors.is_empty(), output.status.success(), "{}: {said}", case.display());
        errors
    }
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|_| panic!("rustc says: {line}"))
}

/// Warnings do not refuse anything, and `aborting due to 2 previous errors` says nothing of its own.
fn is_error(diagnostic: &Value) -> bool {
    let message = diagnostic["message"].as_str().unwrap_or_default();
    diagnostic["level"] == "error" && !message.starts_with("aborting due to")
}

/// The same selection of packages as `scripts/test` has, so that its libraries are the ones that are there already.
fn libraries() -> Vec<(String, PathBuf)> {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--no-run", "--offline", "--quiet", "--message-format", "json"])
        .args(["--workspace", "--all-features", "--test", "ui"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let artifacts: Vec<Value> = messages.lines().map(parsed).collect();
    let library = |name: &&str| {
        let artifact = artifacts.iter().find(|artifact| artifact["target"]["name"] == **name)?;
        let files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
        let file =
            files.map(PathBuf::from).find(|file| file.extension() == Some("rlib".as_ref()))?;
        Some(((*name).to_owned(), file))
    };
    let found = LIBRARIES.iter().map(|name| library(name).unwrap_or_else(|| panic!("no {name}")));
    found.collect()
}
