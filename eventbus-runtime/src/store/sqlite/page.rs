//! Reading the log.

use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::sqlite::SqliteStore;
use crate::store::{Cursor, Page, Stored, columns};

/// A place in the log of an SQLite file: everything up to this position is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqliteCursor {
    pub(super) position: i64,
}

impl Cursor for SqliteCursor {
    fn at(&self, position: i64) -> Self {
        Self { position }
    }
}

/// The statement under a condition on the type. Families are compared as beginnings: `LIKE` would take an underscore for
/// a wildcard, and capitals for small letters.
macro_rules! for_types {
    ($condition:literal) => {
        concat!(
            "SELECT position, id, type, version, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, \
             tracestate, metadata, data FROM eventbus_event WHERE position > ?1 AND position <= ?2 AND ",
            $condition,
            " ORDER BY position LIMIT ?4"
        )
    };
}

pub(super) async fn page(
    store: &SqliteStore,
    cursor: SqliteCursor,
    types: &TypeSet,
    limit: usize,
) -> Result<Page<SqliteCursor>> {
    let failed = |error| store.error("read the log", error);
    // Everything up to the newest position is committed, because commits happen in the order of positions.
    let newest: i64 = sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM eventbus_event")
        .fetch_one(&store.pool)
        .await
        .map_err(failed)?;
    let window = cursor;
    if newest <= cursor.position {
        return Ok(Page { window, events: Vec::new(), end: cursor, more: false });
    }
    let (names, families) = columns::wanted(types);
    let statement = if families.is_empty() {
        for_types!("type IN (SELECT value FROM json_each(?3))")
    } else {
        for_types!(
            "(type IN (SELECT value FROM json_each(?3)) \
             OR EXISTS (SELECT 1 FROM json_each(?5) WHERE substr(eventbus_event.type, 1, length(value)) = value))"
        )
    };
    let query = sqlx::query(statement)
        .bind(cursor.position)
        .bind(newest)
        .bind(list(&names))
        .bind(columns::limit(limit));
    let query = if families.is_empty() { query } else { query.bind(list(&families)) };
    let rows = query.fetch_all(&store.pool).await.map_err(failed)?;
    let events = rows.iter().map(|row| stored(store, row)).collect::<Result<Vec<_>>>()?;
    let more = events.len() >= limit;
    let end = match events.last() {
        Some(last) if more => last.position,
        _ => newest,
    };
    Ok(Page { window, events, end: cursor.at(end), more })
}

pub(super) fn list(texts: &[String]) -> String {
    serde_json::to_string(texts).expect("a list of strings is always JSON")
}

/// Reads an event's columns.
pub(super) fn stored(store: &SqliteStore, row: &SqliteRow) -> Result<Stored> {
    let columns = || -> Result<(i64, i64, Option<String>, RawEvent), sqlx::Error> {
        let envelope = Envelope {
            id: uuid(row.try_get("id")?, "id")?,
            event_type: row.try_get("type")?,
            version: 0,
            source: row.try_get("source")?,
            tenant: row.try_get("tenant")?,
            aggregate_id: row.try_get("aggregate_id")?,
            correlation_id: optional_uuid(row, "correlation_id")?,
            causation_id: optional_uuid(row, "causation_id")?,
            traceparent: row.try_get("traceparent")?,
            tracestate: row.try_get("tracestate")?,
            metadata: std::collections::BTreeMap::new(),
        };
        let event = RawEvent { envelope, data: row.try_get("data")? };
        Ok((row.try_get("position")?, row.try_get("version")?, row.try_get("metadata")?, event))
    };
    let (position, version, metadata, mut event) =
        columns().map_err(|error| store.error("read a row of eventbus_event", error))?;
    event.envelope.version = columns::read_u32(version, "version", position)?;
    event.envelope.metadata = columns::read_metadata(metadata, position)?;
    Ok(Stored { position, event })
}

pub(super) fn optional_uuid(row: &SqliteRow, column: &str) -> Result<Option<Uuid>, sqlx::Error> {
    row.try_get::<Option<String>, _>(column)?.map(|text| uuid(text, column)).transpose()
}

pub(super) fn uuid(text: String, column: &str) -> Result<Uuid, sqlx::Error> {
    Uuid::try_parse(&text).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })
}
