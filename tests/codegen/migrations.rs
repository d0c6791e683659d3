use std::path::Path;

use eventbus_runtime::migrations::SQLITE;
use eventbus_tests::toolchain::Fixture;
use sqlx::Row as _;
use sqlx::sqlite::SqlitePool;

use crate::SHOP;

/// The file of types that was the `n`-th to be emitted after the first one, which follows the runtime's own.
pub(crate) fn later_types(n: usize) -> String {
    format!("migrations/sqlite/{:04}_eventbus_types.sql", SQLITE.len() + 1 + n)
}

/// Applies a folder of migrations as `sqlx migrate run` does, and reads the registered types.
async fn registered(
    pool: &SqlitePool,
    folder: &Path,
) -> Vec<(String, i64, Option<String>, String)> {
    sqlx::migrate::Migrator::new(folder)
        .await
        .expect("migrations")
        .run(pool)
        .await
        .expect("applied");
    sqlx::query(
        "SELECT type, version, aggregate_id, docs FROM eventbus_type ORDER BY type, version",
    )
    .fetch_all(pool)
    .await
    .expect("rows")
    .into_iter()
    .map(|row| (row.get(0), row.get(1), row.get(2), row.get(3)))
    .collect()
}

fn row(
    event_type: &str,
    aggregate_id: Option<&str>,
    docs: &str,
) -> (String, i64, Option<String>, String) {
    (event_type.to_owned(), 1, aggregate_id.map(str::to_owned), docs.to_owned())
}

#[tokio::test]
async fn sqlite_applies_what_is_emitted_and_what_is_added_later() {
    let fixture = Fixture::new("sqlite", SHOP);
    fixture.codegen();
    let pool =
        SqlitePool::connect(&format!("sqlite:{}?mode=rwc", fixture.path("shop.db").display()))
            .await
            .unwrap();
    let folder = fixture.path("migrations/sqlite");
    let mut wanted = vec![
        row("order.placed", Some("order_id"), "A customer's order."),
        row("system.started", None, ""),
    ];
    assert_eq!(registered(&pool, &folder).await, wanted);

    fixture.replace("src/lib.rs", "Started { host", "Stopped { code: u8 },\n    Started { host");
    let before = fixture.generated();
    fixture.codegen();
    let added: Vec<_> = fixture
        .generated()
        .into_iter()
        .filter(|(file, now)| file.starts_with("migrations/") && before.get(file) != Some(now))
        .collect();
    assert_eq!(added.len(), 2, "one new file per database, none rewritten: {added:?}");
    for (file, (text, _)) in &added {
        assert!(!before.contains_key(file), "{file} was rewritten");
        assert!(text.contains("'system.stopped'") && !text.contains("'order.placed'"), "{text}");
    }
    wanted.push(row("system.stopped", None, ""));
    assert_eq!(registered(&pool, &folder).await, wanted);

    fixture.replace("src/lib.rs", "A customer's order.", "An order's beginning.");
    fixture.codegen();
    wanted[0] = row("order.placed", Some("order_id"), "An order's beginning.");
    assert_eq!(registered(&pool, &folder).await, wanted);
}

#[test]
fn numbers_follow_the_users_own_files() {
    let fixture = Fixture::new("numbers", SHOP);
    fixture.write("migrations/sqlite/0041_users.sql", "CREATE TABLE users (id INTEGER);\n");
    fixture.codegen();
    let files = fixture.generated();
    let emitted: Vec<_> = files.keys().filter(|file| file.contains("sqlite/00")).collect();
    assert!(emitted[1].starts_with("migrations/sqlite/0042_eventbus_"), "{emitted:?}");
    assert_eq!(fixture.read("migrations/sqlite/0041_users.sql").lines().count(), 1);
}

#[test]
fn a_run_that_was_killed_before_its_manifest_emits_nothing_twice() {
    let fixture = Fixture::new("killed", SHOP);
    fixture.replace("eventbus.toml", "root =", "compat = \"none\"\nroot =");
    fixture.codegen();
    let manifest = fixture.read("schemas/manifest.json");
    fixture.replace("src/lib.rs", "Started { host", "Stopped { code: u8 },\n    Started { host");
    fixture.codegen();
    let whole = fixture.generated();
    fixture.write("schemas/manifest.json", &manifest);
    fixture.codegen();
    assert_eq!(fixture.generated().keys().collect::<Vec<_>>(), whole.keys().collect::<Vec<_>>());

    fixture.write("schemas/manifest.json", &manifest);
    fixture.replace("src/lib.rs", "Stopped {", "Halted {");
    let run = fixture.run(&["codegen"]);
    let second = later_types(1);
    assert!(run.stderr.contains(&format!("`{second}` was generated, but")), "{}", run.stderr);
    assert!(fixture.path(&later_types(2)).exists());
}

#[test]
fn a_moved_folder_is_no_change() {
    let fixture = Fixture::new("moved", SHOP);
    fixture.configure("[migrations]\nsqlite = \"migrations/sqlite\"\n");
    fixture.codegen();
    let manifest = fixture.read("schemas/manifest.json");
    std::fs::rename(fixture.path("migrations/sqlite"), fixture.path("migrations/lite")).unwrap();
    fixture.configure("[migrations]\nsqlite = \"migrations/lite\"\n");
    assert_eq!(fixture.run(&["codegen", "--check"]).code, 0);
    fixture.codegen();
    assert_eq!(fixture.read("schemas/manifest.json"), manifest);
}

#[test]
fn an_edited_migration_is_found_and_not_overwritten() {
    let fixture = Fixture::new("edited-migration", SHOP);
    fixture.codegen();
    let files = fixture.generated();
    let file = files.keys().find(|file| file.ends_with("_eventbus_types.sql")).unwrap();
    fixture.replace(file, "order.placed", "order.plaqued");
    let check = fixture.run(&["codegen", "--check"]);
    assert_eq!(check.code, 1);
    assert!(check.stdout.contains(&format!("edited {file}")), "{}", check.stdout);
    fixture.run(&["codegen"]).refused(&[file, "was edited by hand"]);
    assert!(fixture.read(file).contains("order.plaqued"));

    std::fs::remove_file(fixture.path(file)).unwrap();
    fixture.run(&["codegen"]).refused(&[file, "was deleted"]);
}
