//! Reading the log.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use serde::Serialize;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::store::sqlite::SqliteStore;
use crate::store::{Cursor, Listed, Page, Stored, Wanted, columns};

/// A place in the log of an SQLite file: everything up to this position is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SqliteCursor {
    pub(super) position: i64,
}

impl Cursor for SqliteCursor {
    fn at(&self, position: i64) -> Self {
        Self { position }
    }

    fn number(&self) -> Option<i64> {
        Some(self.position)
    }
}

/// The statement under conditions on type and shard. Families are compared as beginnings: `LIKE` would take an
/// underscore for a wildcard, and capitals for small letters.
macro_rules! statement {
    ($condition:literal) => {
        concat!(
            "SELECT ",
            columns::event_columns!(),
            " FROM eventbus_event AS e WHERE position > ?1 AND position <= ?2 AND ",
            $condition,
            " ORDER BY position LIMIT ?4"
        )
    };
}

/// Texts, each of which asks for no more than has to be asked for: names alone or families too, all shards or some; the last
/// one for all of it, and for some tracks.
const TEXTS: [&str; 5] = [
    statement!("type IN (SELECT value FROM json_each(?3))"),
    statement!(
        "(type IN (SELECT value FROM json_each(?3)) \
         OR EXISTS (SELECT 1 FROM json_each(?5) WHERE substr(e.type, 1, length(value)) = value))"
    ),
    statement!(
        "type IN (SELECT value FROM json_each(?3)) AND shard * ?6 / 1024 IN (SELECT value FROM json_each(?7))"
    ),
    statement!(
        "(type IN (SELECT value FROM json_each(?3)) \
         OR EXISTS (SELECT 1 FROM json_each(?5) WHERE substr(e.type, 1, length(value)) = value)) \
         AND shard * ?6 / 1024 IN (SELECT value FROM json_each(?7))"
    ),
    statement!(
        "(type IN (SELECT value FROM json_each(?3)) \
         OR EXISTS (SELECT 1 FROM json_each(?5) WHERE substr(e.type, 1, length(value)) = value)) \
         AND shard * ?6 / 1024 IN (SELECT value FROM json_each(?7)) \
         AND (?8 IS NULL OR priority = ?8) AND (?9 IS NULL OR coalesce(tenant, '') = ?9) \
         AND priority NOT IN (SELECT value FROM json_each(?10)) \
         AND priority || coalesce(tenant, '') NOT IN (SELECT value FROM json_each(?11))"
    ),
];

pub(super) async fn page(
    store: &SqliteStore,
    cursor: SqliteCursor,
    wanted: &Wanted<'_, SqliteCursor>,
) -> Result<Page<SqliteCursor>> {
    let failed = |error| store.error("read the log", error);
    // Everything up to the newest position is committed, because commits happen in the order of positions.
    let newest: i64 = sqlx::query_scalar("SELECT coalesce(max(position), 0) FROM eventbus_event")
        .fetch_one(&store.pool)
        .await
        .map_err(failed)?;
    // A place to meet at may lie behind events that retention removed.
    let meet = wanted.upto.map(|upto| upto.position);
    let last = meet.unwrap_or(newest);
    let window = cursor;
    if last <= cursor.position {
        return Ok(Page { window, events: Vec::new(), end: cursor, more: false });
    }
    let (names, families) = columns::wanted(wanted.types);
    let tracks = wanted.tracks.listed();
    let some = !wanted.shards.is_all() || tracks.is_some();
    let shards = some.then(|| wanted.shards.numbers().collect::<Vec<_>>());
    let text = match (families.is_empty(), &shards) {
        _ if tracks.is_some() => TEXTS[4],
        (true, None) => TEXTS[0],
        (false, None) => TEXTS[1],
        (true, Some(_)) => TEXTS[2],
        (false, Some(_)) => TEXTS[3],
    };
    let query = sqlx::query(text)
        .bind(cursor.position)
        .bind(last)
        .bind(list(&names))
        .bind(columns::limit(wanted.limit));
    let query = match (families.is_empty(), shards) {
        (true, None) => query,
        (_, None) => query.bind(list(&families)),
        (_, Some(numbers)) => {
            query.bind(list(&families)).bind(wanted.shards.of()).bind(list(&numbers))
        }
    };
    let query = match tracks {
        None => query,
        Some(Listed { priority, tenant, priorities, pairs }) => {
            query.bind(priority).bind(tenant).bind(list(&priorities)).bind(list(&pairs))
        }
    };
    let mut rows = query.fetch(&store.pool);
    let most = usize::try_from(last - cursor.position).unwrap_or(usize::MAX);
    let mut events = Vec::with_capacity(most.min(wanted.limit));
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        events.push(stored(store, &row)?);
    }
    let full = events.len() >= wanted.limit;
    let end = match events.last() {
        Some(newest) if full => newest.position,
        _ => last,
    };
    let more = full || meet.is_some();
    Ok(Page { window, events, end: cursor.at(end), more })
}

pub(super) fn list<T: Serialize>(items: &[T]) -> String {
    serde_json::to_string(items).expect("a list of texts or numbers is always JSON")
}

/// The columns of an event: all but the version and the metadata are in it already.
pub(super) struct Columns {
    pub(super) event: RawEvent,
    pub(super) version: i64,
    pub(super) metadata: Option<String>,
}

/// Reads the columns that the log and the schedule have in common, in their order, from the id on.
pub(super) fn event(row: &SqliteRow, id: usize) -> Result<Columns, sqlx::Error> {
    let envelope = Envelope {
        id: uuid(row.try_get(id)?, "id")?,
        event_type: row.try_get(id + 1)?,
        source: row.try_get(id + 3)?,
        tenant: row.try_get(id + 4)?,
        aggregate_id: row.try_get(id + 5)?,
        correlation_id: optional_uuid(row.try_get(id + 6)?, "correlation_id")?,
        causation_id: optional_uuid(row.try_get(id + 7)?, "causation_id")?,
        traceparent: row.try_get(id + 8)?,
        tracestate: row.try_get(id + 9)?,
        priority: columns::read_priority(row.try_get(id + 12)?)?,
        version: 0,
        metadata: BTreeMap::new(),
    };
    let event = RawEvent { envelope, data: row.try_get(id + 11)? };
    Ok(Columns { event, version: row.try_get(id + 2)?, metadata: row.try_get(id + 10)? })
}

/// Reads the columns of [`event_columns`](columns::event_columns), with which the row begins.
pub(super) fn stored(store: &SqliteStore, row: &SqliteRow) -> Result<Stored> {
    let columns = || -> Result<(i64, i64, Columns), sqlx::Error> {
        Ok((row.try_get(0)?, row.try_get(1)?, event(row, 2)?))
    };
    let (position, slot, Columns { mut event, version, metadata }) = columns()
        .map_err(|error| store.error("read a row of eventbus_event", columns::named(row, error)))?;
    event.envelope.version = columns::read_u32(version, "version", position)?;
    event.envelope.metadata = columns::read_metadata(metadata, position)?;
    let slot = columns::read_slot(slot, position)?;
    Ok(Stored { position, slot, event })
}

pub(super) fn optional_uuid(
    text: Option<String>,
    column: &str,
) -> Result<Option<Uuid>, sqlx::Error> {
    text.map(|text| uuid(text, column)).transpose()
}

pub(super) fn uuid(text: String, column: &str) -> Result<Uuid, sqlx::Error> {
    Uuid::try_parse(&text).map_err(|error| sqlx::Error::ColumnDecode {
        index: column.to_owned(),
        source: error.into(),
    })
}
