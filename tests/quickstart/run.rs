//! One run of the example's program.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::program::binary;
use eventbus_tests::sqlite::SqliteFile;
use serde_json::Value;

/// A database of one test, without tables.
pub(crate) enum Place {
    Sqlite(SqliteFile),
    Postgres(PgDatabase),
}

impl Place {
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(file) => file.url(),
            Self::Postgres(database) => database.url(),
        }
    }
}

pub(crate) async fn sqlite() -> Place {
    Place::Sqlite(SqliteFile::new())
}

pub(crate) async fn postgres() -> Place {
    Place::Postgres(PgDatabase::empty().await)
}

/// The program with everything it takes from outside pinned.
pub(crate) fn quickstart(url: &str) -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| binary("quickstart", "quickstart"));
    let mut command = Command::new(&*PROGRAM);
    command.env("DATABASE_URL", url).env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Runs to the end and reads the report.
pub(crate) fn report(url: &str) -> Value {
    let output = quickstart(url).args(["--format", "json"]).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What must be the same however often the program was killed: everything but the counts of one run, the ids, and the
/// events of the processes themselves.
pub(crate) fn outcome(report: &Value) -> Value {
    let mut outcome = report.clone();
    let fields = outcome.as_object_mut().unwrap();
    for varying in ["imported", "known", "run"] {
        fields.remove(varying).unwrap();
    }
    fields["events"].as_object_mut().unwrap().retain(|name, _| !name.starts_with("system."));
    let letters = fields["dead_letters"].as_array_mut().unwrap();
    for letter in &mut *letters {
        letter.as_object_mut().unwrap().remove("id").unwrap();
    }
    letters.sort_by_key(Value::to_string);
    outcome
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub(crate) fn orders() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/quickstart/orders.ndjson")
}
