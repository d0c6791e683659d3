//! Whatever an emit may be written to.

use eventbus_runtime::{Event, EventBus, HandlerError, MemoryBus, MemoryTx, SqliteTx};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;

use crate::events::{NoteTaken, NoteTorn, note};
use eventbus_runtime::testing::suite::tools::log;

#[tokio::test]
async fn a_transaction_and_a_connection_of_sqlite() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    bus.emit(&mut *tx, NoteTorn(2)).await.unwrap();
    tx.commit().await.unwrap();
    let mut connection = bus.pool().acquire().await.unwrap();
    bus.emit(&mut connection, NoteTorn(3)).await.unwrap();
    bus.emit(&mut *connection, NoteTorn(4)).await.unwrap();
    drop(connection);
    assert_eq!(log(&bus).await.len(), 4);
}

#[tokio::test]
async fn a_transaction_and_a_connection_of_postgres() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, NoteTorn(1)).await.unwrap();
    bus.emit(&mut *tx, NoteTorn(2)).await.unwrap();
    tx.commit().await.unwrap();
    let mut connection = bus.pool().acquire().await.unwrap();
    bus.emit(&mut connection, NoteTorn(3)).await.unwrap();
    bus.emit(&mut *connection, NoteTorn(4)).await.unwrap();
    drop(connection);
    assert_eq!(log(&bus).await.len(), 4);
}

#[tokio::test]
async fn the_transaction_of_a_handler() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let inner = bus.clone();
    let handler = move |mut tx: SqliteTx, _: Event<NoteTaken>| {
        let bus = inner.clone();
        async move {
            bus.emit(&mut tx, NoteTorn(1)).await?;
            Ok::<(), HandlerError>(())
        }
    };
    let running = bus.subscribe("tear").handle(handler).start().await.unwrap();
    let mut tx = bus.begin().await.unwrap();
    bus.emit(&mut tx, note("a", "b")).await.unwrap();
    tx.commit().await.unwrap();
    running.settled().await.unwrap();
    running.shutdown().await.unwrap();
    assert_eq!(log(&bus).await.len(), 2);
}

#[tokio::test]
async fn a_transaction_and_a_handler_in_memory() {
    let bus: MemoryBus = EventBus::in_memory();
    let inner = bus.clone();
    let handler = move |mut tx: MemoryTx, _: Event<NoteTaken>| {
        let bus = inner.clone();
        async move {
            bus.emit(&mut tx, NoteTorn(1)).await?;
            bus.emit(&mut *tx, NoteTorn(2)).await?;
            Ok::<(), HandlerError>(())
        }
    };
    let running = bus.subscribe("tear").handle(handler).start().await.unwrap();
    let mut tx = bus.begin();
    bus.emit(&mut tx, note("a", "b")).await.unwrap();
    tx.commit().unwrap();
    running.settled().await.unwrap();
    assert_eq!(bus.log().len(), 3);
}
