//! Detours: the cursors of single tenants. The fences of their shards were checked in the same transaction.

use sqlx::sqlite::SqliteConnection;

use crate::store::sqlite::SqliteCursor;
use crate::store::sqlite::page::list;
use crate::store::{Owner, Step, Way};

/// Moves, begins or ends the detours of a tenant in all of the owner's shards; whether they are as the step takes them.
pub(super) async fn advance(
    connection: &mut SqliteConnection,
    owner: &Owner,
    (tenant, step): (&str, &Step<SqliteCursor>),
) -> Result<bool, sqlx::Error> {
    let statement = match step.way {
        Way::Main => return Ok(true),
        Way::Detour(_) => {
            "UPDATE eventbus_detour SET position = coalesce(?4, position) WHERE subscription = ?1 AND tenant = ?3 \
             AND shard IN (SELECT value FROM json_each(?2))"
        }
        Way::Begin(_) => {
            "INSERT INTO eventbus_detour (subscription, shard, tenant, position) \
             SELECT subscription, shard, ?3, position FROM eventbus_shard WHERE subscription = ?1 \
             AND shard IN (SELECT value FROM json_each(?2)) ON CONFLICT DO NOTHING"
        }
        Way::End(_) => {
            "DELETE FROM eventbus_detour WHERE subscription = ?1 AND tenant = ?3 \
             AND shard IN (SELECT value FROM json_each(?2))"
        }
    };
    let shards = list(&owner.held.iter().map(|held| held.shard).collect::<Vec<_>>());
    let query = sqlx::query(statement).bind(&owner.subscription).bind(&shards).bind(tenant);
    let query = match step.way {
        Way::Detour(_) => query.bind(step.cursor.map(|cursor| cursor.position)),
        _ => query,
    };
    let done = query.execute(&mut *connection).await?;
    if done.rows_affected() != u64::try_from(owner.held.len()).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    if matches!(step.way, Way::Begin(_) | Way::End(_)) {
        sqlx::query(
            "UPDATE eventbus_shard SET detours_of = CASE WHEN EXISTS (SELECT 1 FROM eventbus_detour AS d \
             WHERE d.subscription = eventbus_shard.subscription AND d.shard = eventbus_shard.shard) THEN owner END \
             WHERE subscription = ?1 AND shard IN (SELECT value FROM json_each(?2))",
        )
        .bind(&owner.subscription)
        .bind(&shards)
        .execute(connection)
        .await?;
    }
    Ok(true)
}
