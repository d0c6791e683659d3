//! Links a few lines against the user's library.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use tempfile::TempDir;

use super::Library;
use super::build::Built;
use super::metadata::no_cargo;
use super::program::{Program, source};
use crate::config::Root;
use crate::diagnostic::{Error, ErrorKind, Result};

/// The program that answers for the library.
pub(super) fn program(
    root: &Root,
    library: &Library,
    built: &Built,
    target_directory: &Path,
) -> Result<Program> {
    let folder = tempfile::Builder::new()
        .prefix("eventbus-")
        .tempdir_in(target_directory)
        .map_err(|error| Error::file("create a folder in", target_directory, error))?;
    let source = write(&folder, "catalog.rs", &source(root))?;
    let program = folder.path().join(format!("catalog{}", env::consts::EXE_SUFFIX));
    let output = rustc(library, built, target_directory)
        .arg("-o")
        .arg(&program)
        .arg(&source)
        .output()
        .map_err(no_cargo)?;
    if !output.status.success() {
        return Err(explain(&output, root));
    }
    Ok(Program::new(folder, program, root))
}

fn rustc(library: &Library, built: &Built, target_directory: &Path) -> Command {
    let mut command = Command::new(rustc_path());
    command
        .args(["--crate-name", "eventbus_catalog", "--crate-type", "bin", "--error-format=json"])
        .args(["--edition", &library.edition, "--cap-lints", "allow"])
        // A library that was built to unwind links into a program that aborts, but not the other way round.
        .args(["-C", "panic=abort", "-C", "debuginfo=0"])
        // What a debugger would need of the library is most of what there is to link.
        .args(["-C", "strip=debuginfo"])
        .arg("--extern")
        .arg(format!("{}={}", library.name, built.rlib.display()))
        .current_dir(&library.folder);
    for folder in &built.dependencies {
        command.arg("-L").arg(format!("dependency={}", folder.display()));
    }
    for path in &built.native {
        command.args(["-L", path]);
    }
    if let Some(target) = target(&built.rlib, target_directory) {
        command.args(["--target", &target]);
    }
    command.args(flags());
    command
}

/// The rustc beside the cargo that runs us is the one that built the library; a wrapper's path comes first.
fn rustc_path() -> PathBuf {
    if let Some(rustc) = env::var_os("RUSTC") {
        return rustc.into();
    }
    let name = format!("rustc{}", env::consts::EXE_SUFFIX);
    env::var_os("CARGO")
        .map(|cargo| Path::new(&cargo).with_file_name(&name))
        .filter(|rustc| rustc.is_file())
        .unwrap_or_else(|| name.into())
}

/// The target that the library was built for, where cargo was configured to name one: `target/<target>/debug/..`.
fn target(rlib: &Path, target_directory: &Path) -> Option<String> {
    let below = rlib.strip_prefix(target_directory).ok()?;
    let parts: Vec<_> = below.iter().collect();
    let [target, _profile, _file] = parts.as_slice() else { return None };
    target.to_str().filter(|target| target.contains('-')).map(str::to_owned)
}

/// The flags from the environment, as cargo takes them.
fn flags() -> Vec<String> {
    if let Ok(flags) = env::var("CARGO_ENCODED_RUSTFLAGS") {
        return flags.split('\u{1f}').filter(|flag| !flag.is_empty()).map(str::to_owned).collect();
    }
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    flags.split_whitespace().map(str::to_owned).collect()
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
fn explain(output: &Output, root: &Root) -> Error {
    let text = String::from_utf8_lossy(&output.stderr);
    let diagnostics: Vec<Diagnostic> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let code = diagnostics.iter().find_map(|diagnostic| diagnostic.code.as_ref());
    let path = &root.path;
    match code.map(|code| code.code.as_str()) {
        Some("E0603") => refused(format!("the root `{path}` is private")).help(
            "make the enum and every module on its path `pub`, or re-export it: \
             `pub use events::ShopEvent;`",
        ),
        Some("E0425" | "E0432" | "E0433" | "E0412" | "E0573" | "E0223") => {
            refused(format!("there is no `{path}`"))
                .help("write `root` as a dependent crate would write the enum's path")
        }
        Some("E0599" | "E0624") => refused(format!("`{path}` is not a derived enum")).help(
            "put `#[derive(DomainEvent)]` on it, with the eventbus-runtime of this toolchain's version",
        ),
        _ => {
            let rendered: String =
                diagnostics.into_iter().filter_map(|diagnostic| diagnostic.rendered).collect();
            let said = if rendered.is_empty() { text.into_owned() } else { rendered };
            refused(format!("the library that holds `{path}` cannot be linked"))
                .because(said)
                .help("the library must build for this machine, with its default linker")
        }
    }
}

fn write(folder: &TempDir, name: &str, text: &str) -> Result<PathBuf> {
    let path = folder.path().join(name);
    fs::write(&path, text).map_err(|error| Error::file("write", &path, error))?;
    Ok(path)
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::Discovery, message)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::target;

    #[test]
    fn a_configured_target_is_seen_in_the_path() {
        let of = |rlib: &str| target(Path::new(rlib), Path::new("/t"));
        assert_eq!(of("/t/debug/liba.rlib"), None);
        let wanted = Some("x86_64-unknown-linux-musl".to_owned());
        assert_eq!(of("/t/x86_64-unknown-linux-musl/debug/liba.rlib"), wanted);
        assert_eq!(of("/elsewhere/debug/liba.rlib"), None);
    }
}
