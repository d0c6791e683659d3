//! A step is made in the transaction that was begun for it, or not at all.

use std::future::ready;

use eventbus_runtime::store::{Log, Step, Store, Way};
use eventbus_runtime::testing::suite::tools::{Claimed, claim, drain, emit, log, to};
use eventbus_runtime::{ErrorKind, EventBus, SqliteBus};
use eventbus_tests::sqlite::SqliteFile;
use sqlx::{Connection, raw_sql};

use crate::database::Database;
use crate::events::NoteTorn;

/// Makes a step to the end of the log, and one that moves no cursor; both have to be refused with `says`. Ends the
/// transaction as the relay does.
async fn refused<S: Log>(
    bus: &EventBus<S>,
    mut tx: S::Transaction,
    claim: &Claimed<S::Cursor>,
    says: &str,
) {
    let (_, end) = drain(bus, claim.cursor.clone()).await;
    for step in [to(end), Step { cursor: None, way: Way::Main, changes: Vec::new() }] {
        let refused = bus.store().advance(&mut tx, &claim.owner, &step).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::TransactionRollback, "{refused}");
        assert!(refused.to_string().contains(says), "{refused}");
    }
    bus.store().rollback(tx).await.ok();
}

/// That nothing moved, and that what the pool gives out now can be used.
async fn all_is_well<S: Log>(bus: &EventBus<S>, claimed: Claimed<S::Cursor>) {
    let before = log(bus).await.len();
    for _ in 0..3 {
        emit(bus, &["after"]).await;
    }
    assert_eq!(log(bus).await.len(), before + 3, "others see what is committed");
    claimed.release(bus.store()).await;
    assert_eq!(claim(bus, "reader").await.cursor, claimed.cursor);
}

pub(crate) async fn a_cancelled_nested_begin_is_refused<D: Database>() {
    let (_database, bus) = D::migrated().await;
    emit(&bus, &["1"]).await;
    let claim = claim(&bus, "reader").await;
    let mut tx = bus.store().begin().await.unwrap();
    // The first poll of a begin may already complete it; then its drop rolls back to the savepoint.
    loop {
        tokio::select! {
            biased;
            nested = tx.begin() => drop(nested),
            () = ready(()) => break,
        }
    }
    refused(&bus, tx, &claim, "let it complete").await;
    all_is_well(&bus, claim).await;
}

pub(crate) async fn a_leaked_savepoint_is_refused<D: Database>() {
    let (_database, bus) = D::migrated().await;
    emit(&bus, &["1"]).await;
    let claim = claim(&bus, "reader").await;
    let mut tx = bus.store().begin().await.unwrap();
    std::mem::forget(tx.begin().await.unwrap());
    bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    refused(&bus, tx, &claim, "still open").await;
    assert_eq!(log(&bus).await.len(), 1, "nothing of it was committed");
    all_is_well(&bus, claim).await;
}

pub(crate) async fn a_commit_with_a_leaked_savepoint_is_refused<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let claim = claim(&bus, "reader").await;
    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    std::mem::forget(tx.begin().await.unwrap());
    let refused = bus.store().commit(tx).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TransactionRollback);
    assert!(log(&bus).await.is_empty(), "nothing of it was committed");
    all_is_well(&bus, claim).await;
}

pub(crate) async fn a_transaction_that_a_statement_ended_is_refused<D: Database>() {
    let (_database, bus) = D::migrated().await;
    emit(&bus, &["1"]).await;
    let claim = claim(&bus, "reader").await;
    for ending in ["ROLLBACK", "COMMIT", "ROLLBACK; BEGIN"] {
        let mut tx = bus.store().begin().await.unwrap();
        D::run(&mut tx, ending).await.unwrap();
        refused(&bus, tx, &claim, "a statement ended").await;
    }
    all_is_well(&bus, claim).await;
}

pub(crate) async fn a_nested_transaction_that_ended_is_no_harm<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let claim = claim(&bus, "reader").await;
    let mut tx = bus.store().begin().await.unwrap();
    let mut nested = tx.begin().await.unwrap();
    bus.emit(&mut nested, NoteTorn(1)).await.unwrap();
    nested.commit().await.unwrap();
    let mut nested = tx.begin().await.unwrap();
    bus.emit(&mut nested, NoteTorn(2)).await.unwrap();
    drop(nested);
    bus.store().advance(&mut tx, &claim.owner, &to(claim.cursor.clone())).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    assert_eq!(log(&bus).await.len(), 1);
}

async fn or_rollback(bus: SqliteBus) {
    emit(&bus, &["1"]).await;
    raw_sql("CREATE TABLE t (id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)")
        .execute(bus.pool())
        .await
        .unwrap();
    let claim = claim(&bus, "reader").await;
    let mut tx = bus.store().begin().await.unwrap();
    let swallowed = raw_sql("INSERT OR ROLLBACK INTO t VALUES (1)").execute(&mut *tx).await;
    swallowed.unwrap_err();
    refused(&bus, tx, &claim, "OR ROLLBACK").await;
    all_is_well(&bus, claim).await;
}

#[tokio::test]
async fn a_swallowed_or_rollback_is_refused() {
    let file = SqliteFile::new();
    or_rollback(file.bus().await).await;
}

#[tokio::test]
async fn a_swallowed_or_rollback_is_refused_in_memory() {
    let bus = SqliteBus::connect("sqlite::memory:").await.unwrap();
    bus.migrate().await.unwrap();
    or_rollback(bus).await;
}
