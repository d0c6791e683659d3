//! Reading what is in trouble.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use crate::error::Result;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::page::stored;
use crate::store::{MOST_PARKED, Shards, Trouble, Troubles, columns};

pub(super) async fn troubles(
    store: &SqliteStore,
    subscription: &str,
    shards: &Shards,
    now: i64,
    limit: usize,
) -> Result<Troubles> {
    let failed = |error| store.error(&format!("read the troubles of `{subscription}`"), error);
    let numbers: Vec<u16> = shards.numbers().collect();
    let numbers = serde_json::to_string(&numbers).expect("a list of numbers is always JSON");
    let open: Vec<Group> = sqlx::query_as(
        "SELECT key, min(next_at), count(*), min(shard) FROM eventbus_delivery WHERE subscription = ?1 AND state <> 'dead' \
         AND shard * ?2 / 1024 IN (SELECT value FROM json_each(?3)) GROUP BY key",
    )
    .bind(subscription)
    .bind(shards.of())
    .bind(&numbers)
    .fetch_all(&store.pool)
    .await
    .map_err(failed)?;
    if open.is_empty() {
        return Ok(Troubles::default());
    }
    // The first retrying event of each key is found once: asked for at each parked one, it is a search among all rows.
    let rows = sqlx::query(concat!(
        "WITH held AS (SELECT key, min(position) AS position FROM eventbus_delivery \
             WHERE subscription = ?1 AND state = 'retrying' AND key IS NOT NULL GROUP BY key), \
         ready AS (SELECT d.position, d.attempts, d.first_at, d.key FROM eventbus_delivery d \
             LEFT JOIN held ON held.key = d.key WHERE d.subscription = ?1 \
             AND d.shard * ?4 / 1024 IN (SELECT value FROM json_each(?5)) \
             AND (d.state = 'retrying' AND d.next_at <= ?2 \
                 OR d.state = 'parked' AND (held.key IS NULL OR held.position > d.position)) \
             ORDER BY d.position LIMIT ?3) \
         SELECT ",
        columns::event_columns!(),
        ", d.attempts, d.first_at, d.key FROM ready d JOIN eventbus_event e ON e.position = d.position \
         ORDER BY d.position",
    ))
    .bind(subscription)
    .bind(now)
    .bind(columns::limit(limit))
    .bind(shards.of())
    .bind(&numbers)
    .fetch_all(&store.pool)
    .await
    .map_err(failed)?;
    Ok(Troubles {
        ready: rows.iter().map(|row| trouble(store, row)).collect::<Result<_>>()?,
        next_at: open.iter().filter_map(|(_, next_at, ..)| *next_at).min(),
        crowded: open.iter().filter_map(crowded).collect(),
        keys: open.into_iter().filter_map(|(key, ..)| key).collect(),
    })
}

/// A key with the time of its next retry, how many rows it has, and their slot.
type Group = (Option<String>, Option<i64>, i64, i64);

/// The slot of a key with too many rows.
fn crowded((key, _, rows, slot): &Group) -> Option<u16> {
    let many = key.is_some() && usize::try_from(*rows).is_ok_and(|rows| rows >= MOST_PARKED);
    if many { u16::try_from(*slot).ok() } else { None }
}

fn trouble(store: &SqliteStore, row: &SqliteRow) -> Result<Trouble> {
    let stored = stored(store, row)?;
    let columns = || Ok((row.try_get("key")?, row.try_get("first_at")?));
    let (key, first_at) = columns().map_err(|error| unreadable(store, error))?;
    Ok(Trouble { attempts: attempts(store, row, stored.position)?, first_at, stored, key })
}

fn attempts(store: &SqliteStore, row: &SqliteRow, position: i64) -> Result<u32> {
    let attempts = row.try_get("attempts").map_err(|error| unreadable(store, error))?;
    columns::read_u32(attempts, "attempts", position)
}

fn unreadable(store: &SqliteStore, error: sqlx::Error) -> crate::error::Error {
    store.error("read a row of eventbus_delivery", error)
}
