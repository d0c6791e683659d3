//! Detours: the cursors of single tracks. The fences of their shards were checked in the same transaction.

use sqlx::postgres::PgConnection;

use crate::store::postgres::subscription::{bind, numbers};
use crate::store::postgres::{PgCursor, PgStore};
use crate::store::{Owner, Step, Track, Way, columns};

/// Moves, begins or ends the detours of a track in all of the owner's shards; whether they are as the step takes them.
pub(super) async fn advance(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    (track, step): (&Track, &Step<PgCursor>),
) -> Result<bool, sqlx::Error> {
    if let (Some(moves), Some(cursor)) = (step.way.moves(), &step.cursor)
        && !move_to(store, connection, owner, (moves, cursor)).await?
    {
        return Ok(false);
    }
    let (tenant, priority, everybody) = columns::track(track);
    let shards = numbers(owner.held.iter().map(|held| held.shard));
    let query = match &step.way {
        Way::Main | Way::Detour(_) => return Ok(true),
        Way::Begin { from: None, .. } => store.query(
            "INSERT INTO eventbus_detour (subscription, shard, tenant, priority, everybody, epoch, from_snapshot, from_floor, \
                 to_snapshot, to_floor, to_ceiling, position) \
             SELECT subscription, shard, $3, $4, $5, epoch, from_snapshot, from_floor, to_snapshot, to_floor, to_ceiling, \
                 position \
             FROM eventbus_shard WHERE subscription = $1 AND shard = ANY ($2) ON CONFLICT DO NOTHING",
        ),
        Way::Begin { from: Some(_), .. } => store.query(
            "INSERT INTO eventbus_detour (subscription, shard, tenant, priority, everybody, epoch, from_snapshot, from_floor, \
                 to_snapshot, to_floor, to_ceiling, position) \
             SELECT subscription, shard, $3, $4, $5, epoch, from_snapshot, from_floor, to_snapshot, to_floor, to_ceiling, \
                 position \
             FROM eventbus_detour WHERE subscription = $1 AND shard = ANY ($2) AND tenant = $6 AND priority = $7 \
                 AND everybody = $8 ON CONFLICT DO NOTHING",
        ),
        Way::End { .. } => store.query(
            "DELETE FROM eventbus_detour WHERE subscription = $1 AND shard = ANY ($2) AND tenant = $3 AND priority = $4 \
                 AND everybody = $5",
        ),
    };
    let query =
        query.bind(&owner.subscription).bind(&shards).bind(tenant).bind(priority).bind(everybody);
    let query = match &step.way {
        Way::Begin { from: Some(from), .. } => {
            let (tenant, priority, everybody) = columns::track(from);
            query.bind(tenant).bind(priority).bind(everybody)
        }
        _ => query,
    };
    let done = query.execute(&mut *connection).await?;
    if done.rows_affected() != u64::try_from(owner.held.len()).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    store
        .query(
            "UPDATE eventbus_shard AS s SET \
                 detours_of = CASE WHEN d.of_any THEN s.owner END, \
                 priorities_of = CASE WHEN d.of_priorities THEN s.owner END \
             FROM (SELECT h.shard, count(t.shard) > 0 AS of_any, coalesce(bool_or(t.priority >= 0), false) AS of_priorities \
                 FROM UNNEST($2::smallint[]) AS h (shard) \
                 LEFT JOIN eventbus_detour AS t ON t.subscription = $1 AND t.shard = h.shard GROUP BY h.shard) AS d \
             WHERE s.subscription = $1 AND s.shard = d.shard",
        )
        .bind(&owner.subscription)
        .bind(&shards)
        .execute(connection)
        .await?;
    Ok(true)
}

/// Moves the detours of a track; whether all shards have one.
async fn move_to(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    (track, cursor): (&Track, &PgCursor),
) -> Result<bool, sqlx::Error> {
    let (tenant, priority, everybody) = columns::track(track);
    let query = store
        .query(
            "UPDATE eventbus_detour SET epoch = $6, from_snapshot = $7::pg_snapshot, from_floor = $8, \
                 to_snapshot = $9::pg_snapshot, to_floor = $10, to_ceiling = $11, position = $12 \
             WHERE subscription = $1 AND shard = ANY ($2) AND tenant = $3 AND priority = $4 AND everybody = $5",
        )
        .bind(&owner.subscription)
        .bind(numbers(owner.held.iter().map(|held| held.shard)))
        .bind(tenant)
        .bind(priority)
        .bind(everybody);
    let moved = bind(query, cursor).execute(connection).await?;
    Ok(moved.rows_affected() == u64::try_from(owner.held.len()).unwrap_or(u64::MAX))
}
