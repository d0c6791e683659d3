//! Emitting into whatever a caller has.

use eventbus_runtime::{ErrorKind, PgBus};
use sqlx::{Connection, raw_sql};

use crate::{Pooled, read};

/// The numbers in the log.
async fn numbers(pooled: &Pooled) -> Vec<i64> {
    let numbers = "SELECT (data->>'n')::bigint FROM eventbus_event ORDER BY position";
    sqlx::query_scalar(numbers).fetch_all(pooled.database.bus().await.pool()).await.unwrap()
}

#[tokio::test]
async fn events_are_of_the_transaction_that_is_open_there() {
    for size in [1, 3] {
        let pooled = Pooled::with(size).await;
        let bus = pooled.bus().await;
        let mut tx = bus.begin().await.unwrap();
        bus.emit(&mut tx, read("a", 1)).await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = bus.begin().await.unwrap();
        bus.emit(&mut tx, read("a", 2)).await.unwrap();
        tx.rollback().await.unwrap();
        let mut connection = bus.pool().acquire().await.unwrap();
        raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
        bus.emit(&mut connection, read("a", 3)).await.unwrap();
        raw_sql("ROLLBACK").execute(&mut *connection).await.unwrap();
        raw_sql("BEGIN").execute(&mut *connection).await.unwrap();
        bus.emit(&mut connection, read("a", 4)).await.unwrap();
        raw_sql("COMMIT").execute(&mut *connection).await.unwrap();
        bus.emit(&mut connection, read("a", 5)).await.unwrap();
        drop(connection);
        let work = async |mut tx: eventbus_runtime::BusTx<eventbus_runtime::PgStore>| {
            tx.emit(read("a", 6)).await?;
            // With a name, as sqlx gives one to each statement.
            sqlx::query("SELECT $1::bigint").bind(1_i64).execute(&mut *tx).await?;
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
        };
        for _ in 0..5 {
            bus.transaction(work).await.unwrap();
        }
        assert_eq!(numbers(&pooled).await, [1, 4, 5, 6, 6, 6, 6, 6]);
        assert_eq!(pooled.left().await, 0);
    }
}

/// Unnamed statements of others come between the preparation and the execution of one that is in no transaction.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_comes_between_a_statement_and_its_execution() {
    let pooled = Pooled::with(1).await;
    let bus = pooled.bus().await;
    let emitters: Vec<_> = (0..6)
        .map(|emitter: i64| {
            let bus = bus.clone();
            tokio::spawn(async move {
                for n in 0..50 {
                    let event = read(&emitter.to_string(), n);
                    // With a key it is another statement, of other parameters.
                    if n % 2 == 0 {
                        let key = format!("{emitter}/{n}");
                        bus.emit(bus.pool(), event).key(key).await.unwrap();
                    } else {
                        let mut connection = bus.pool().acquire().await.unwrap();
                        bus.emit(&mut connection, event).await.unwrap();
                    }
                }
            })
        })
        .collect();
    for emitter in emitters {
        emitter.await.unwrap();
    }
    assert_eq!(numbers(&pooled).await.len(), 300);
}

#[tokio::test]
async fn a_refused_event_costs_its_emit_and_nothing_else() {
    let pooled = Pooled::with(1).await;
    let bus = pooled.bus().await;
    let before = pid(&bus).await;
    raw_sql("ALTER TABLE eventbus_event ADD CHECK (aggregate_id <> 'bad')")
        .execute(pooled.database.bus().await.pool())
        .await
        .unwrap();
    let refused = bus.emit(bus.pool(), read("bad", 1)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
    let mut connection = bus.pool().acquire().await.unwrap();
    bus.emit(&mut connection, read("bad", 1)).await.unwrap_err();
    connection.ping().await.unwrap();
    drop(connection);
    bus.emit(bus.pool(), read("good", 2)).await.unwrap();
    assert_eq!(numbers(&pooled).await, [2]);
    assert_eq!(pid(&bus).await, before, "no connection of the server was thrown away");
}

async fn pid(bus: &PgBus) -> i32 {
    use sqlx::Row;
    raw_sql("SELECT pg_backend_pid()").fetch_one(bus.pool()).await.unwrap().get(0)
}
