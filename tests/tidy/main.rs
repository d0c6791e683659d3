//! Laws of the layout that a machine can hold: which crate compiles what, and who may import whom.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod defaults;
mod observability;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    if folder.is_file() {
        return vec![folder.to_owned()];
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn refuses(folder: &str, words: &[&str]) {
    let files = sources(&root().join(folder));
    assert!(!files.is_empty(), "{folder} is empty");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        for (line, word) in code.flat_map(|line| words.iter().map(move |word| (line, word))) {
            assert!(!line.contains(word), "{}: `{word}` in `{}`", file.display(), line.trim());
        }
    }
}

#[test]
fn a_crate_of_events_compiles_neither_a_database_driver_nor_an_async_runtime() {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "shop-events", "--edges", "normal,build"])
        .args(["--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(tree.contains("eventbus-runtime "), "{tree}");
    for line in tree.lines() {
        let name = line.split(' ').next().unwrap();
        assert!(!name.starts_with("sqlx") && name != "tokio" && name != "tracing", "{name}");
    }
}

/// A plain read does not wait for `nextval`, which shows a number up to 32 ahead while it writes its log.
#[test]
fn a_sequence_is_read_under_its_lock() {
    refuses("eventbus-runtime/src/store", &[".last_value"]);
}

/// Behind a pooler in transaction mode a statement of the store has no name, and runs in a transaction: both is seen to
/// by the store's own `query` and `errand`. What needs a session is never run there.
#[test]
fn statements_on_postgres_know_whether_names_last() {
    let folder = "eventbus-runtime/src/store/postgres";
    for file in sources(&root().join(folder)) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if !["bell.rs", "errand.rs", "session.rs"].contains(&name.as_str()) {
            refuses(
                file.strip_prefix(root()).unwrap().to_str().unwrap(),
                &[
                    "sqlx::query(",
                    "sqlx::query_as(",
                    "sqlx::query_scalar(",
                    "(&store.pool)",
                    "(&self.pool)",
                ],
            );
        }
    }
}

#[test]
fn decisions_know_neither_the_database_nor_the_async_runtime_nor_the_clock() {
    refuses("eventbus-runtime/src/plan", &["tokio", "sqlx", "SystemTime", "Instant::now"]);
}

#[test]
fn the_runtime_does_not_know_the_toolchain() {
    refuses("eventbus-runtime/src", &["eventbus_codegen"]);
}

#[test]
fn a_store_does_not_know_another() {
    refuses("eventbus-runtime/src/store/sqlite", &["postgres", "Pg"]);
    refuses("eventbus-runtime/src/store/postgres", &["sqlite", "Sqlite"]);
}

/// Public traits that nobody meets as a missing bound.
const NEVER_MISSING: &[(&str, &str)] = &[
    ("Nested", "an enum that nothing nests takes `Standalone`'s constant in its place"),
    ("Standalone", "implemented for every type"),
];

#[test]
fn every_public_trait_says_what_to_do_where_it_is_missing() {
    let mut silent = Vec::new();
    for file in sources(&root().join("eventbus-runtime/src")) {
        let text = fs::read_to_string(&file).unwrap();
        for (at, _) in text.match_indices("pub trait ") {
            let name = text[at + 10..].split(|char: char| !char.is_alphanumeric()).next().unwrap();
            // The attributes of an item stand between it and the end of the one before it.
            let before = text[..at].rsplit("\n}").next().unwrap();
            let attribute = before.split_once("#[diagnostic::on_unimplemented(");
            let whole = ["message = ", "label = ", "note = "];
            if !attribute.is_some_and(|(_, text)| whole.iter().all(|part| text.contains(part))) {
                silent.push(name.to_owned());
            }
        }
    }
    silent.sort();
    let mut excepted: Vec<_> = NEVER_MISSING.iter().map(|(name, _)| *name).collect();
    excepted.sort_unstable();
    assert_eq!(silent, excepted, "each needs `#[diagnostic::on_unimplemented]`");
}

#[test]
fn the_clock_is_read_in_one_file() {
    let files = sources(&root().join("eventbus-runtime/src"));
    let readers =
        files.iter().filter(|file| fs::read_to_string(file).unwrap().contains("SystemTime::now"));
    let names: Vec<_> = readers.map(|file| file.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["clock.rs"]);
}
