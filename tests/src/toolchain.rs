//! A crate of events in a temporary folder, and the real `cargo-eventbus` run in it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

use tempfile::TempDir;

use crate::program::binary;

/// A crate whose library holds events, and its `eventbus.toml`.
#[derive(Debug)]
pub struct Fixture {
    folder: TempDir,
    library: String,
}

/// What a run of the toolchain said, and how it ended.
#[derive(Debug)]
pub struct Run {
    /// The exit code.
    pub code: i32,
    /// The standard output.
    pub stdout: String,
    /// The standard error, cargo's lines included.
    pub stderr: String,
}

const OUTPUTS: &str = "\n[migrations]\npostgres = \"migrations/postgres\"\nsqlite = \"migrations/sqlite\"\n\
                       \n[typescript]\nout = \"web/events.ts\"\n";

impl Fixture {
    /// A crate named after `test`, because fixtures share a target folder, with `source` as its library and
    /// `<library>::ShopEvent` as the configured root.
    #[must_use]
    pub fn new(test: &str, source: &str) -> Self {
        let package = format!("fixture-{test}");
        forget(&package);
        let fixture =
            Self { folder: TempDir::new().expect("a folder"), library: package.replace('-', "_") };
        let runtime = workspace().join("eventbus-runtime");
        fixture.write(
            "Cargo.toml",
            &format!(
                "[package]\nname = \"{package}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
                 [dependencies]\neventbus-runtime = {{ path = {runtime:?} }}\n\
                 schemars = {{ version = \"1.2\", features = [\"uuid1\"] }}\n\
                 serde = {{ version = \"1\", features = [\"derive\"] }}\n\
                 uuid = {{ version = \"1\", features = [\"serde\"] }}\n[workspace]\n"
            ),
        );
        // The workspace's lock file, so that nothing has to be resolved or fetched.
        fs::copy(workspace().join("Cargo.lock"), fixture.path("Cargo.lock")).expect("a copy");
        fixture.write("src/lib.rs", source);
        fixture.configure(OUTPUTS);
        fixture
    }

    /// Writes an `eventbus.toml` with the right root and `rest` below it.
    pub fn configure(&self, rest: &str) {
        self.write("eventbus.toml", &format!("root = \"{}::ShopEvent\"\n{rest}", self.library));
    }

    /// The path of a file of the fixture.
    #[must_use]
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Writes a file, with the folders above it.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn write(&self, file: &str, text: &str) {
        let path = self.path(file);
        fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When there is no such file.
    #[must_use]
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// Replaces text in a file that must hold it.
    ///
    /// # Panics
    /// When the file does not hold it.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} does not hold `{from}`:\n{text}");
        self.write(file, &text.replace(from, to));
    }

    /// Every file but the crate's own, with its text and the time of its last change.
    #[must_use]
    pub fn generated(&self) -> BTreeMap<String, (String, SystemTime)> {
        let mut files = BTreeMap::new();
        for folder in ["migrations", "schemas", "web"] {
            collect(self.folder.path(), &self.path(folder), &mut files);
        }
        files
    }

    /// Runs `cargo-eventbus` with `arguments` in the crate's folder.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The same with more environment variables.
    #[must_use]
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        Run::of(self.command(arguments).envs(variables.iter().copied()))
    }

    /// The same as a command, to be run otherwise.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        self.wrapped(&[], arguments)
    }

    /// The same started by `wrapper`, where that is not empty.
    #[must_use]
    pub fn wrapped(&self, wrapper: &[&str], arguments: &[&str]) -> Command {
        let mut command = match wrapper.split_first() {
            Some((first, rest)) => {
                let mut command = Command::new(first);
                command.args(rest).arg(program());
                command
            }
            None => Command::new(program()),
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("CARGO_TARGET_DIR", fixtures_folder())
            .env("CARGO_NET_OFFLINE", "true");
        command
    }

    /// Runs `codegen`, which must succeed, and returns what it printed.
    ///
    /// # Panics
    /// When it fails.
    pub fn codegen(&self) -> String {
        let run = self.run(&["eventbus", "codegen"]);
        assert_eq!(run.code, 0, "{}\n{}", run.stdout, run.stderr);
        run.stdout
    }
}

impl Run {
    /// Runs the command to its end.
    ///
    /// # Panics
    /// When it cannot be started, or is killed.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the toolchain starts");
        Self {
            code: output.status.code().expect("the toolchain exits by itself"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Asserts that the run succeeded.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!(self.code, 0, "{}\n{}", self.stdout, self.stderr);
    }

    /// Asserts how the run ended and what it said, wherever it said it.
    ///
    /// # Panics
    /// When it did not.
    #[track_caller]
    pub fn said(&self, code: i32, parts: &[&str]) {
        assert_eq!(self.code, code, "{}\n{}", self.stdout, self.stderr);
        for part in parts {
            let is_said = self.stdout.contains(part) || self.stderr.contains(part);
            assert!(is_said, "`{part}` is not in:\n{}\n{}", self.stdout, self.stderr);
        }
    }

    /// Asserts that the run failed as an error that says all of `parts`.
    ///
    /// # Panics
    /// When it did not.
    pub fn refused(&self, parts: &[&str]) {
        assert_eq!(self.code, 2, "{}\n{}", self.stdout, self.stderr);
        for part in ["error: ", "help: "].iter().chain(parts) {
            assert!(self.stderr.contains(part), "`{part}` is not in:\n{}", self.stderr);
        }
    }
}

/// The `cargo-eventbus` binary, built once per process.
#[must_use]
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| binary("eventbus-codegen", "cargo-eventbus"))
}

/// Where fixtures are built, so that what they depend on is compiled once.
#[must_use]
pub fn fixtures_folder() -> PathBuf {
    target_folder().join("eventbus-fixtures")
}

/// The root of this workspace.
#[must_use]
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the workspace")
}

/// Tests run from `<target>/<profile>/deps`.
fn target_folder() -> PathBuf {
    let test = env::current_exe().expect("the test's own path");
    test.ancestors().nth(3).expect("tests are built below the target folder").to_owned()
}

/// Removes what the toolchain kept of former runs' packages of this name: their folders are gone.
fn forget(package: &str) {
    for entry in fs::read_dir(fixtures_folder().join("eventbus")).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let rest = name.to_str().and_then(|name| name.strip_prefix(package)?.strip_prefix('-'));
        // The rest of a longer name is another fixture's.
        if rest.is_some_and(|rest| !rest.contains('-')) {
            // Another fixture of the name may be at it, too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, (String, SystemTime)>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").display().to_string();
            let changed = fs::metadata(&path).and_then(|facts| facts.modified()).expect("a time");
            files.insert(name, (fs::read_to_string(&path).expect("UTF-8"), changed));
        }
    }
}
