//! What is SQLite's own.

use std::time::Duration;

use eventbus_runtime::store::{Log, Start, Step, Track, Way};
use eventbus_runtime::testing::suite::tools::{advance, claim, drain, try_claim};
use eventbus_runtime::{ErrorKind, Priority, Retain, SqliteBus, SqliteStore};
use eventbus_tests::sqlite::SqliteFile;
use sqlx::Connection;
use tempfile::TempDir;

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

fn all_of<'a>(bus: &'a SqliteBus, folder: &TempDir) -> Retain<'a, SqliteStore> {
    bus.retention().older_than(Duration::ZERO).archive_to(folder.path())
}

/// A database that is restored from a backup gives numbers out again. What has them now is in no archive, and stays.
#[tokio::test]
async fn an_archive_of_what_was_before_a_restore_drops_nothing() {
    let (file, copy) = (SqliteFile::new(), SqliteFile::new());
    let folder = tempfile::tempdir().unwrap();
    let (old, restored) = {
        let bus = file.bus().await;
        bus.emit(bus.store(), [NoteTorn(1), NoteTorn(2)]).await.unwrap();
        let backup = format!("VACUUM INTO '{}'", copy.path().display());
        sqlx::query(sqlx::AssertSqlSafe(backup)).execute(bus.pool()).await.unwrap();
        bus.emit(bus.store(), NoteTorn(3)).await.unwrap();
        (bus, SqliteBus::connect(&copy.url()).await.unwrap())
    };
    assert_eq!(all_of(&old, &folder).archive().await.unwrap().archived, 3);
    restored.emit(restored.store(), NoteTorn(4)).await.unwrap();
    let refused = all_of(&restored, &folder).drop().await.unwrap_err();
    assert!(refused.to_string().contains("differ from event 3 on"), "{refused}");
    let left: i64 = sqlx::query_scalar("SELECT count(*) FROM eventbus_event")
        .fetch_one(restored.pool())
        .await
        .unwrap();
    assert_eq!(left, 3);
    assert_eq!(all_of(&old, &folder).drop().await.unwrap().dropped, 3, "its own log goes on");
}

fn big() -> Track {
    Track::of(Priority::Normal).with_tenant("big")
}

/// What code from before detours says to take a shard. It would deliver what the shard's cursor passes over.
#[tokio::test]
async fn code_that_knows_no_detours_cannot_own_a_shard_that_has_some() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let first = claim(&bus, "reader").await;
    let take =
        "UPDATE eventbus_shard SET owner = 'old', fence = fence + 1 WHERE subscription = 'reader'";
    let step = |way| Step { cursor: Some(first.cursor), way, changes: Vec::new() };
    advance(&bus, &first.owner, &step(Way::Begin { track: big(), from: None })).await.unwrap();
    let refused = sqlx::query(take).execute(bus.pool()).await.unwrap_err();
    assert!(refused.to_string().contains("CHECK constraint failed"), "{refused}");
    advance(&bus, &first.owner, &step(Way::End { track: big(), into: None })).await.unwrap();
    assert_eq!(sqlx::query(take).execute(bus.pool()).await.unwrap().rows_affected(), 16);
}

/// What code says that knows detours of tenants in all priorities, and none of a priority.
#[tokio::test]
async fn code_that_knows_no_priorities_cannot_own_a_shard_that_has_detours_of_one() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let first = claim(&bus, "reader").await;
    let take = "UPDATE eventbus_shard SET owner = 'old', fence = fence + 1, \
        detours_of = CASE WHEN detours_of IS NOT NULL THEN 'old' END WHERE subscription = 'reader'";
    let step = |way| Step { cursor: Some(first.cursor), way, changes: Vec::new() };
    for track in [Track::of(Priority::Low), big()] {
        let begin = Way::Begin { track: track.clone(), from: None };
        advance(&bus, &first.owner, &step(begin)).await.unwrap();
        let refused = sqlx::query(take).execute(bus.pool()).await.unwrap_err();
        assert!(refused.to_string().contains("CHECK constraint failed"), "{refused}");
        advance(&bus, &first.owner, &step(Way::End { track, into: None })).await.unwrap();
    }
    assert_eq!(sqlx::query(take).execute(bus.pool()).await.unwrap().rows_affected(), 16);
}

/// What such code wrote is read as what it meant: a tenant in all priorities. With it there it may own the shard.
#[tokio::test]
async fn a_detour_of_code_that_knows_no_priorities_is_of_all_of_them() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    claim(&bus, "reader").await;
    sqlx::raw_sql(
        "INSERT INTO eventbus_detour (subscription, shard, tenant, position) SELECT subscription, shard, 'big', position \
             FROM eventbus_shard; \
         UPDATE eventbus_shard SET owner = 'old', fence = fence + 1, detours_of = 'old' WHERE subscription = 'reader'",
    )
    .execute(bus.pool())
    .await
    .unwrap();
    sqlx::raw_sql("UPDATE eventbus_shard SET owner = NULL").execute(bus.pool()).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    let whole = Track { priority: None, tenant: Some("big".to_owned()) };
    assert!(roster.shards.iter().all(|shard| shard.detours.keys().eq([&whole])));
}
