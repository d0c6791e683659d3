//! What is SQLite's own.

use eventbus_runtime::store::{Log, Start};
use eventbus_runtime::testing::suite::tools::{claim, drain, try_claim};
use eventbus_runtime::{ErrorKind, SqliteBus};
use eventbus_tests::sqlite::SqliteFile;
use sqlx::Connection;

use crate::events::{NoteTorn, note};

#[tokio::test]
async fn a_deferred_transaction_that_cannot_write_is_told_how_to_begin() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let mut reader = bus.pool().begin().await.unwrap();
    let count = "SELECT count(*) FROM eventbus_event";
    sqlx::query_scalar::<_, i64>(count).fetch_one(&mut *reader).await.unwrap();
    let mut writer = bus.begin().await.unwrap();
    bus.emit(&mut writer, NoteTorn(1)).await.unwrap();
    writer.commit().await.unwrap();

    let refused = bus.emit(&mut reader, NoteTorn(2)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TransactionRollback);
    assert!(refused.to_string().contains("`bus.begin()`"), "{refused}");
    assert!(refused.to_string().contains("BEGIN IMMEDIATE"), "{refused}");
}

#[tokio::test]
async fn a_read_only_file_is_refused_at_connect() {
    let file = SqliteFile::new();
    drop(file.bus().await);
    let refused = SqliteBus::connect(&format!("{}?mode=ro", file.url())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    let path = file.path().display().to_string();
    assert!(refused.to_string().contains(&path), "{refused}");
    assert!(refused.to_string().contains("read-only"), "{refused}");
}

#[tokio::test]
async fn a_missing_folder_is_named() {
    let refused = SqliteBus::connect("sqlite:///nowhere/at/all/shop.db").await.unwrap_err();
    assert!(refused.to_string().contains("`/nowhere/at/all/shop.db`"), "{refused}");
    assert!(refused.to_string().contains("folder must exist"), "{refused}");
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let file = SqliteFile::new();
    let text = "this is a letter, not a database; it is longer than a header of one hundred bytes would be, though";
    std::fs::write(file.path(), text).unwrap();
    let refused = SqliteBus::connect(&file.url()).await.unwrap_err();
    assert!(refused.to_string().contains("not an SQLite database"), "{refused}");
    assert_eq!(std::fs::read_to_string(file.path()).unwrap(), text);
}

#[tokio::test]
async fn an_in_memory_database_lives_as_long_as_its_bus() {
    let bus = SqliteBus::connect("sqlite::memory:").await.unwrap();
    bus.migrate().await.unwrap();
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, note("a", "b")).await.unwrap();
    tx.commit().await.unwrap();
    let owned = claim(&bus, "reader").await;
    assert_eq!(drain(&bus, owned.cursor).await.0.len(), 1);
    let other = SqliteBus::connect("sqlite::memory:").await.unwrap();
    other.migrate().await.unwrap();
    let roster = other.store().roster("reader").await.unwrap();
    assert!(roster.is_none(), "another in-memory database has subscriptions of its own");
}

#[tokio::test]
async fn positions_do_not_come_back() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let mut connection = bus.pool().acquire().await.unwrap();
    bus.emit(&mut connection, NoteTorn(1)).await.unwrap();
    sqlx::query("DELETE FROM eventbus_event").execute(&mut *connection).await.unwrap();
    let mut tx = connection.begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(2)).await.unwrap();
    tx.commit().await.unwrap();
    let position: i64 = sqlx::query_scalar("SELECT position FROM eventbus_event")
        .fetch_one(bus.pool())
        .await
        .unwrap();
    assert_eq!(position, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_file_leads_to_the_same_owner() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let link = file.path().with_file_name("link.db");
    std::os::unix::fs::symlink(file.path(), &link).unwrap();
    let other = SqliteBus::connect(&format!("sqlite://{}", link.display())).await.unwrap();
    let owned = claim(&bus, "reader").await;
    assert!(try_claim(other.store(), "reader", Start::Beginning).await.is_none());
    owned.release(bus.store()).await;
    assert!(try_claim(other.store(), "reader", Start::Beginning).await.is_some());
}
