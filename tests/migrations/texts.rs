//! Laws of every text that is emitted.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use eventbus_runtime::migrations::{POSTGRES, RowLevelSecurity, SQLITE};
use eventbus_tests::toolchain::workspace;

/// Indexes that are not made together with their tables, and why.
const LATER: &[(&str, &str)] = &[(
    "eventbus_event_correlation",
    "statistics came after the log; the step says how to make it before, without a lock",
)];

/// Each text by its name: what is emitted, in both directions, and what is emitted in this repository.
fn texts() -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (database, steps) in [("postgres", POSTGRES), ("sqlite", SQLITE)] {
        for step in steps {
            for (way, text) in [("up", step.sql), ("down", step.down)] {
                texts.insert(format!("{database} {} {way}", step.name), text.to_owned());
            }
        }
        let folder = workspace().join("examples/quickstart/migrations").join(database);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            texts.insert(path.display().to_string(), fs::read_to_string(path).unwrap());
        }
    }
    texts.insert("tenants".to_owned(), RowLevelSecurity::new().sql().unwrap());
    assert!(texts.len() > 60);
    texts
}

/// What stands after a word in a text without its comments, up to the next space.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(word)
        .skip(1)
        .map(|rest| rest.trim_start_matches("IF NOT EXISTS "))
        .map(|rest| rest.split([' ', '(', '\n', ';']).next().unwrap_or_default())
}

fn without_comments(text: &str) -> String {
    text.lines()
        .map(|line| line.split("--").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn nothing_is_made_concurrently_under_the_lock_that_migrations_hold() {
    for (name, text) in texts() {
        assert!(!without_comments(&text).to_uppercase().contains("CONCURRENTLY"), "{name}");
    }
}

/// A large table is never locked while an index of it is made.
#[test]
fn an_index_is_made_with_its_table() {
    let mut later = Vec::new();
    for (name, text) in texts() {
        let text = without_comments(&text);
        let tables: Vec<&str> = after(&text, "CREATE TABLE ").collect();
        for (at, index) in text.match_indices("INDEX").map(|(at, _)| at).zip(after(&text, "INDEX "))
        {
            if !text[..at].trim_end().ends_with("CREATE") && !text[..at].ends_with("CREATE UNIQUE ")
            {
                continue;
            }
            let table = after(&text[at..], " ON ").next().unwrap();
            if !tables.contains(&table) {
                later.push((name.clone(), index.to_owned()));
            }
        }
    }
    assert!(later.len() >= 4, "both databases, and this repository's files: {later:?}");
    for (name, index) in later {
        assert!(LATER.iter().any(|(known, _)| *known == index), "{name} makes {index} later");
    }
}

#[test]
fn lines_end_as_they_are_written_whatever_git_would_make_of_them() {
    for (name, text) in texts() {
        assert!(!text.contains('\r') && text.ends_with('\n'), "{name}");
    }
    let file = "examples/quickstart/migrations/sqlite/0001_eventbus_runtime.sql";
    let output = Command::new("git")
        .args(["check-attr", "eol", "--", file])
        .current_dir(workspace())
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("{file}: eol: lf\n"));
}
