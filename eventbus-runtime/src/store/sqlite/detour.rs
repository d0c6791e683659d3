//! Detours: the cursors of single tracks. The fences of their shards were checked in the same transaction.

use sqlx::sqlite::SqliteConnection;

use crate::store::sqlite::SqliteCursor;
use crate::store::sqlite::page::list;
use crate::store::{Owner, Step, Track, Way, columns};

/// Moves, begins or ends the detours of a track in all of the owner's shards; whether they are as the step takes them.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    owner: &Owner,
    (track, step): (&Track, &Step<SqliteCursor>),
) -> Result<bool, sqlx::Error> {
    if let (Some(moves), Some(cursor)) = (step.way.moves(), &step.cursor)
        && !move_to(connection, owner, (moves, cursor)).await?
    {
        return Ok(false);
    }
    let statement = match &step.way {
        Way::Main | Way::Detour(_) => return Ok(true),
        Way::Begin { from: None, .. } => {
            "INSERT INTO eventbus_detour (subscription, shard, tenant, priority, everybody, position) \
             SELECT subscription, shard, ?3, ?4, ?5, position FROM eventbus_shard WHERE subscription = ?1 \
             AND shard IN (SELECT value FROM json_each(?2)) ON CONFLICT DO NOTHING"
        }
        Way::Begin { from: Some(_), .. } => {
            "INSERT INTO eventbus_detour (subscription, shard, tenant, priority, everybody, position) \
             SELECT subscription, shard, ?3, ?4, ?5, position FROM eventbus_detour WHERE subscription = ?1 \
             AND shard IN (SELECT value FROM json_each(?2)) AND tenant = ?6 AND priority = ?7 AND everybody = ?8 \
             ON CONFLICT DO NOTHING"
        }
        Way::End { .. } => {
            "DELETE FROM eventbus_detour WHERE subscription = ?1 AND shard IN (SELECT value FROM json_each(?2)) \
             AND tenant = ?3 AND priority = ?4 AND everybody = ?5"
        }
    };
    let (tenant, priority, everybody) = columns::track(track);
    let shards = shards(owner);
    let query = sqlx::query(statement).bind(&owner.subscription).bind(&shards);
    let query = query.bind(tenant).bind(priority).bind(everybody);
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
    sqlx::query(
        "UPDATE eventbus_shard SET detours_of = CASE WHEN EXISTS (SELECT 1 FROM eventbus_detour AS d \
         WHERE d.subscription = eventbus_shard.subscription AND d.shard = eventbus_shard.shard) THEN owner END, \
         priorities_of = CASE WHEN EXISTS (SELECT 1 FROM eventbus_detour AS d WHERE d.subscription = eventbus_shard.subscription \
         AND d.shard = eventbus_shard.shard AND d.priority >= 0) THEN owner END \
         WHERE subscription = ?1 AND shard IN (SELECT value FROM json_each(?2))",
    )
    .bind(&owner.subscription)
    .bind(&shards)
    .execute(connection)
    .await?;
    Ok(true)
}

/// Moves the detours of a track; whether all shards have one.
async fn move_to(
    connection: &mut SqliteConnection,
    owner: &Owner,
    (track, cursor): (&Track, &SqliteCursor),
) -> Result<bool, sqlx::Error> {
    let (tenant, priority, everybody) = columns::track(track);
    let moved = sqlx::query(
        "UPDATE eventbus_detour SET position = ?6 WHERE subscription = ?1 \
         AND shard IN (SELECT value FROM json_each(?2)) AND tenant = ?3 AND priority = ?4 AND everybody = ?5",
    )
    .bind(&owner.subscription)
    .bind(shards(owner))
    .bind(tenant)
    .bind(priority)
    .bind(everybody)
    .bind(cursor.position)
    .execute(connection)
    .await?;
    Ok(moved.rows_affected() == u64::try_from(owner.held.len()).unwrap_or(u64::MAX))
}

fn shards(owner: &Owner) -> String {
    list(&owner.held.iter().map(|held| held.shard).collect::<Vec<_>>())
}
