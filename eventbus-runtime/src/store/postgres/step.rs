//! What moves together: the cursor and what becomes of events in trouble, under the fence.

use sqlx::postgres::{PgConnection, Postgres};
use uuid::Uuid;

use crate::dead_letter::MOST_ERRORS;
use crate::error::Result;
use crate::store::columns::{self, Burial, DeliveryRow};
use crate::store::postgres::epoch::fence;
use crate::store::postgres::subscription::{arrays, bind, numbers};
use crate::store::postgres::{PgCursor, PgStore, bury, detour};
use crate::store::transaction::{ended_by_a_statement, is_outermost};
use crate::store::{Change, Fate, Owner, Step};

/// Opens a transaction with a setting that ends with it and so tells it from any other.
pub(super) const BEGIN: &str = "BEGIN; SET LOCAL eventbus.step = 'ours'";

pub(super) async fn advance(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    step: &Step<PgCursor>,
) -> Result<()> {
    is_outermost::<Postgres>(connection, &store.place())?;
    let failed =
        |error| store.error(&format!("advance subscription `{}`", owner.subscription), error);
    let ours = match &step.cursor {
        Some(_) if step.way.moves().is_some() => hold(store, connection, owner).await,
        Some(cursor) => move_to(store, connection, owner, cursor).await,
        None => hold(store, connection, owner).await,
    };
    if !ours.map_err(failed)? {
        if !is_ours(store, connection).await.map_err(failed)? {
            return Err(ended_by_a_statement(&store.place()));
        }
        return Err(columns::fenced(owner));
    }
    if let Some(track) = step.way.track()
        && !detour::advance(store, connection, owner, (track, step)).await.map_err(failed)?
    {
        return Err(columns::astray(owner, track));
    }
    if !step.changes.is_empty() {
        if !are_as_read(store, connection, owner, &step.changes).await.map_err(failed)? {
            return Err(columns::overtaken(owner));
        }
        let burials: Vec<Burial<'_>> = step.changes.iter().filter_map(Burial::of).collect();
        if !burials.is_empty()
            && !bury::bury(store, connection, owner, &burials).await.map_err(failed)?
        {
            return Err(columns::lost(&store.place(), &owner.subscription));
        }
        forget(store, connection, owner, &step.changes).await.map_err(failed)?;
        record(store, connection, owner, &step.changes).await.map_err(failed)?;
    }
    Ok(())
}

/// Whether this is the transaction that was begun with [`BEGIN`]: a handler may have ended it, and sqlx would not know.
async fn is_ours(store: &PgStore, connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    store
        .query_scalar("SELECT coalesce(current_setting('eventbus.step', true) = 'ours', false)")
        .fetch_one(connection)
        .await
}

/// Whether the fences hold; the rows stay locked until the transaction ends.
async fn hold(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
) -> Result<bool, sqlx::Error> {
    let (shards, fences) = arrays(&owner.held);
    let held = store.query(concat!(
        "SELECT FROM eventbus_shard AS s JOIN UNNEST($2::smallint[], $3::bigint[]) AS h (shard, fence) \
             ON s.shard = h.shard AND h.fence = ",
        fence!("s"),
        " WHERE s.subscription = $1 AND current_setting('eventbus.step', true) = 'ours' FOR NO KEY UPDATE OF s",
    ))
    .bind(&owner.subscription)
    .bind(shards)
    .bind(fences)
    .fetch_all(connection)
    .await?;
    Ok(held.len() == owner.held.len())
}

/// Moves all shards; whether all fences held.
async fn move_to(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    cursor: &PgCursor,
) -> Result<bool, sqlx::Error> {
    let (shards, fences) = arrays(&owner.held);
    let query = store.query(concat!(
        "UPDATE eventbus_shard AS s SET epoch = $4, from_snapshot = $5::pg_snapshot, from_floor = $6, \
             to_snapshot = $7::pg_snapshot, to_floor = $8, to_ceiling = $9, position = $10 \
         FROM UNNEST($2::smallint[], $3::bigint[]) AS h (shard, fence) \
         WHERE s.subscription = $1 AND s.shard = h.shard AND current_setting('eventbus.step', true) = 'ours' \
             AND h.fence = ",
        fence!("s"),
    ))
    .bind(&owner.subscription)
    .bind(shards)
    .bind(fences);
    let moved = bind(query, cursor).execute(connection).await?;
    Ok(moved.rows_affected() == u64::try_from(owner.held.len()).unwrap_or(u64::MAX))
}

/// Whether the rows that were read are still as they were.
async fn are_as_read(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    changes: &[Change],
) -> Result<bool, sqlx::Error> {
    let (positions, attempts): (Vec<i64>, Vec<i32>) = columns::as_read(changes)
        .map(|(position, was)| (position, i32::try_from(was).unwrap_or(i32::MAX)))
        .unzip();
    if positions.is_empty() {
        return Ok(true);
    }
    let wanted = positions.len();
    let same: i64 = store
        .query_scalar(
            "SELECT count(*) FROM UNNEST($2::bigint[], $3::integer[]) AS r (position, attempts) \
             JOIN eventbus_delivery AS d ON d.subscription = $1 AND d.position = r.position \
                 AND d.attempts = r.attempts AND d.state <> 'dead'",
        )
        .bind(&owner.subscription)
        .bind(positions)
        .bind(attempts)
        .fetch_one(connection)
        .await?;
    Ok(usize::try_from(same) == Ok(wanted))
}

/// Deletes the rows of events that were handled after all.
async fn forget(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    let handled = changes.iter().filter(|change| change.fate == Fate::Handled);
    let positions: Vec<i64> = handled.map(|change| change.position).collect();
    if positions.is_empty() {
        return Ok(());
    }
    store
        .query("DELETE FROM eventbus_delivery WHERE subscription = $1 AND position = ANY ($2)")
        .bind(&owner.subscription)
        .bind(positions)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes the rows of all others.
async fn record(
    store: &PgStore,
    connection: &mut PgConnection,
    owner: &Owner,
    changes: &[Change],
) -> Result<(), sqlx::Error> {
    let rows: Vec<(&Change, DeliveryRow<'_>)> =
        changes.iter().filter_map(|change| Some((change, DeliveryRow::of(change)?))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    let failures = || rows.iter().map(|(_, row)| row.failure);
    store.query(
        "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, message, \
             failed_at, errors, shard, first_at) \
         SELECT $1, position, event_id, key, state, attempts, next_at, kind, message, failed_at, errors::jsonb, shard, \
             first_at \
         FROM UNNEST($2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::integer[], $7::bigint[], $8::text[], \
             $9::text[], $10::bigint[], $11::text[], $13::smallint[], $14::bigint[]) \
             AS r (position, event_id, key, state, attempts, next_at, kind, message, failed_at, errors, shard, first_at) \
         ON CONFLICT (subscription, position) DO UPDATE SET key = excluded.key, state = excluded.state, \
             attempts = excluded.attempts, first_at = excluded.first_at, next_at = excluded.next_at, \
             kind = excluded.kind, message = excluded.message, failed_at = excluded.failed_at, \
             errors = CASE WHEN jsonb_array_length(eventbus_delivery.errors || excluded.errors) > $12 \
                 THEN eventbus_delivery.errors - 0 ELSE eventbus_delivery.errors END || excluded.errors",
    )
    .bind(&owner.subscription)
    .bind(rows.iter().map(|(change, _)| change.position).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(change, _)| change.event_id).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|(change, _)| change.key.as_deref()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.state).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| i32::try_from(row.attempts).unwrap_or(i32::MAX)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| row.next_at).collect::<Vec<_>>())
    .bind(failures().map(|failure| Some(failure?.kind.as_str())).collect::<Vec<_>>())
    .bind(failures().map(|failure| Some(failure?.message.as_str())).collect::<Vec<_>>())
    .bind(failures().map(|failure| Some(failure?.at)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, row)| columns::errors(row.error().as_slice())).collect::<Vec<String>>())
    .bind(i32::try_from(MOST_ERRORS).unwrap_or(i32::MAX))
    .bind(numbers(rows.iter().map(|(change, _)| change.slot)))
    .bind(rows.iter().map(|(_, row)| row.first_at).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}
