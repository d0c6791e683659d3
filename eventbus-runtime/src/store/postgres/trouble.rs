//! Reading what is in trouble.

use sqlx::Row;
use sqlx::postgres::PgRow;

use crate::error::Result;
use crate::store::postgres::PgStore;
use crate::store::postgres::page::stored;
use crate::store::{MOST_PARKED, Shards, Trouble, Troubles, columns};

pub(super) async fn troubles(
    store: &PgStore,
    subscription: &str,
    shards: &Shards,
    now: i64,
    limit: usize,
) -> Result<Troubles> {
    let what = format!("read the troubles of `{subscription}`");
    let failed = |error| store.error(&what, error);
    let mut errand = store.errand(&what).await?;
    let numbers: Vec<i32> = shards.numbers().map(i32::from).collect();
    let open: Vec<Group> = store.query_as(
        "SELECT key, min(next_at), count(*), min(shard) FROM eventbus_delivery WHERE subscription = $1 AND state <> 'dead' \
         AND shard * $2 / 1024 = ANY ($3) GROUP BY key",
    )
    .bind(subscription)
    .bind(i32::from(shards.of()))
    .bind(&numbers)
    .fetch_all(&mut *errand)
    .await
    .map_err(failed)?;
    if open.is_empty() {
        return store.end(errand, Ok(Troubles::default())).await;
    }
    // The first retrying event of each key is found by a window, which is one sort whatever the planner knows: it joins
    // freshly filled rows in nested loops, and thousands of one key, or with a key each, then take it many seconds.
    let rows = store.query(concat!(
        "WITH open AS (SELECT position, attempts, first_at, key, state, next_at, \
                 min(position) FILTER (WHERE state = 'retrying') OVER (PARTITION BY key) AS held \
             FROM eventbus_delivery WHERE subscription = $1 AND state <> 'dead' AND shard * $4 / 1024 = ANY ($5)), \
         ready AS (SELECT position, attempts, first_at, key FROM open WHERE state = 'retrying' AND next_at <= $2 \
             OR state = 'parked' AND (key IS NULL OR held IS NULL OR held > position) ORDER BY position LIMIT $3) \
         SELECT ",
        columns::event_columns!(),
        ", d.attempts, d.first_at, d.key FROM ready d JOIN eventbus_event e ON e.position = d.position \
         ORDER BY d.position",
    ))
    .bind(subscription)
    .bind(now)
    .bind(columns::limit(limit))
    .bind(i32::from(shards.of()))
    .bind(&numbers)
    .fetch_all(&mut *errand)
    .await
    .map_err(failed)?;
    let rows = store.end(errand, Ok(rows)).await?;
    Ok(Troubles {
        ready: rows.iter().map(|row| trouble(store, row)).collect::<Result<_>>()?,
        next_at: open.iter().filter_map(|(_, next_at, ..)| *next_at).min(),
        crowded: open.iter().filter_map(crowded).collect(),
        keys: open.into_iter().filter_map(|(key, ..)| key).collect(),
    })
}

/// A key with the time of its next retry, how many rows it has, and their slot.
type Group = (Option<String>, Option<i64>, i64, i16);

/// The slot of a key with too many rows.
fn crowded((key, _, rows, slot): &Group) -> Option<u16> {
    let many = key.is_some() && usize::try_from(*rows).is_ok_and(|rows| rows >= MOST_PARKED);
    if many { u16::try_from(*slot).ok() } else { None }
}

fn trouble(store: &PgStore, row: &PgRow) -> Result<Trouble> {
    let stored = stored(store, row)?;
    let columns = || Ok((row.try_get("key")?, row.try_get("first_at")?));
    let (key, first_at) = columns().map_err(|error| unreadable(store, error))?;
    Ok(Trouble { attempts: attempts(store, row, stored.position)?, first_at, stored, key })
}

fn attempts(store: &PgStore, row: &PgRow, position: i64) -> Result<u32> {
    let attempts: i32 = row.try_get("attempts").map_err(|error| unreadable(store, error))?;
    columns::read_u32(attempts.into(), "attempts", position)
}

fn unreadable(store: &PgStore, error: sqlx::Error) -> crate::error::Error {
    store.error("read a row of eventbus_delivery", error)
}
