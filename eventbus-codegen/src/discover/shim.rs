//! The fallback where a program cannot be linked by hand: a package of a few lines that depends on the user's, for cargo
//! to build with everything that it knows of wrappers, linkers and targets.
//!
//! It is a workspace of its own, so that nothing of the user's is touched. What a workspace decides for its packages is
//! therefore copied: resolver, profiles, patches and the lock file.

mod manifest;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::Request;
use super::build::Built;
use super::metadata::{Metadata, cargo};
use super::program::source;
use super::unit::Unit;
use crate::diagnostic::{Error, ErrorKind, Result, listed};

/// The name of the package and its program.
const NAME: &str = "eventbus-shim";

/// Has cargo build a program that answers for the enum at `root`, below `kept`. `said` is why it could not be linked.
pub(super) fn program(
    metadata: &Metadata,
    unit: &Unit<'_>,
    (root, edition): (&str, &str),
    said: &str,
    (kept, folder): (&Path, &Path),
    request: &Request,
) -> Result<PathBuf> {
    (request.say)(&format!(
        "the library that holds `{root}` cannot be linked by rustc alone: cargo builds a program that depends on it"
    ));
    let shim = kept.join("shim");
    let lock = metadata.workspace_root.join("Cargo.lock");
    let user = read_table(&metadata.workspace_root.join("Cargo.toml"))?;
    let manifest = manifest::of(&user, &metadata.workspace_root, unit, edition, request)?;
    write(&shim.join("Cargo.toml"), &manifest)?;
    write(&shim.join("main.rs"), &source(root))?;
    let locked = fs::read_to_string(&lock).map_err(|error| Error::file("read", &lock, error))?;
    fs::write(shim.join("Cargo.lock"), &locked)
        .map_err(|error| Error::file("write", &shim.join("Cargo.lock"), error))?;

    let mut built = Built::default();
    let mut command = cargo();
    command
        .args(["build", "--offline", "--manifest-path"])
        .arg(shim.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&metadata.target_directory)
        .args(request.quiet.then_some("--quiet"))
        // Where the user's own build ran: the configuration that cargo finds there holds for this one too.
        .current_dir(folder);
    let refused = |message: String| unit.source.at(Error::new(ErrorKind::Discovery, message));
    if !built.run(&mut command)? {
        let message = format!("the library that holds `{root}` cannot be linked");
        return Err(refused(message)
            .because(said.to_owned())
            .help(
                "cargo cannot link it either, as it says above; where it builds for another machine, give \
                 CARGO_BUILD_TARGET the host that `rustc -vV` names",
            )
            .help(
                "or write a program of your own that says eventbus_runtime::catalog_main!(..), and name \
                 it with `example` or `bin` instead of `root`",
            ));
    }
    let moved = moved(&locked, &shim.join("Cargo.lock"))?;
    if !moved.is_empty() {
        let message =
            "built apart from its workspace, the library takes other versions of its dependencies";
        return Err(refused(message.to_owned())
            .because(format!("not in Cargo.lock: {}", listed(moved.iter().map(String::as_str))))
            .help("bring Cargo.lock up to date: cargo update --workspace"));
    }
    built.only_program().ok_or_else(|| refused("cargo built no program".to_owned()))
}

/// The packages that the shim was built with and that the user's lock file does not name.
fn moved(locked: &str, shim: &Path) -> Result<BTreeSet<String>> {
    let used = fs::read_to_string(shim).map_err(|error| Error::file("read", shim, error))?;
    let known = packages(locked);
    let own = format!("{NAME} 0.0.0");
    Ok(packages(&used).into_iter().filter(|used| *used != own && !known.contains(used)).collect())
}

/// Each package of a lock file: its name, its version and where it comes from.
fn packages(lock: &str) -> BTreeSet<String> {
    let table: Table = lock.parse().unwrap_or_default();
    let packages = table.get("package").and_then(Value::as_array);
    let text = |package: &Value, key| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = |package: &Value| {
        let words = ["name", "version", "source"].map(|key| text(package, key));
        words.into_iter().flatten().collect::<Vec<String>>().join(" ")
    };
    packages.into_iter().flatten().map(name).collect()
}

fn read_table(path: &Path) -> Result<Table> {
    let text = fs::read_to_string(path).map_err(|error| Error::file("read", path, error))?;
    text.parse().map_err(|error: toml::de::Error| {
        Error::new(ErrorKind::Discovery, format!("`{}` cannot be read", path.display()))
            .because(error)
            .help("correct the manifest")
    })
}

/// Writes a file of the shim, unless it is there as it should be: cargo would build everything again.
fn write(path: &Path, text: &str) -> Result<()> {
    if fs::read_to_string(path).is_ok_and(|found| found == text) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| Error::file("create", folder, error))?;
    fs::write(path, text).map_err(|error| Error::file("write", path, error))
}

#[cfg(test)]
mod tests {
    use super::moved;

    const LOCK: &str = r#"
        [[package]]
        name = "serde"
        version = "1.0.1"
        source = "registry"

        [[package]]
        name = "shop"
        version = "0.1.0"
    "#;

    #[test]
    fn a_version_that_moved_is_seen() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let moved = |shim: String| {
            std::fs::write(file.path(), shim).unwrap();
            moved(LOCK, file.path()).unwrap()
        };
        let own = "[[package]]\nname = \"eventbus-shim\"\nversion = \"0.0.0\"\n";
        assert!(moved(format!("{LOCK}{own}")).is_empty());
        assert!(moved(format!("{own}{}", LOCK.split_once("\n\n").unwrap().0)).is_empty(), "fewer");
        let other = moved(format!("{LOCK}{own}").replace("1.0.1", "1.0.2"));
        assert_eq!(other.into_iter().collect::<Vec<_>>(), ["serde 1.0.2 registry"]);
    }
}
