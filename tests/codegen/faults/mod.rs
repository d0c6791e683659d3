//! What goes wrong around the toolchain: one error that says what to do, nothing half-written, nothing of others touched.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod files;
mod killed;
mod links;
mod texts;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use eventbus_tests::toolchain::{Fixture, Run};

/// One event, whose catalog is smaller than a migration.
const SMALL: &str = "
#[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
pub enum ShopEvent {
    System(SystemEvent),
}

#[derive(Debug, Clone, eventbus_runtime::DomainEvent)]
pub enum SystemEvent {
    Started { host: String },
}
";

/// What a file is: the bytes of one, or where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    File(Vec<u8>),
    Link(PathBuf),
}

/// Everything that the toolchain may write, as it is. Links are not followed.
fn snapshot(fixture: &Fixture) -> BTreeMap<PathBuf, Kind> {
    fn collect(place: &Path, found: &mut BTreeMap<PathBuf, Kind>) {
        let Ok(facts) = fs::symlink_metadata(place) else { return };
        if facts.is_symlink() {
            found.insert(place.to_owned(), Kind::Link(fs::read_link(place).expect("a link")));
        } else if facts.is_dir() {
            for entry in fs::read_dir(place).expect("a folder") {
                collect(&entry.expect("an entry").path(), found);
            }
        } else {
            found.insert(place.to_owned(), Kind::File(fs::read(place).expect("a file")));
        }
    }
    let mut found = BTreeMap::new();
    for folder in ["migrations", "outside", "schemas", "web"] {
        collect(&fixture.path(folder), &mut found);
    }
    found
}

/// Asserts that the run ended with one error that says all of `parts`, with help.
fn one_error(run: &Run, parts: &[&str]) {
    run.refused(parts);
    let errors = run.stderr.lines().filter(|line| line.starts_with("error"));
    assert_eq!(errors.count(), 1, "{}", run.stderr);
    assert!(!run.stderr.contains("panicked"), "{}", run.stderr);
}

/// Asserts that each of `commands` ends with that one error, and leaves every file as it was.
fn refused_and_kept(fixture: &Fixture, commands: &[&[&str]], parts: &[&str]) {
    let before = snapshot(fixture);
    for command in commands {
        one_error(&fixture.run(command), parts);
        assert!(snapshot(fixture) == before, "`{command:?}` has touched files");
    }
}
