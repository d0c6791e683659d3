//! The newest events before a place.

use sqlx::postgres::{PgConnection, PgRow};

use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::postgres::epoch;
use crate::store::postgres::page::{literally, stored};
use crate::store::postgres::{PgCursor, PgStore};
use crate::store::{LOOK_BACK, Stored, columns};

/// How many numbers one statement looks at, at first; as in a page, a range bounds what a bad plan can cost.
const RANGE: i64 = 2_000;

/// What is asked of the database.
struct Asked<'a> {
    cursor: &'a PgCursor,
    names: Vec<String>,
    /// The families, as patterns of `LIKE`.
    families: Vec<String>,
}

pub(super) async fn last(
    store: &PgStore,
    cursor: &PgCursor,
    types: &TypeSet,
    before: i64,
    limit: usize,
) -> Result<Vec<Stored>> {
    let failed = |error| store.error("read the end of the log", error);
    let (names, families) = columns::wanted(types);
    let families = families.iter().map(|prefix| format!("{}%", literally(prefix))).collect();
    let asked = Asked { cursor, names, families };
    let mut errand = store.errand("read the end of the log").await?;
    let newest = epoch::now(store, &mut errand).await.map_err(failed)?.last;
    let mut high = before.min(newest.saturating_add(1));
    let lowest = high.saturating_sub(LOOK_BACK);
    let (mut range, mut rows) = (RANGE, Vec::new());
    while high > lowest.max(0) && rows.len() < limit {
        let low = high.saturating_sub(range).max(lowest);
        let missing = columns::limit(limit - rows.len());
        let found = between(store, &mut errand, &asked, (low, high), missing).await;
        rows.extend(found.map_err(failed)?);
        high = low;
        range = range.saturating_mul(8);
    }
    let events = rows.iter().rev().map(|row| stored(store, row)).collect();
    store.end(errand, events).await
}

/// The statement under a condition on the type. What is before a place was written in an earlier epoch, or is visible
/// where the window begins, or was read inside it.
macro_rules! statement {
    ($condition:literal) => {
        concat!(
            "SELECT position, shard, id, type, version, source, tenant, aggregate_id, correlation_id, causation_id, \
             traceparent, tracestate, metadata, data, priority FROM eventbus_event WHERE position >= $1 AND position < $2 AND ",
            $condition,
            " AND (epoch < $4 OR (epoch = $4 AND (pg_visible_in_snapshot(xid, (SELECT $5::pg_snapshot)) \
             OR (position <= $7 AND pg_visible_in_snapshot(xid, (SELECT $6::pg_snapshot)))))) \
             ORDER BY position DESC LIMIT $8"
        )
    };
}

/// The events in a range of numbers that are before the place, newest first.
async fn between(
    store: &PgStore,
    connection: &mut PgConnection,
    asked: &Asked<'_>,
    (low, high): (i64, i64),
    limit: i64,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let text = if asked.families.is_empty() {
        statement!("type = ANY ($3)")
    } else {
        statement!("(type = ANY ($3) OR type LIKE ANY ($9))")
    };
    let PgCursor { epoch, from, to, position, .. } = asked.cursor;
    let query = store
        .query(text)
        .bind(low)
        .bind(high)
        .bind(&asked.names)
        .bind(epoch)
        .bind(&*from.snapshot)
        .bind(&*to.snapshot)
        .bind(position)
        .bind(limit);
    let query = if asked.families.is_empty() { query } else { query.bind(&asked.families) };
    query.fetch_all(connection).await
}
