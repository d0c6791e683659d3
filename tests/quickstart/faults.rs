//! What goes wrong outside ends in one message that names the place and the remedy, and in a failing exit code.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use eventbus_tests::sqlite::SqliteFile;

use crate::run;

fn fails_with(output: &Output, words: &[&str]) {
    let text = run::stderr(output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(output.stdout.is_empty());
    let errors: Vec<_> = text.lines().filter(|line| line.starts_with("error:")).collect();
    assert_eq!(errors.len(), 1, "{text}");
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in: {text}");
    }
    assert!(!text.contains("panicked"), "{text}");
}

#[test]
fn a_read_only_database_file_is_named_with_the_remedy() {
    let database = SqliteFile::new();
    let (url, file) = (database.url(), database.path());
    run::report(&url);
    let before = fs::read(&file).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    // The owner of every file may write regardless of its mode; a mode=ro connection may not.
    let output = run::quickstart(&format!("{url}?mode=ro")).output().unwrap();
    fails_with(&output, &[&file.display().to_string(), "read-only"]);
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[test]
fn an_unreachable_postgres_is_named_without_its_password() {
    let output = run::quickstart("postgres://shop:secret@127.0.0.1:1/shop").output().unwrap();
    fails_with(&output, &["127.0.0.1:1", "PostgreSQL"]);
    assert!(!run::stderr(&output).contains("secret"));
}

#[tokio::test]
async fn a_database_that_does_not_exist_is_named() {
    let url = run::postgres().await.url().replace("eventbus_test_", "eventbus_missing_");
    fails_with(&run::quickstart(&url).output().unwrap(), &["eventbus_missing_"]);
}

#[test]
fn a_missing_file_of_orders_is_named() {
    let database = SqliteFile::new();
    let output = run::quickstart(&database.url()).arg("nowhere.ndjson").output().unwrap();
    fails_with(&output, &["nowhere.ndjson", "name a file of orders"]);
    assert!(!database.path().exists(), "no database is made for nothing");
}

#[test]
fn an_unknown_option_is_a_usage_error() {
    let output = run::quickstart("sqlite://unused.db").arg("--fast").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(run::stderr(&output).contains("unknown option `--fast`"));
}
