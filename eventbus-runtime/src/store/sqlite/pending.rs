//! What waits behind a place, counted.

use crate::error::Result;
use crate::store::sqlite::page::{list, optional_uuid};
use crate::store::sqlite::{SqliteCursor, SqliteStore};
use crate::store::{InTrouble, LOOK_AHEAD, Listed, Pending, Waits, columns};

pub(super) async fn pending(
    store: &SqliteStore,
    cursor: SqliteCursor,
    waits: Waits<'_>,
) -> Result<Pending> {
    let failed = |error| store.error("count what waits in the log", error);
    let (names, families) = columns::wanted(waits.types);
    let numbers: Vec<u16> = waits.shards.numbers().collect();
    let Listed { priority, tenant, priorities, pairs } = waits.tracks.listed().unwrap_or_default();
    let bound = cursor.position.saturating_add(LOOK_AHEAD);
    let (events, oldest, newest): (i64, Option<String>, i64) = sqlx::query_as(
        // What was scheduled is as old as its place, and stands there with the lowest id of that time.
        "SELECT count(*), min(coalesce(( \
                 SELECT printf('%s-%s-7000-8000-000000000000', substr(printf('%012x', m.moved_at), 1, 8), \
                     substr(printf('%012x', m.moved_at), 9)) \
                 FROM eventbus_moved AS m WHERE m.id = waiting.id), id)) FILTER (WHERE substr(id, 15, 1) = '7'), \
             coalesce((SELECT max(position) FROM eventbus_event), 0) \
         FROM (SELECT id FROM eventbus_event WHERE position > ?1 AND position <= ?2 \
             AND (type IN (SELECT value FROM json_each(?3)) \
                 OR EXISTS (SELECT 1 FROM json_each(?4) WHERE substr(eventbus_event.type, 1, length(value)) = value)) \
             AND shard * ?5 / 1024 IN (SELECT value FROM json_each(?6)) \
             AND (?8 IS NULL OR priority = ?8) AND (?9 IS NULL OR coalesce(tenant, '') = ?9) \
             AND priority NOT IN (SELECT value FROM json_each(?10)) \
             AND priority || coalesce(tenant, '') NOT IN (SELECT value FROM json_each(?11)) LIMIT ?7) AS waiting",
    )
    .bind(cursor.position)
    .bind(bound)
    .bind(list(&names))
    .bind(list(&families))
    .bind(waits.shards.of())
    .bind(list(&numbers))
    .bind(columns::limit(waits.at_most).saturating_add(1))
    .bind(priority)
    .bind(tenant)
    .bind(list(&priorities))
    .bind(list(&pairs))
    .fetch_one(&store.pool)
    .await
    .map_err(failed)?;
    let oldest = optional_uuid(oldest, "id").map_err(failed)?;
    Ok(columns::pending(events, oldest, newest > bound, waits.at_most))
}

pub(super) async fn in_trouble(store: &SqliteStore, subscription: &str) -> Result<InTrouble> {
    let (retrying, parked) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE state = 'retrying'), count(*) FILTER (WHERE state = 'parked') \
         FROM eventbus_delivery WHERE subscription = ?1",
    )
    .bind(subscription)
    .fetch_one(&store.pool)
    .await
    .map_err(|error| store.error(&format!("count the troubles of `{subscription}`"), error))?;
    Ok(columns::in_trouble(retrying, parked))
}
