//! The runtime's own tables.

use eventbus_runtime::ErrorKind;
use eventbus_runtime::store::{Log, Store};

use crate::database::Database;
use crate::events::NoteTorn;

pub(crate) async fn processes_migrate_at_once<D: Database>() {
    let database = D::empty().await;
    let buses = [database.bus().await, database.bus().await, database.bus().await];
    let (a, b, c) = tokio::join!(buses[0].migrate(), buses[1].migrate(), buses[2].migrate());
    a.and(b).and(c).unwrap();
    buses[0].migrate().await.unwrap();
}

pub(crate) async fn a_newer_schema_is_refused<D: Database>() {
    let (database, bus) = D::migrated().await;
    database.execute("UPDATE eventbus_schema SET version = 99").await;
    let refused = bus.migrate().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("version 99"), "{refused}");
    bus.migrate().await.unwrap_err();
}

pub(crate) async fn missing_tables_are_named_with_the_remedy<D: Database>() {
    let database = D::empty().await;
    let bus = database.bus().await;
    let mut tx = bus.store().begin().await.unwrap();
    let refused = bus.emit(&mut tx, NoteTorn(1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Configuration);
    assert!(refused.to_string().contains("call `migrate()`"), "{refused}");
    bus.store().rollback(tx).await.unwrap();
    let refused = bus.store().roster("reader").await.unwrap_err();
    assert!(refused.to_string().contains("call `migrate()`"), "{refused}");
}
