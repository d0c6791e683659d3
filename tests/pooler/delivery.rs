//! Everything is delivered, in order, and its effects happen once.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use eventbus_runtime::testing::suite::tools::{claim, data, drain, torn};
use eventbus_runtime::{Event, HandlerError, PgBus, PgTx};
use eventbus_tests::postgres::{listed, set_savepoints};
use sqlx::postgres::PgPool;
use sqlx::{Connection, raw_sql};
use tokio::time::timeout;

use crate::{MeterRead, Pooled, read};

const METERS: i64 = 8;
const EACH: i64 = 40;

/// Fails on a gap, on a repetition and on a step back. Its statements have names, as sqlx gives them by itself.
async fn follow(mut tx: PgTx, event: Event<MeterRead>) -> Result<(), HandlerError> {
    let moved = sqlx::query("UPDATE follower SET n = $2 WHERE meter = $1 AND n = $2 - 1")
        .bind(&event.meter)
        .bind(event.n)
        .execute(&mut *tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Err(HandlerError::terminal(format!(
            "{} reached {} out of turn",
            event.meter, event.n
        )));
    }
    if event.n % 10 == 0 && event.attempt() == 1 {
        return Err(HandlerError::retryable("once in a while it fails"));
    }
    Ok(())
}

/// Reads one meter `EACH` times, each in a transaction of an application's own.
async fn write(bus: PgBus, meter: String) {
    for _ in 0..EACH {
        let mut tx = bus.begin().await.unwrap();
        let n: i64 = sqlx::query_scalar("UPDATE meter SET n = n + 1 WHERE meter = $1 RETURNING n")
            .persistent(false)
            .bind(&meter)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        bus.emit(&mut tx, read(&meter, n)).await.unwrap();
        tx.commit().await.unwrap();
    }
}

/// Fails where nothing moves for a minute; how long all of it takes is a matter of the machine.
async fn moves(pool: &PgPool, work: impl Future<Output = ()>) {
    let mut work = pin!(work);
    let mut before = -1;
    while timeout(Duration::from_secs(60), &mut work).await.is_err() {
        let moved = "SELECT ((SELECT sum(n) FROM meter) + (SELECT sum(n) FROM follower))::bigint";
        let moved: i64 = sqlx::query_scalar(moved).fetch_one(pool).await.unwrap();
        assert!(moved > before, "it stands still after {moved} steps");
        before = moved;
    }
}

async fn everything_arrives(size: u32) {
    let pooled = Pooled::with(size).await;
    let direct = pooled.database.bus().await;
    raw_sql(
        "CREATE TABLE meter (meter text PRIMARY KEY, n bigint NOT NULL); \
         INSERT INTO meter SELECT m::text, 0 FROM generate_series(0, 7) AS m; \
         CREATE TABLE follower AS TABLE meter",
    )
    .execute(direct.pool())
    .await
    .unwrap();
    let (one, two, emitting) = (pooled.bus().await, pooled.bus().await, pooled.bus().await);
    let start = async |bus: &PgBus| {
        let retry =
            eventbus_runtime::Retry { first: Duration::from_millis(5), ..Default::default() };
        bus.subscribe("follower").retry(retry).handle(follow).start().await.unwrap()
    };
    moves(direct.pool(), async {
        let (first, second) = (start(&one).await, start(&two).await);
        let meters = (0..METERS).map(|meter| meter.to_string());
        let writers: Vec<_> =
            meters.map(|meter| tokio::spawn(write(emitting.clone(), meter))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        first.settled().await.unwrap();
        second.settled().await.unwrap();
    })
    .await;
    let behind: i64 = sqlx::query_scalar("SELECT count(*) FROM follower WHERE n <> $1")
        .bind(EACH)
        .fetch_one(direct.pool())
        .await
        .unwrap();
    let dead: i64 = sqlx::query_scalar("SELECT count(*) FROM eventbus_dead_letter")
        .fetch_one(direct.pool())
        .await
        .unwrap();
    assert_eq!((behind, dead), (0, 0));
    assert_eq!(pooled.left().await, 0, "nothing of a session is left to others");
    one.shutdown().await.unwrap();
    two.shutdown().await.unwrap();
    let mut connection = emitting.pool().acquire().await.unwrap();
    connection.ping().await.unwrap();
}

/// Reading takes a snapshot, whose end is brought forward by a transaction that completes: not by the one that reads.
#[tokio::test]
async fn a_transaction_with_many_savepoints_is_not_lost() {
    let pooled = Pooled::with(3).await;
    let (bus, direct) = (pooled.bus().await, pooled.database.bus().await);
    let cursor = claim(&bus, "reader").await.cursor;
    let mut open = direct.begin().await.unwrap();
    direct.emit(&mut open, torn(1).event).await.unwrap();
    let savepoints = set_savepoints(&mut open).await;
    let (events, cursor) = drain(&bus, cursor).await;
    assert!(events.is_empty());
    let listed = listed(&cursor, &savepoints);
    assert!(listed <= 1_000, "the savepoints are not listed: {listed}");
    open.commit().await.unwrap();
    assert_eq!(data(&drain(&bus, cursor).await.0), ["1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_through_one_connection() {
    everything_arrives(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_through_three_connections() {
    everything_arrives(3).await;
}
