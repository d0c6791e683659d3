//! Taking a snapshot to bound a window with.

use sqlx::postgres::PgConnection;

use crate::store::postgres::cursor::Bound;
use crate::store::postgres::epoch::last_number;
use crate::store::postgres::{PgStore, errand};

/// How many ids may lie between a snapshot's end and the next id. Each is listed in the cursor, and one transaction with
/// many savepoints uses up many.
const FAR_AHEAD: u64 = 1_000;

/// A bound, and a number that was given out after its snapshot was taken.
///
/// `floor` was read in an earlier statement: whoever has a number up to it had its id before, so that id lies below the
/// next one that is read here.
pub(super) async fn take(
    store: &PgStore,
    connection: &mut PgConnection,
    floor: i64,
) -> Result<(Bound, i64), sqlx::Error> {
    let (mut snapshot, mut ahead, mut ceiling) = current(store, connection).await?;
    if ahead > FAR_AHEAD {
        // A transaction of our own that completes brings the end of the next snapshot up to here.
        store.query("SELECT pg_current_xact_id()::text").execute(&mut *connection).await?;
        errand::anew(connection).await?;
        (snapshot, ahead, ceiling) = current(store, connection).await?;
    }
    let bound = Bound::new(&snapshot, ahead, floor)
        .ok_or_else(|| sqlx::Error::Protocol(format!("`{snapshot}` is no snapshot")))?;
    Ok((bound, ceiling))
}

/// The snapshot, how far the next id lies ahead of its end, and the last number. `age` counts from the next id where,
/// as here, the transaction has none of its own.
async fn current(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<(String, u64, i64), sqlx::Error> {
    let (snapshot, ahead, ceiling): (String, i32, i64) = store
        .query_as(concat!(
            "SELECT s.taken::text, age(pg_snapshot_xmax(s.taken)::xid), ",
            last_number!(),
            " FROM (SELECT pg_current_snapshot()) AS s (taken), eventbus_event_position_seq AS q",
        ))
        .fetch_one(connection)
        .await?;
    Ok((snapshot, u64::try_from(ahead).unwrap_or(0), ceiling))
}
