//! Workspaces that are generated to be built: with this repository's lock file, so that nothing is resolved or fetched.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The crates by name, with their dependencies and their source.
///
/// # Errors
/// Those of the files.
pub fn write(folder: &Path, crates: &[(&str, String, String)]) -> io::Result<()> {
    let members: Vec<_> = crates.iter().map(|(name, ..)| format!("\"{name}\"")).collect();
    let workspace = format!("[workspace]\nresolver = \"3\"\nmembers = [{}]\n", members.join(", "));
    fs::write(folder.join("Cargo.toml"), workspace)?;
    fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    for (name, dependencies, source) in crates {
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\n{dependencies}"
        );
        fs::create_dir_all(folder.join(name).join("src"))?;
        fs::write(folder.join(name).join("Cargo.toml"), manifest)?;
        fs::write(folder.join(name).join("src/lib.rs"), source)?;
    }
    Ok(())
}

/// The repository's root.
#[must_use]
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The dependency on one of this repository's crates.
#[must_use]
pub fn dependency(name: &str) -> String {
    format!("{name} = {{ path = {:?} }}\n", repository().join(name))
}
