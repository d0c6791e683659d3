//! What keeps events from being dropped.
//!
//! A cursor is no number here. Up to the floors of its window it has everything before it, except for events of the
//! transactions that the window's bounds list as open: those are looked for by the window index. Events of a transaction
//! that is still open are not looked for: they lie above what [`settle`](super::retention) says.

use std::collections::HashMap;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};

use crate::store::postgres::epoch;
use crate::store::postgres::replica::now;
use crate::store::postgres::subscription::cursor;
use crate::store::postgres::{PgCursor, PgStore};
use crate::store::{Hold, Holder, farthest_behind};

pub(super) async fn holds(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<Vec<Hold>, sqlx::Error> {
    let rows = store
        .query(concat!(
            "SELECT n.name, n.paused, ",
            now!(),
            " - n.seen_at AS unseen, s.shard, s.epoch, s.from_snapshot::text, s.from_floor, s.to_snapshot::text, \
             s.to_floor, s.to_ceiling, s.position \
             FROM eventbus_subscription AS n JOIN (SELECT subscription, shard, epoch, from_snapshot, from_floor, to_snapshot, \
                 to_floor, to_ceiling, position FROM eventbus_shard \
                 UNION ALL SELECT subscription, shard, epoch, from_snapshot, from_floor, to_snapshot, to_floor, to_ceiling, \
                 position FROM eventbus_detour) AS s ON s.subscription = n.name",
        ))
        .fetch_all(&mut *connection)
        .await?;
    let current = epoch::now(store, connection).await?.epoch;
    // Shards that stand at one place are asked about once; snapshots have no order to sort them by.
    let mut known: HashMap<String, i64> = HashMap::new();
    let mut holds = Vec::new();
    for row in &rows {
        let cursor = cursor(row)?;
        let place = format!("{cursor:?}");
        let upto = match known.get(&place) {
            Some(upto) => *upto,
            None => behind(store, connection, &cursor, current).await?,
        };
        known.insert(place, upto);
        holds.push(of_shard(row, upto)?);
    }
    holds.extend(open(store, connection).await?);
    Ok(farthest_behind(holds))
}

fn of_shard(row: &PgRow, upto: i64) -> Result<Hold, sqlx::Error> {
    let shard: i16 = row.try_get("shard")?;
    let holder = Holder::Shard {
        subscription: row.try_get("name")?,
        shard: u16::try_from(shard).unwrap_or(0),
        paused: row.try_get("paused")?,
    };
    Ok(Hold::of(holder, upto, row.try_get("unseen")?))
}

/// The number up to which everything that is committed is before a place.
async fn behind(
    store: &PgStore,
    connection: &mut PgConnection,
    cursor: &PgCursor,
    current: i32,
) -> Result<i64, sqlx::Error> {
    let mut upto = cursor.settled();
    if cursor.lists_open() {
        let first: Option<i64> = store
            .query_scalar(
                "SELECT min(e.position) FROM (SELECT pg_snapshot_xip($1::pg_snapshot) \
                     UNION SELECT pg_snapshot_xip($2::pg_snapshot)) AS open (xid) CROSS JOIN LATERAL ( \
                     SELECT position FROM eventbus_event WHERE (xid, position) > (open.xid, 0) AND (xid, position) <= (open.xid, $4) \
                     AND epoch = $3 AND position <= $4 AND NOT pg_visible_in_snapshot(xid, (SELECT $1::pg_snapshot)) \
                     AND NOT (position <= $5 AND pg_visible_in_snapshot(xid, (SELECT $2::pg_snapshot))) \
                     ORDER BY xid, position LIMIT 1) AS e",
            )
            .bind(&*cursor.from.snapshot)
            .bind(&*cursor.to.snapshot)
            .bind(cursor.epoch)
            .bind(upto)
            .bind(cursor.position)
            .fetch_one(&mut *connection)
            .await?;
        upto = first.map_or(upto, |first| first - 1);
    }
    if cursor.epoch < current {
        // Rows that were loaded after the cluster was changed may have low numbers.
        let first: Option<i64> = store
            .query_scalar(
                "SELECT min(position) FROM eventbus_event WHERE epoch > $1 AND position <= $2",
            )
            .bind(cursor.epoch)
            .bind(upto)
            .fetch_one(connection)
            .await?;
        upto = first.map_or(upto, |first| first - 1);
    }
    Ok(upto)
}

/// What is in trouble, and letters that are retried by themselves.
async fn open(store: &PgStore, connection: &mut PgConnection) -> Result<Vec<Hold>, sqlx::Error> {
    let rows: Vec<(String, bool, i64, i64)> = store
        .query_as(concat!(
            "SELECT o.subscription, o.letter, min(o.position), ",
            now!(),
            " - min(n.seen_at) FROM ( \
                 SELECT subscription, false AS letter, position FROM eventbus_delivery WHERE state <> 'dead' \
                 UNION ALL SELECT subscription, true, position FROM eventbus_dead_letter \
                 WHERE source = 'event' AND retry_at IS NOT NULL) AS o \
             JOIN eventbus_subscription AS n ON n.name = o.subscription GROUP BY o.subscription, o.letter",
        ))
        .fetch_all(connection)
        .await?;
    let hold = |(subscription, letter, position, unseen)| {
        let holder = match letter {
            true => Holder::Letter { subscription },
            false => Holder::Delivery { subscription },
        };
        Hold::of(holder, position - 1, unseen)
    };
    Ok(rows.into_iter().map(hold).collect())
}
