//! Links a few lines against the user's library.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde::Deserialize;

use super::build::Built;
use super::metadata::no_cargo;
use super::program::source;
use super::toolchain::Toolchain;
use super::unit::Unit;
use crate::diagnostic::{Error, ErrorKind, Result};
use crate::rust_path;

/// What came of it.
pub(super) enum Linked {
    /// The program is there.
    Program,
    /// The linker refused, with these words: it lacks something that cargo would have given to it.
    Not(String),
}

/// Where the pieces are.
pub(super) struct Pieces<'a> {
    /// The library.
    pub(super) rlib: &'a Path,
    /// What it needs.
    pub(super) built: &'a Built,
    /// Cargo's target folder.
    pub(super) target_directory: &'a Path,
    /// The folder that cargo was run in, whose configuration holds.
    pub(super) folder: &'a Path,
}

/// Makes the program that answers for the enum at `root`, at `program`; its source is written to `scratch`.
pub(super) fn link(
    unit: &Unit<'_>,
    (root, edition): (&str, &str),
    pieces: &Pieces<'_>,
    scratch: &Path,
    program: &Path,
) -> Result<Linked> {
    let lines = scratch.join("catalog.rs");
    fs::write(&lines, source(root)).map_err(|error| Error::file("write", &lines, error))?;
    let output = rustc(rust_path::library(root), edition, pieces)
        .arg("-o")
        .arg(program)
        .arg(&lines)
        .output()
        .map_err(no_cargo)?;
    if output.status.success() { Ok(Linked::Program) } else { explain(&output, unit, root) }
}

fn rustc(library: &str, edition: &str, pieces: &Pieces<'_>) -> Command {
    let target = target(pieces.rlib, pieces.target_directory);
    let toolchain = Toolchain::read(pieces.folder, target);
    let mut command = Command::new(&toolchain.rustc);
    command
        .args(["--crate-name", "eventbus_catalog", "--crate-type", "bin", "--error-format=json"])
        .args(["--edition", edition, "--cap-lints", "allow"])
        .arg("--extern")
        .arg(format!("{library}={}", pieces.rlib.display()))
        .current_dir(pieces.folder);
    for folder in &pieces.built.dependencies {
        command.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    for path in &pieces.built.native {
        command.args(["-L", path]);
    }
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    if let Some(linker) = &toolchain.linker {
        command.arg("-C").arg(format!("linker={}", linker.display()));
    }
    command
        .args(&toolchain.flags)
        // A library that was built to unwind links into a program that aborts, but not the other way round.
        .args(["-C", "panic=abort", "-C", "debuginfo=0", "-C", "prefer-dynamic=no"])
        // What a debugger would need of the library is most of what there is to link.
        .args(["-C", "strip=debuginfo"]);
    command
}

/// The target that the library was built for, where cargo was configured to name one: `target/<target>/debug/..`.
fn target<'a>(rlib: &'a Path, target_directory: &Path) -> Option<&'a str> {
    let below = rlib.strip_prefix(target_directory).ok()?;
    let parts: Vec<_> = below.iter().collect();
    let [target, profile, _file] = parts.as_slice() else { return None };
    target.to_str().filter(|_| *profile != "deps")
}

/// A diagnostic of rustc's.
#[derive(Debug, Deserialize)]
struct Diagnostic {
    code: Option<Code>,
    rendered: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

/// What the compiler's refusal means for the user, whose code these lines are not.
fn explain(output: &Output, unit: &Unit<'_>, path: &str) -> Result<Linked> {
    let text = String::from_utf8_lossy(&output.stderr);
    let diagnostics: Vec<Diagnostic> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let code = diagnostics.iter().find_map(|diagnostic| diagnostic.code.as_ref());
    let refused = |message: String| Error::new(ErrorKind::Discovery, message);
    let error = match code.map(|code| code.code.as_str()) {
        Some("E0603") => refused(format!("the root `{path}` is private")).help(
            "make the enum and every module on its path `pub`, or re-export it: \
             `pub use events::ShopEvent;`",
        ),
        Some("E0425" | "E0432" | "E0433" | "E0412" | "E0573" | "E0223") => {
            refused(format!("there is no `{path}`"))
                .help("write `root` as a dependent crate would write the enum's path")
                .help(
                    "an enum behind a feature is there with that feature: pass `--features`",
                )
        }
        Some("E0599" | "E0624") => refused(format!("`{path}` is not a derived enum")).help(
            "put `#[derive(DomainEvent)]` on it, with the eventbus-runtime of this toolchain's version",
        ),
        _ => {
            let rendered: String =
                diagnostics.into_iter().filter_map(|diagnostic| diagnostic.rendered).collect();
            let said = if rendered.is_empty() { text.into_owned() } else { rendered };
            return Ok(Linked::Not(said));
        }
    };
    Err(unit.source.at(error))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::target;

    #[test]
    fn a_configured_target_is_seen_in_the_path() {
        let of = |rlib| target(Path::new(rlib), Path::new("/t"));
        assert_eq!(of("/t/debug/liba.rlib"), None);
        assert_eq!(of("/t/debug/deps/liba.rlib"), None);
        assert_eq!(
            of("/t/x86_64-unknown-linux-musl/debug/liba.rlib"),
            Some("x86_64-unknown-linux-musl")
        );
        assert_eq!(of("/elsewhere/debug/liba.rlib"), None);
    }
}
