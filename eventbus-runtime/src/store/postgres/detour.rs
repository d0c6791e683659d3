//! Detours: the cursors of single tenants. The fences of their shards were checked in the same transaction.

use sqlx::postgres::PgConnection;

use crate::store::postgres::subscription::{bind, numbers};
use crate::store::postgres::{PgCursor, PgStore};
use crate::store::{Owner, Step, Way};

/// Moves, begins or ends the detours of a tenant in all of the owner's shards; whether they are as the step takes them.
pub(super) async fn advance(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    (tenant, step): (&str, &Step<PgCursor>),
) -> Result<bool, sqlx::Error> {
    let shards = numbers(owner.held.iter().map(|held| held.shard));
    let query = match (&step.way, &step.cursor) {
        (Way::Main, _) | (Way::Detour(_), None) => return Ok(true),
        (Way::Detour(_), Some(_)) => store.query(
            "UPDATE eventbus_detour SET epoch = $4, from_snapshot = $5::pg_snapshot, from_floor = $6, \
                 to_snapshot = $7::pg_snapshot, to_floor = $8, to_ceiling = $9, position = $10 \
             WHERE subscription = $1 AND shard = ANY ($2) AND tenant = $3",
        ),
        (Way::Begin(_), _) => store.query(
            "INSERT INTO eventbus_detour (subscription, shard, tenant, epoch, from_snapshot, from_floor, to_snapshot, \
                 to_floor, to_ceiling, position) \
             SELECT subscription, shard, $3, epoch, from_snapshot, from_floor, to_snapshot, to_floor, to_ceiling, position \
             FROM eventbus_shard WHERE subscription = $1 AND shard = ANY ($2) ON CONFLICT DO NOTHING",
        ),
        (Way::End(_), _) => store.query(
            "DELETE FROM eventbus_detour WHERE subscription = $1 AND shard = ANY ($2) AND tenant = $3",
        ),
    };
    let query = query.bind(&owner.subscription).bind(&shards).bind(tenant);
    let query = match (&step.way, &step.cursor) {
        (Way::Detour(_), Some(cursor)) => bind(query, cursor),
        _ => query,
    };
    let done = query.execute(&mut *connection).await?;
    if done.rows_affected() != u64::try_from(owner.held.len()).unwrap_or(u64::MAX) {
        return Ok(false);
    }
    if matches!(step.way, Way::Begin(_) | Way::End(_)) {
        store
            .query(
                "UPDATE eventbus_shard AS s SET detours_of = CASE WHEN EXISTS (SELECT FROM eventbus_detour AS d \
                 WHERE d.subscription = s.subscription AND d.shard = s.shard) THEN s.owner END \
                 WHERE s.subscription = $1 AND s.shard = ANY ($2)",
            )
            .bind(&owner.subscription)
            .bind(&shards)
            .execute(connection)
            .await?;
    }
    Ok(true)
}
