//! Retention beside sessions of others.

use std::pin::pin;
use std::time::Duration;

use eventbus_runtime::PgBus;
use eventbus_runtime::store::{Log, Retention};
use eventbus_runtime::testing::suite::tools::{claim, emit};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, query, query_scalar};

use crate::database::{Database, Postgres};

/// A subscription that nobody saw for long is seen while it is being removed.
#[tokio::test]
async fn who_comes_back_while_it_is_removed_stays_on_postgres() {
    let (database, bus) = Postgres::migrated().await;
    claim(&bus, "reader").await;
    database.execute("UPDATE eventbus_subscription SET seen_at = 0").await;
    let mut other = PgConnection::connect(&database.0.url()).await.unwrap();
    let mut back = other.begin().await.unwrap();
    let seen =
        "UPDATE eventbus_subscription SET seen_at = extract(epoch FROM now())::bigint * 1000";
    query(seen).execute(&mut *back).await.unwrap();
    let mut removing = pin!(bus.store().remove_unseen("reader", Duration::from_hours(1)));
    database.until_it_waits(removing.as_mut()).await;
    back.commit().await.unwrap();
    assert!(!removing.await.unwrap(), "it was seen");
    assert!(bus.store().roster("reader").await.unwrap().is_some());
}

/// What a new connection costs is not paid for each time that a lock is not to be had.
#[tokio::test]
async fn a_batch_that_gets_no_lock_keeps_its_connection_on_postgres() {
    let (database, bus) = Postgres::migrated().await;
    emit(&bus, &["1", "2"]).await;
    let options: PgConnectOptions = database.0.url().parse().unwrap();
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let pid =
        async || -> i32 { query_scalar("SELECT pg_backend_pid()").fetch_one(&pool).await.unwrap() };
    let before = pid().await;
    let mut other = PgConnection::connect(&database.0.url()).await.unwrap();
    let mut lock = other.begin().await.unwrap();
    query("LOCK TABLE eventbus_subscription IN EXCLUSIVE MODE").execute(&mut *lock).await.unwrap();
    let one = PgBus::new(pool.clone());
    let upto = i64::MAX;
    let mut dropping = pin!(one.store().drop_events(upto, 10));
    database.until_it_waits(dropping.as_mut()).await;
    // The server tells of a statement that it gave up on.
    let idle = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() \
        AND query LIKE 'LOCK TABLE%' AND state LIKE 'idle in transaction (aborted)' \
        OR query LIKE 'ROLLBACK%' AND datname = current_database()";
    let given_up = async {
        while database.number(idle).await == 0 {
            tokio::task::yield_now().await;
        }
        lock.rollback().await.unwrap();
    };
    let (dropped, ()) = tokio::join!(dropping, given_up);
    assert_eq!(dropped.unwrap().events, 2);
    assert_eq!(pid().await, before, "it is the same connection");
}
