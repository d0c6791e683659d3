//! What a linter of migrations says of the emitted ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use eventbus_tests::toolchain::{Fixture, workspace};

use crate::SHOP;
use crate::histories::ALL;

/// What is looked for: in every file, and in those that take something away.
const FORTH: &str = "squawk.toml";
const BACK: &str = "squawk-back.toml";

/// What squawk says of files, and whether it found nothing.
fn lint(files: &[PathBuf], config: &str) -> (bool, String) {
    let program = workspace().join("target/squawk/bin/squawk");
    assert!(
        program.exists(),
        "squawk is missing: scripts/test installs it below target/squawk, with the version that it names"
    );
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(config);
    let mut command = Command::new(program);
    command.arg("--config").arg(config).arg("--reporter=gcc").args(files);
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some()).collect();
    files.sort();
    files
}

#[track_caller]
fn is_clean(files: &[PathBuf], config: &str) {
    assert!(!files.is_empty());
    let (clean, said) = lint(files, config);
    assert!(clean, "{said}");
}

#[test]
fn the_files_of_the_quickstart_are_clean() {
    is_clean(&files(&workspace().join("examples/quickstart/migrations/postgres")), FORTH);
}

#[test]
fn everything_that_can_be_asked_for_is_clean_in_both_directions() {
    let fixture = Fixture::new("squawk", SHOP);
    fixture.configure(&ALL.replacen("[migrations]", "[migrations]\nreversible = true", 1));
    fixture.codegen();
    fixture.replace("src/lib.rs", "    Shipped {", "    Lost { why: String },\n    Shipped {");
    fixture.replace("src/lib.rs", "A customer's order.", "What a customer's order is.");
    fixture.codegen();
    let folder = fixture.path("migrations/postgres");
    let asked = files(&folder);
    fixture.configure(
        "[migrations]\nreversible = true\npostgres = \"migrations/postgres\"\ntenants = false\n",
    );
    fixture.codegen();
    let (forth, back): (Vec<_>, Vec<_>) = files(&folder)
        .into_iter()
        .partition(|file| asked.contains(file) && !file.to_str().unwrap().ends_with(".down.sql"));
    is_clean(&forth, FORTH);
    is_clean(&back, BACK);
}

#[test]
fn what_would_stop_a_busy_log_is_found() {
    let whole = files(&workspace().join("examples/quickstart/migrations/postgres"));
    let text = fs::read_to_string(&whole[0]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("0001_sabotaged.sql");
    for (sabotage, rule) in [
        ("ALTER TABLE eventbus_event ADD COLUMN lost integer NOT NULL;", "adding-required-field"),
        ("ALTER TABLE eventbus_event RENAME COLUMN data TO payload;", "renaming-column"),
        ("ALTER TABLE eventbus_event ALTER COLUMN data TYPE jsonb;", "changing-column-type"),
    ] {
        fs::write(&file, format!("{text}\n{sabotage}\n")).unwrap();
        let (clean, said) = lint(std::slice::from_ref(&file), FORTH);
        assert!(!clean && said.contains(rule), "{rule}: {said}");
    }
    fs::write(&file, text.replace("SET LOCAL lock_timeout = '5s';", "")).unwrap();
    let (clean, said) = lint(&[file], FORTH);
    assert!(!clean && said.contains("require-lock-timeout"), "{said}");
}
