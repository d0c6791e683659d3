//! Reading the log, window by window; `cursor` says what a window is.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;

use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::filter::TypeSet;
use crate::store::postgres::epoch::{self, Now};
use crate::store::postgres::{PgCursor, PgStore, snapshot};
use crate::store::{Cursor, Page, Stored, columns};

/// How many numbers one statement looks at, at first. A range bounds what a bad plan can cost: unbounded, a planner
/// that knows little of the table sorts all of it for each page.
const RANGE: i64 = 2_000;

/// How many it looks at when it keeps finding nothing, because few events are wanted.
const WIDEST_RANGE: i64 = 1_000_000;

pub(super) async fn page(
    store: &PgStore,
    cursor: &PgCursor,
    types: &TypeSet,
    limit: usize,
) -> Result<Page<PgCursor>> {
    let failed = |error| store.error("read the log", error);
    let mut connection = store.pool.acquire().await.map_err(failed)?;
    let wanted = Wanted::new(types, limit);

    // A window that was begun earlier may be long ago: there is surely more behind it.
    if !cursor.is_done() {
        let (rows, end) = read(&mut connection, cursor, &wanted).await.map_err(failed)?;
        if !rows.is_empty() {
            return finish(store, cursor.clone(), rows, end, true);
        }
        return Ok(Page { window: cursor.clone(), events: Vec::new(), end, more: true });
    }
    let (window, current) = turn(&mut connection, cursor).await.map_err(failed)?;
    let (rows, end) = read(&mut connection, &window, &wanted).await.map_err(failed)?;
    let more = !end.is_done() || !current;
    finish(store, window, rows, end, more)
}

struct Wanted {
    names: Vec<String>,
    /// The families, as patterns of `LIKE`.
    families: Vec<String>,
    limit: i64,
}

impl Wanted {
    fn new(types: &TypeSet, limit: usize) -> Self {
        let (names, families) = columns::wanted(types);
        let families = families.iter().map(|prefix| format!("{}%", literally(prefix))).collect();
        Self { names, families, limit: columns::limit(limit) }
    }

    /// The statement that asks for names alone, or the one that asks for families too.
    const fn either(&self, names: &'static str, families: &'static str) -> &'static str {
        if self.families.is_empty() { names } else { families }
    }

    /// Binds the families, which are the last parameter of the statement that asks for them.
    fn bind_families<'q>(&'q self, query: PgQuery<'q>) -> PgQuery<'q> {
        if self.families.is_empty() { query } else { query.bind(&self.families) }
    }
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// A text as `LIKE` takes it for itself: an underscore of a name is no wildcard.
fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        if matches!(char, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern
}

/// `statement` with the condition on the type that a subscription of names has, or one of families. Two texts, so that
/// names alone are asked for as if there were no families, and a plan is never made for both.
macro_rules! for_types {
    ($wanted:expr, $head:literal, $tail:literal) => {
        $wanted.either(
            concat!($head, "type = ANY ($6)", $tail),
            concat!($head, "(type = ANY ($6) OR type LIKE ANY ($8))", $tail),
        )
    };
}

/// The window after one that is done, and whether it reaches up to now.
async fn turn(
    connection: &mut PgConnection,
    cursor: &PgCursor,
) -> Result<(PgCursor, bool), sqlx::Error> {
    let Now { epoch, last } = epoch::now(connection).await?;
    if cursor.epoch < epoch {
        let window = if cursor.is_end_of_epoch() {
            PgCursor::start_of(cursor.epoch + 1)
        } else {
            cursor.last_of_epoch(last)
        };
        tracing::debug!(from = cursor.epoch, to = epoch, "reading up to the end of an epoch");
        return Ok((window, false));
    }
    let (to, ceiling) = snapshot::take(connection, last).await?;
    Ok((cursor.next(to, ceiling), true))
}

/// The next events of a window, and the place after them: behind the window where it has no more.
async fn read(
    connection: &mut PgConnection,
    window: &PgCursor,
    wanted: &Wanted,
) -> Result<(Vec<PgRow>, PgCursor), sqlx::Error> {
    if window.is_done() {
        return Ok((Vec::new(), window.done()));
    }
    let floor = window.from.floor;
    let mut after = window.position;
    let mut range = wanted.limit.saturating_mul(2).clamp(RANGE, WIDEST_RANGE);
    while after < floor && window.has_stragglers() {
        let Some(first) = first_straggler(connection, window, after).await? else { break };
        let upto = first.saturating_add(range).min(floor);
        let rows = stragglers(connection, window, first - 1, upto, wanted).await?;
        if !rows.is_empty() {
            return end_at(window, rows, upto, wanted);
        }
        after = upto;
    }
    after = after.max(floor);
    while after < window.to_ceiling {
        let upto = after.saturating_add(range).min(window.to_ceiling);
        let rows = between(connection, window, after, upto, wanted).await?;
        if !rows.is_empty() {
            return end_at(window, rows, upto, wanted);
        }
        after = upto;
        range = range.saturating_mul(8).min(WIDEST_RANGE);
    }
    Ok((Vec::new(), window.done()))
}

/// The place after the rows of a range that was read up to `upto`.
fn end_at(
    window: &PgCursor,
    rows: Vec<PgRow>,
    upto: i64,
    wanted: &Wanted,
) -> Result<(Vec<PgRow>, PgCursor), sqlx::Error> {
    let full = columns::limit(rows.len()) >= wanted.limit;
    let end = match rows.last() {
        Some(last) if full => window.at(last.try_get("position")?),
        _ if upto >= window.to_ceiling.max(window.from.floor) => window.done(),
        _ => window.at(upto),
    };
    Ok((rows, end))
}

/// Where the events begin that lie after `after` and up to the floor and belong to a transaction that was open when the
/// window began and is visible at its end.
///
/// Compared as a row, because a planner without statistics takes `xid = ..` for selective, and then sorts everything
/// that one large transaction wrote to find its first.
async fn first_straggler(
    connection: &mut PgConnection,
    window: &PgCursor,
    after: i64,
) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT min(e.position) FROM pg_snapshot_xip($1::pg_snapshot) AS open (xid) CROSS JOIN LATERAL ( \
             SELECT position FROM eventbus_event \
             WHERE (xid, position) > (open.xid, $3) AND xid <= open.xid ORDER BY xid, position LIMIT 1) AS e \
         WHERE e.position <= $4 AND pg_visible_in_snapshot(open.xid, (SELECT $2::pg_snapshot))",
    )
    .bind(&*window.from.snapshot)
    .bind(&*window.to.snapshot)
    .bind(after)
    .bind(window.from.floor)
    .fetch_one(connection)
    .await
}

/// Events of those transactions in a range.
async fn stragglers(
    connection: &mut PgConnection,
    window: &PgCursor,
    after: i64,
    upto: i64,
    wanted: &Wanted,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let statement = for_types!(
        wanted,
        "SELECT position, id, type, version, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, \
             tracestate, metadata, data FROM eventbus_event \
         WHERE xid = ANY (ARRAY(SELECT xid FROM pg_snapshot_xip($1::pg_snapshot) AS open (xid) \
             WHERE pg_visible_in_snapshot(xid, $2::pg_snapshot))) \
         AND position > $3 AND position <= $4 AND epoch = $5 AND ",
        " ORDER BY position LIMIT $7"
    );
    in_range(connection, statement, window, (after, upto), wanted).await
}

/// The window's events in a range above the floor. The snapshots stand in subqueries so that they are parsed once per
/// statement and not once per row.
async fn between(
    connection: &mut PgConnection,
    window: &PgCursor,
    after: i64,
    upto: i64,
    wanted: &Wanted,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let statement = for_types!(
        wanted,
        "SELECT position, id, type, version, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, \
             tracestate, metadata, data FROM eventbus_event \
         WHERE position > $3 AND position <= $4 AND epoch = $5 AND ",
        " AND NOT pg_visible_in_snapshot(xid, (SELECT $1::pg_snapshot)) \
         AND pg_visible_in_snapshot(xid, (SELECT $2::pg_snapshot)) ORDER BY position LIMIT $7"
    );
    in_range(connection, statement, window, (after, upto), wanted).await
}

/// Runs one of the two statements, whose parameters are the same.
async fn in_range(
    connection: &mut PgConnection,
    statement: &'static str,
    window: &PgCursor,
    (after, upto): (i64, i64),
    wanted: &Wanted,
) -> Result<Vec<PgRow>, sqlx::Error> {
    let query = sqlx::query(statement)
        .bind(&*window.from.snapshot)
        .bind(&*window.to.snapshot)
        .bind(after)
        .bind(upto)
        .bind(window.epoch)
        .bind(&wanted.names)
        .bind(wanted.limit);
    wanted.bind_families(query).fetch_all(connection).await
}

fn finish(
    store: &PgStore,
    window: PgCursor,
    rows: Vec<PgRow>,
    end: PgCursor,
    more: bool,
) -> Result<Page<PgCursor>> {
    let events = rows.iter().map(|row| stored(store, row)).collect::<Result<_>>()?;
    Ok(Page { window, events, end, more })
}

/// Reads an event's columns.
pub(super) fn stored(store: &PgStore, row: &PgRow) -> Result<Stored> {
    let columns = || -> Result<(i64, i32, Option<String>, RawEvent), sqlx::Error> {
        let envelope = Envelope {
            id: row.try_get("id")?,
            event_type: row.try_get("type")?,
            version: 0,
            source: row.try_get("source")?,
            tenant: row.try_get("tenant")?,
            aggregate_id: row.try_get("aggregate_id")?,
            correlation_id: row.try_get("correlation_id")?,
            causation_id: row.try_get("causation_id")?,
            traceparent: row.try_get("traceparent")?,
            tracestate: row.try_get("tracestate")?,
            metadata: BTreeMap::new(),
        };
        // `json` travels as its text; sqlx would only read it as text with its own JSON support.
        let event = RawEvent { envelope, data: row.try_get_unchecked("data")? };
        let metadata = row.try_get_unchecked("metadata")?;
        Ok((row.try_get("position")?, row.try_get("version")?, metadata, event))
    };
    let (position, version, metadata, mut event) =
        columns().map_err(|error| store.error("read a row of eventbus_event", error))?;
    event.envelope.version = columns::read_u32(version.into(), "version", position)?;
    event.envelope.metadata = columns::read_metadata(metadata, position)?;
    Ok(Stored { position, event })
}
