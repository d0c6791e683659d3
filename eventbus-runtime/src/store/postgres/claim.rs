//! Owning a subscription.
//!
//! Two things hold an owner apart from another: a session's advisory lock, which ends with the connection, so that the
//! next owner can take over as soon as the server sees it go; and the fence in the subscription's row, which is raised
//! by each owner and decides at commit. An owner that lost its connection without noticing can commit nothing once
//! another one raised the fence.

use std::fmt;

use sqlx::Row;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnection, PgPool, PgRow, Postgres};

use crate::error::Result;
use crate::store::postgres::cursor::Bound;
use crate::store::postgres::{PgCursor, PgStore, epoch, snapshot};
use crate::store::transaction::to_the_end;
use crate::store::{Claim, Owner, Start};

/// Ownership of a subscription: a connection of its own, whose session holds the lock.
pub struct PgLease {
    _connection: PgConnection,
}

impl fmt::Debug for PgLease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgLease").finish_non_exhaustive()
    }
}

/// Runs to its end even where nobody waits for it any more: a lock that was just taken must not go back to the pool
/// with its connection.
pub(super) async fn claim(
    store: &PgStore,
    subscription: &str,
    start: Start,
) -> Result<Option<Claim<PgCursor, PgLease>>> {
    let claimed = to_the_end(take(store.pool.clone(), subscription.to_owned(), start)).await?;
    claimed.map_err(|error| store.error(&format!("claim subscription `{subscription}`"), error))
}

async fn take(
    pool: PgPool,
    subscription: String,
    start: Start,
) -> Result<Option<Claim<PgCursor, PgLease>>, sqlx::Error> {
    let Some(mut connection) = lock(pool.acquire().await?, &subscription).await? else {
        return Ok(None);
    };
    let new = match start {
        Start::Beginning => PgCursor::beginning(),
        Start::Now => end_of_log(&mut connection).await?,
    };
    let row = sqlx::query(
        "INSERT INTO eventbus_subscription AS s (name, fence, epoch, from_snapshot, from_floor, to_snapshot, to_floor, \
             to_ceiling, position) \
         VALUES ($1, 1, $2, $3::pg_snapshot, $4, $3::pg_snapshot, $4, 0, 0) \
         ON CONFLICT (name) DO UPDATE SET fence = s.fence + 1 \
         RETURNING fence, epoch, from_snapshot::text, from_floor, to_snapshot::text, to_floor, to_ceiling, position",
    )
    .bind(&subscription)
    .bind(new.epoch)
    .bind(&*new.from.snapshot)
    .bind(new.from.floor)
    .fetch_one(&mut connection)
    .await?;
    let (fence, cursor): (i64, PgCursor) = (row.try_get("fence")?, read(&row)?);
    tracing::debug!(subscription, fence, ?cursor, "claimed the subscription");
    let owner = Owner { subscription, fence };
    Ok(Some(Claim { owner, cursor, lease: PgLease { _connection: connection } }))
}

/// `None` where another session holds the lock. Its key is the subscription's name and the table that it is a row of,
/// so that databases and schemas do not share it.
async fn lock(
    mut connection: PoolConnection<Postgres>,
    subscription: &str,
) -> Result<Option<PgConnection>, sqlx::Error> {
    let locked: bool = sqlx::query_scalar(
        "SELECT pg_try_advisory_lock(hashtextextended($1, 'eventbus_subscription'::regclass::oid::bigint))",
    )
    .bind(subscription)
    .fetch_one(&mut *connection)
    .await?;
    Ok(locked.then(|| connection.detach()))
}

/// After everything that is committed now.
async fn end_of_log(connection: &mut PgConnection) -> Result<PgCursor, sqlx::Error> {
    let now = epoch::now(connection).await?;
    let (bound, _) = snapshot::take(connection, now.last).await?;
    Ok(PgCursor::after(now.epoch, bound))
}

fn read(row: &PgRow) -> Result<PgCursor, sqlx::Error> {
    let bound = |snapshot, floor| -> Result<Bound, sqlx::Error> {
        let text: &str = row.try_get(snapshot)?;
        Ok(Bound { snapshot: text.into(), floor: row.try_get(floor)? })
    };
    Ok(PgCursor {
        epoch: row.try_get("epoch")?,
        from: bound("from_snapshot", "from_floor")?,
        to: bound("to_snapshot", "to_floor")?,
        to_ceiling: row.try_get("to_ceiling")?,
        position: row.try_get("position")?,
    })
}
