//! How an event that was given up becomes a dead letter.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::dead_letter::{FailedAttempt, MOST_ERRORS, MOST_RETRIES};
use crate::store::Owner;
use crate::store::columns::{self, Burial};
use crate::store::postgres::PgStore;

/// Turns events into dead letters: their delivery rows go, and their errors come along. Whether the log has all of them.
pub(super) async fn bury(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    burials: &[Burial<'_>],
) -> Result<bool, sqlx::Error> {
    let buried = store.query(
        "WITH gone AS (DELETE FROM eventbus_delivery WHERE subscription = $1 AND position = ANY ($3::bigint[]) \
             RETURNING position, errors, retries) \
         INSERT INTO eventbus_dead_letter AS former (id, source, subscription, position, shard, key, event_id, type, \
             version, event_source, tenant, aggregate_id, correlation_id, causation_id, traceparent, tracestate, \
             metadata, data, priority, attempts, kind, message, errors, died_at, retry_at, retries) \
         SELECT l.id, 'event', $1, l.position, e.shard, l.key, e.id, e.type, e.version, e.source, e.tenant, \
             e.aggregate_id, e.correlation_id, e.causation_id, e.traceparent, e.tracestate, e.metadata, e.data, e.priority, \
             l.attempts, l.kind, l.message, \
             CASE WHEN jsonb_array_length(g.errors) >= $11 THEN g.errors - 0 ELSE coalesce(g.errors, '[]') END \
                 || l.errors::jsonb, \
             l.died_at, CASE WHEN coalesce(g.retries, 0) < $12 THEN l.retry_at END, coalesce(g.retries, 0) \
         FROM UNNEST($2::uuid[], $3::bigint[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], \
             $9::bigint[], $10::bigint[]) AS l (id, position, key, attempts, kind, message, errors, died_at, retry_at) \
         JOIN eventbus_event AS e ON e.position = l.position LEFT JOIN gone AS g ON g.position = l.position \
         ON CONFLICT (subscription, position) WHERE source = 'event' DO UPDATE SET key = excluded.key, \
             attempts = excluded.attempts, kind = excluded.kind, message = excluded.message, \
             errors = excluded.errors, died_at = excluded.died_at, retry_at = excluded.retry_at, \
             retries = excluded.retries",
    )
    .bind(&owner.subscription)
    .bind(burials.iter().map(|burial| burial.id).collect::<Vec<Uuid>>())
    .bind(burials.iter().map(|burial| burial.change.position).collect::<Vec<i64>>())
    .bind(burials.iter().map(|burial| burial.change.key.as_deref()).collect::<Vec<_>>())
    .bind(
        burials
            .iter()
            .map(|burial| i32::try_from(burial.attempts).unwrap_or(i32::MAX))
            .collect::<Vec<_>>(),
    )
    .bind(burials.iter().map(|burial| burial.failure.kind.as_str()).collect::<Vec<_>>())
    .bind(burials.iter().map(|burial| burial.failure.message.as_str()).collect::<Vec<_>>())
    .bind(
        burials
            .iter()
            .map(|burial| columns::errors(&[FailedAttempt::new(burial.attempts, burial.failure)]))
            .collect::<Vec<_>>(),
    )
    .bind(burials.iter().map(|burial| burial.failure.at).collect::<Vec<i64>>())
    .bind(burials.iter().map(|burial| burial.retry_at).collect::<Vec<Option<i64>>>())
    .bind(i32::try_from(MOST_ERRORS).unwrap_or(i32::MAX))
    .bind(i32::try_from(MOST_RETRIES).unwrap_or(i32::MAX))
    .execute(connection)
    .await?;
    Ok(usize::try_from(buried.rows_affected()).is_ok_and(|rows| rows == burials.len()))
}
