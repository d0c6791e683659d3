//! What waits behind a place, counted.

use crate::error::Result;
use crate::store::postgres::page::literally;
use crate::store::postgres::{PgCursor, PgStore, tenants};
use crate::store::{InTrouble, LOOK_AHEAD, Listed, Pending, Waits, columns};

/// What both halves of the statement ask for: types, shards and tracks, and that an event is not before the place. What is before
/// it was written in an earlier epoch, or is visible where the window begins, or was read inside it.
macro_rules! waits {
    () => {
        "(type = ANY ($1) OR type LIKE ANY ($2)) AND shard * $3 / 1024 = ANY ($4) \
         AND ($12::smallint IS NULL OR priority = $12) AND ($13::text IS NULL OR coalesce(tenant, '') = $13) \
         AND priority <> ALL ($14::smallint[]) \
         AND ($15::text[] = '{}' OR priority || coalesce(tenant, '') <> ALL ($15)) \
         AND (epoch > $5 OR (epoch = $5 AND NOT pg_visible_in_snapshot(xid, (SELECT $6::pg_snapshot)) \
             AND NOT (position <= $8 AND pg_visible_in_snapshot(xid, (SELECT $7::pg_snapshot)))))"
    };
}

pub(super) async fn pending(
    store: &PgStore,
    cursor: &PgCursor,
    waits: Waits<'_>,
) -> Result<Pending> {
    let what = "count what waits in the log";
    let (names, families) = columns::wanted(waits.types);
    let families: Vec<String> =
        families.iter().map(|prefix| format!("{}%", literally(prefix))).collect();
    let numbers: Vec<i32> = waits.shards.numbers().map(i32::from).collect();
    let Listed { priority, tenant, priorities, pairs } = waits.tracks.listed().unwrap_or_default();
    let first = cursor.unread();
    let bound = first.saturating_add(LOOK_AHEAD);
    let mut errand = store.errand(what).await?;
    // What was scheduled is as old as its place, and stands there with the lowest id of that time.
    // The events of each transaction that was open are looked for by themselves, and as a row: a planner that takes one
    // transaction for the whole log reads all of it, also where none was open.
    let query = store
        .query_as(concat!(
            "WITH waiting AS ((SELECT id::text FROM eventbus_event WHERE position > $9 AND position <= $10 AND ",
            waits!(),
            " LIMIT $11) UNION ALL (SELECT late.id FROM \
             (SELECT pg_snapshot_xip($6::pg_snapshot) UNION SELECT pg_snapshot_xip($7::pg_snapshot)) AS open (xid) CROSS JOIN LATERAL \
             (SELECT id::text FROM eventbus_event \
             WHERE (xid, position) > (open.xid, 0) AND (xid, position) <= (open.xid, $9) AND position <= $9 AND ",
            waits!(),
            " ORDER BY xid, position LIMIT $11) AS late LIMIT $11)) SELECT count(*), min(coalesce(( \
                 SELECT substr(h.hex, 1, 8) || '-' || substr(h.hex, 9) || '-7000-8000-000000000000' FROM eventbus_moved AS m, \
                 LATERAL (SELECT lpad(to_hex(m.moved_at), 12, '0')) AS h (hex) WHERE m.id = waiting.id::uuid), id)) \
                 FILTER (WHERE substr(id, 15, 1) = '7')::uuid, \
             coalesce((SELECT max(position) FROM eventbus_event), 0) FROM waiting",
        ))
        .bind(names)
        .bind(families)
        .bind(i32::from(waits.shards.of()))
        .bind(numbers)
        .bind(cursor.epoch)
        .bind(&*cursor.from.snapshot)
        .bind(&*cursor.to.snapshot)
        .bind(cursor.position)
        .bind(first)
        .bind(bound)
        .bind(columns::limit(waits.at_most).saturating_add(1))
        .bind(priority)
        .bind(tenant)
        .bind(priorities)
        .bind(pairs);
    let counted = async {
        tenants::sees_all(store, &mut errand, what).await?;
        query.fetch_one(&mut *errand).await.map_err(|error| store.error(what, error))
    };
    let counted = counted.await;
    let (events, oldest, newest): (i64, _, i64) = store.end(errand, counted).await?;
    Ok(columns::pending(events, oldest, newest > bound, waits.at_most))
}

pub(super) async fn in_trouble(store: &PgStore, subscription: &str) -> Result<InTrouble> {
    let what = format!("count the troubles of `{subscription}`");
    let mut errand = store.errand(&what).await?;
    let counted = store
        .query_as(
            "SELECT count(*) FILTER (WHERE state = 'retrying'), count(*) FILTER (WHERE state = 'parked') \
             FROM eventbus_delivery WHERE subscription = $1",
        )
        .bind(subscription)
        .fetch_one(&mut *errand)
        .await;
    let counted = counted.map_err(|error| store.error(&what, error));
    let (retrying, parked) = store.end(errand, counted).await?;
    Ok(columns::in_trouble(retrying, parked))
}
