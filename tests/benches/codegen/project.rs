//! The crate in its folder, built, with a registry that holds every version of every type.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_benches::workspace::{dependency, write};
use tempfile::TempDir;

use crate::Result;
use crate::events::{last_field, source, types};
use crate::options::Options;

const ROOT: &str = "root = \"bench_events::ShopEvent\"\n\n";

/// A workspace whose registry is as its code says.
#[derive(Debug)]
pub(crate) struct Project {
    folder: PathBuf,
    program: PathBuf,
    /// Goes with the project, unless the folder was named.
    _temporary: Option<TempDir>,
}

impl Project {
    /// Writes the crate, builds it, and writes its registry and whatever else `config` asks for.
    pub(crate) fn prepare(options: &Options, config: &str) -> Result<Self> {
        let (folder, temporary) = match &options.folder {
            Some(folder) => (std::path::absolute(folder)?, None),
            None => {
                let temporary = tempfile::tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let program = env::current_exe()?.with_file_name("cargo-eventbus");
        if !program.is_file() {
            return Err(
                format!("there is no `{}`: run scripts/bench-codegen", program.display()).into()
            );
        }
        let project = Self { folder, program, _temporary: temporary };
        project.write(options, config)?;
        eprintln!("building {} types with {} versions each", options.types, options.versions);
        project.succeed(&["codegen", "--quiet"])?;
        project.former_versions(options)?;
        project.succeed(&["codegen", "--quiet"])?;
        copy(&project.folder.join("schemas"), &project.folder.join("released"))?;
        Ok(project)
    }

    /// Where it is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// A command of the toolchain, to be run in the crate's folder.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_in(&self.folder, arguments)
    }

    /// The same, to be run in another folder.
    pub(crate) fn command_in(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments);
        clean(&mut command).current_dir(folder).env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// The build that every command begins with, alone.
    pub(crate) fn build(&self) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(["build", "--lib", "--locked", "--quiet", "--package", "bench-events"]);
        clean(&mut command).current_dir(&self.folder).env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// Makes the toolchain forget what it knows of the library that is built.
    pub(crate) fn forget(&self) -> Result<()> {
        match fs::remove_dir_all(self.folder.join("target/eventbus")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Whatever stands there from another time is built again only where it differs.
    fn write(&self, options: &Options, config: &str) -> Result<()> {
        let source = source(options);
        let dependencies = format!(
            "{}schemars = {{ version = \"1\", features = [\"uuid1\"] }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             uuid = {{ version = \"1\", features = [\"serde\"] }}\n",
            dependency("eventbus-runtime")
        );
        let library = self.folder.join("bench-events/src/lib.rs");
        if fs::read_to_string(&library).is_ok_and(|there| there == source) {
            return Ok(());
        }
        for folder in ["schemas", "released", "migrations", "web"] {
            let folder = self.folder.join(folder);
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
        }
        fs::create_dir_all(&self.folder)?;
        write(&self.folder, &[("bench-events", dependencies, source)])?;
        fs::write(self.folder.join("eventbus.toml"), format!("{ROOT}{config}"))?;
        Ok(())
    }

    /// The files of the versions that the code no longer writes: the one that it writes, with the other name of the last
    /// field.
    fn former_versions(&self, options: &Options) -> Result<()> {
        let current = options.versions;
        for event_type in types(options) {
            let folder = self.folder.join("schemas").join(event_type);
            let text = fs::read_to_string(folder.join(format!("v{current}.json")))?;
            for version in 1..current {
                let text = text
                    .replace(&last_field(current), &last_field(version))
                    .replace(&format!("/v{current}."), &format!("/v{version}."));
                fs::write(folder.join(format!("v{version}.json")), text)?;
            }
        }
        Ok(())
    }

    fn succeed(&self, arguments: &[&str]) -> Result<()> {
        crate::measure::time(self.command(arguments)).map(drop)
    }
}

/// Takes from a command what would have cargo build elsewhere, or otherwise.
pub(crate) fn clean(command: &mut Command) -> &mut Command {
    for variable in ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET", "RUSTFLAGS"] {
        command.env_remove(variable);
    }
    command
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
