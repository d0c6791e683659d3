//! The newest events before a place.

use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::sqlite::page::{list, stored};
use crate::store::sqlite::{SqliteCursor, SqliteStore};
use crate::store::{LOOK_BACK, Stored, columns};

/// The statement under a condition on the type.
macro_rules! statement {
    ($condition:literal) => {
        concat!(
            "SELECT position, shard, id, type, version, source, tenant, aggregate_id, correlation_id, causation_id, \
             traceparent, tracestate, metadata, data, priority FROM eventbus_event WHERE position >= ?1 AND position < ?2 AND ",
            $condition,
            " ORDER BY position DESC LIMIT ?4"
        )
    };
}

pub(super) async fn last(
    store: &SqliteStore,
    cursor: SqliteCursor,
    types: &TypeSet,
    before: i64,
    limit: usize,
) -> Result<Vec<Stored>> {
    let high = before.min(cursor.position.saturating_add(1));
    let (names, families) = columns::wanted(types);
    let text = if families.is_empty() {
        statement!("type IN (SELECT value FROM json_each(?3))")
    } else {
        statement!(
            "(type IN (SELECT value FROM json_each(?3)) \
             OR EXISTS (SELECT 1 FROM json_each(?5) WHERE substr(eventbus_event.type, 1, length(value)) = value))"
        )
    };
    let query = sqlx::query(text)
        .bind(high.saturating_sub(LOOK_BACK))
        .bind(high)
        .bind(list(&names))
        .bind(columns::limit(limit));
    let query = if families.is_empty() { query } else { query.bind(list(&families)) };
    let rows = query.fetch_all(&store.pool).await;
    let rows = rows.map_err(|error| store.error("read the end of the log", error))?;
    rows.iter().rev().map(|row| stored(store, row)).collect()
}
