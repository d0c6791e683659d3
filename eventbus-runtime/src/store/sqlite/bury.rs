//! How an event that was given up becomes a dead letter.

use sqlx::sqlite::SqliteConnection;

use crate::dead_letter::{FailedAttempt, MOST_ERRORS, MOST_RETRIES};
use crate::store::Owner;
use crate::store::columns::{Burial, object};

/// Turns an event into a dead letter: its delivery row goes, and its errors come along. Whether the log has it.
pub(super) async fn bury(
    connection: &mut SqliteConnection,
    owner: &Owner,
    burial: &Burial<'_>,
) -> Result<bool, sqlx::Error> {
    let Burial { id, change, attempts, failure, retry_at } = burial;
    let buried = sqlx::query(
        "INSERT INTO eventbus_dead_letter (id, source, subscription, position, shard, key, event_id, type, version, \
             event_source, tenant, aggregate_id, correlation_id, causation_id, traceparent, tracestate, metadata, data, priority, \
             attempts, kind, message, errors, died_at, retry_at, retries) \
         SELECT ?1, 'event', ?2, e.position, e.shard, ?4, e.id, e.type, e.version, e.source, e.tenant, e.aggregate_id, \
             e.correlation_id, e.causation_id, e.traceparent, e.tracestate, e.metadata, e.data, e.priority, ?5, ?6, ?7, \
             json_insert(CASE WHEN json_array_length(d.errors) >= ?11 THEN json_remove(d.errors, '$[0]') \
                 ELSE coalesce(d.errors, '[]') END, '$[#]', json(?8)), \
             ?9, CASE WHEN coalesce(d.retries, 0) < ?12 THEN ?10 END, coalesce(d.retries, 0) \
         FROM eventbus_event AS e LEFT JOIN eventbus_delivery AS d ON d.subscription = ?2 AND d.position = e.position \
         WHERE e.position = ?3 \
         ON CONFLICT (subscription, position) WHERE source = 'event' DO UPDATE SET key = excluded.key, \
             attempts = excluded.attempts, kind = excluded.kind, message = excluded.message, \
             errors = excluded.errors, died_at = excluded.died_at, retry_at = excluded.retry_at, \
             retries = excluded.retries",
    )
    .bind(id.to_string())
    .bind(&owner.subscription)
    .bind(change.position)
    .bind(&change.key)
    .bind(attempts)
    .bind(failure.kind.as_str())
    .bind(&failure.message)
    .bind(object(&FailedAttempt::new(*attempts, failure)))
    .bind(failure.at)
    .bind(retry_at)
    .bind(i64::try_from(MOST_ERRORS).unwrap_or(i64::MAX))
    .bind(MOST_RETRIES)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM eventbus_delivery WHERE subscription = ?1 AND position = ?2")
        .bind(&owner.subscription)
        .bind(change.position)
        .execute(connection)
        .await?;
    Ok(buried.rows_affected() > 0)
}
