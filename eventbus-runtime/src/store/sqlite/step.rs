//! What moves together: the cursor and what becomes of events in trouble, under the fence.

use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Database, raw_sql};
use sqlx_core::transaction::TransactionManager;

use crate::dead_letter::MOST_ERRORS;
use crate::error::Result;
use crate::store::columns::{self, Burial, DeliveryRow};
use crate::store::sqlite::subscription::pairs;
use crate::store::sqlite::{SqliteCursor, SqliteStore, bury, detour};
use crate::store::transaction::{ended_by_a_statement, is_outermost};
use crate::store::{Change, Fate, Owner, Step};

/// Opens a transaction that may write, with a savepoint that tells it from any other.
pub(super) const BEGIN: &str = "BEGIN IMMEDIATE; SAVEPOINT eventbus_step";

pub(super) async fn advance(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    owner: &Owner,
    step: &Step<SqliteCursor>,
) -> Result<()> {
    is_ours(store, connection).await?;
    let failed =
        |error| store.error(&format!("advance subscription `{}`", owner.subscription), error);
    let moved = sqlx::query(
        "UPDATE eventbus_shard SET position = coalesce(?3, position) WHERE subscription = ?1 AND EXISTS (SELECT 1 \
         FROM json_each(?2) WHERE value ->> 0 = eventbus_shard.shard AND value ->> 1 = eventbus_shard.fence)",
    )
    .bind(&owner.subscription)
    .bind(pairs(&owner.held))
    .bind(step.cursor.filter(|_| step.way.moves().is_none()).map(|cursor| cursor.position))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    if moved.rows_affected() != u64::try_from(owner.held.len()).unwrap_or(u64::MAX) {
        return Err(columns::fenced(owner));
    }
    if let Some(track) = step.way.track()
        && !detour::advance(connection, owner, (track, step)).await.map_err(failed)?
    {
        return Err(columns::astray(owner, track));
    }
    if !are_as_read(connection, owner, &step.changes).await.map_err(failed)? {
        return Err(columns::overtaken(owner));
    }
    for burial in step.changes.iter().filter_map(Burial::of) {
        if !bury::bury(connection, owner, &burial).await.map_err(failed)? {
            return Err(columns::lost(&store.place().to_string(), &owner.subscription));
        }
    }
    forget(connection, owner, &step.changes).await.map_err(failed)?;
    for change in &step.changes {
        record(connection, owner, change).await.map_err(failed)?;
    }
    Ok(())
}

/// That this is the transaction that was begun with [`BEGIN`]: SQLite may have ended it by itself, and sqlx would not
/// know. The savepoint is set anew, for whoever asks again; a commit ends it.
///
/// Before sqlx is asked, because it learns of a rollback only when the connection's thread carried it out.
async fn is_ours(store: &SqliteStore, connection: &mut SqliteConnection) -> Result<()> {
    let released = raw_sql("RELEASE eventbus_step; SAVEPOINT eventbus_step");
    let ours = released.execute(&mut *connection).await;
    is_outermost::<Sqlite>(connection, &store.place())?;
    ours.map_err(|error| ended_by_a_statement(&store.place()).with_source(columns::cause(error)))?;
    Ok(())
}

/// Begins where SQLite ended a transaction that sqlx believes to be open, so that there is one to roll back; fails,
/// rightly, where one is open.
pub(super) async fn reopen(connection: &mut SqliteConnection) {
    let sqlx_believes = <Sqlite as Database>::TransactionManager::get_transaction_depth;
    if sqlx_believes(connection) > 0 {
        raw_sql("BEGIN").execute(connection).await.ok();
    }
}

/// Whether the rows that were read are still as they were.
async fn are_as_read(
    connection: &mut SqliteConnection,
    owner: &Owner,
    changes: &[Change],
) -> Result<bool, sqlx::Error> {
    let read: Vec<(i64, u32)> = columns::as_read(changes).collect();
    if read.is_empty() {
        return Ok(true);
    }
    let rows = serde_json::to_string(&read).expect("a list of numbers is always JSON");
    let same: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM json_each(?2) AS r JOIN eventbus_delivery AS d ON d.subscription = ?1 \
         AND d.position = r.value ->> 0 AND d.attempts = r.value ->> 1 AND d.state <> 'dead'",
    )
    .bind(&owner.subscription)
    .bind(rows)
    .fetch_one(connection)
    .await?;
    Ok(usize::try_from(same) == Ok(read.len()))
}

/// Deletes the rows of events that were handled after all.
async fn forget(
    connection: &mut SqliteConnection,
    owner: &Owner,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    let handled = changes.iter().filter(|change| change.fate == Fate::Handled);
    let positions: Vec<i64> = handled.map(|change| change.position).collect();
    if positions.is_empty() {
        return Ok(());
    }
    let positions = serde_json::to_string(&positions).expect("a list of numbers is always JSON");
    sqlx::query(
        "DELETE FROM eventbus_delivery WHERE subscription = ?1 AND position IN (SELECT value FROM json_each(?2))",
    )
    .bind(&owner.subscription)
    .bind(positions)
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes the row of an event that has one now.
async fn record(
    connection: &mut SqliteConnection,
    owner: &Owner,
    change: &Change,
) -> Result<(), sqlx::Error> {
    let Some(row) = DeliveryRow::of(change) else { return Ok(()) };
    sqlx::query(
        "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, \
         message, failed_at, errors, shard, first_at) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
         CASE WHEN ?11 IS NULL THEN '[]' ELSE json_array(json(?11)) END, ?13, ?14) \
         ON CONFLICT (subscription, position) DO UPDATE SET key = excluded.key, state = excluded.state, \
         attempts = excluded.attempts, first_at = excluded.first_at, next_at = excluded.next_at, \
         kind = excluded.kind, message = excluded.message, failed_at = excluded.failed_at, \
         errors = CASE WHEN ?11 IS NULL THEN errors ELSE json_insert(CASE WHEN json_array_length(errors) >= ?12 \
         THEN json_remove(errors, '$[0]') ELSE errors END, '$[#]', json(?11)) END",
    )
    .bind(&owner.subscription)
    .bind(change.position)
    .bind(change.event_id.to_string())
    .bind(&change.key)
    .bind(row.state)
    .bind(row.attempts)
    .bind(row.next_at)
    .bind(row.failure.map(|failure| failure.kind.as_str()))
    .bind(row.failure.map(|failure| &failure.message))
    .bind(row.failure.map(|failure| failure.at))
    .bind(row.error().map(|failed| columns::object(&failed)))
    .bind(i64::try_from(MOST_ERRORS).unwrap_or(i64::MAX))
    .bind(change.slot)
    .bind(row.first_at)
    .execute(connection)
    .await?;
    Ok(())
}
