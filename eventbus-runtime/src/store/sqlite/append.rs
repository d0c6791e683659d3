//! Appending to the log.

use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteConnection};

use crate::error::Result;
use crate::store::sqlite::{SqliteStore, error};
use crate::store::{NewEvent, columns};

/// Rows per statement: 13 values each, of the 32,766 that SQLite binds at most.
const ROWS: usize = 100;

pub(super) async fn append(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    events: &[NewEvent],
) -> Result<()> {
    for rows in events.chunks(ROWS) {
        let mut insert = insert(rows);
        // Other numbers of rows are seldom the same twice: their statements would only crowd the cache.
        let keep = rows.len() == 1 || rows.len() == ROWS;
        let done = insert.build().persistent(keep).execute(&mut *connection).await;
        done.map_err(|error| {
            if error::is_stale(&error) {
                error::cannot_upgrade(&store.place(), error)
            } else {
                store.error("emit", error)
            }
        })?;
    }
    Ok(())
}

/// One statement; SQLite numbers its rows in their order.
fn insert(events: &[NewEvent]) -> QueryBuilder<Sqlite> {
    let mut insert = QueryBuilder::new(
        "INSERT INTO eventbus_event (id, type, version, shard, source, tenant, aggregate_id, correlation_id, \
         causation_id, traceparent, tracestate, metadata, data) ",
    );
    insert.push_values(events, |mut row, event| {
        let envelope = &event.event.envelope;
        row.push_bind(envelope.id.to_string())
            .push_bind(&envelope.event_type)
            .push_bind(envelope.version)
            .push_bind(columns::slot(event))
            .push_bind(&envelope.source)
            .push_bind(&envelope.tenant)
            .push_bind(&envelope.aggregate_id)
            .push_bind(envelope.correlation_id.map(|id| id.to_string()))
            .push_bind(envelope.causation_id.map(|id| id.to_string()))
            .push_bind(&envelope.traceparent)
            .push_bind(&envelope.tracestate)
            .push_bind(columns::metadata(&envelope.metadata))
            .push_bind(&event.event.data);
    });
    insert
}
