//! Reading the log, window by window; `cursor` says what a window is.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use sqlx::Row;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;

use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::store::postgres::epoch::{self, Now};
use crate::store::postgres::{PgCursor, PgStore, snapshot};
use crate::store::{Cursor, Listed, Page, Stored, Wanted, columns};

/// How many numbers one statement looks at, at first. A range bounds what a bad plan can cost: unbounded, a planner
/// that knows little of the table sorts all of it for each page.
const RANGE: i64 = 2_000;

/// How many it looks at when it keeps finding nothing, because few events are wanted.
const WIDEST_RANGE: i64 = 1_000_000;

pub(super) async fn page(
    store: &PgStore,
    cursor: &PgCursor,
    wanted: &Wanted<'_, PgCursor>,
) -> Result<Page<PgCursor>> {
    let mut errand = store.errand("read the log").await?;
    let asked = Asked::new(wanted);
    let way = way(store, &mut errand, cursor, wanted.upto).await;
    let Way { window, last, current } = way.map_err(|error| store.error("read the log", error))?;
    let (events, end) = read(store, &mut errand, &window, last, &asked).await?;
    let more = !current || !end.is_done();
    store.end(errand, Ok(Page { window, events, end, more })).await
}

/// What a page reads.
struct Way {
    window: PgCursor,
    /// The number in the window that is not gone beyond.
    last: i64,
    /// Whether the window reaches up to now.
    current: bool,
}

/// The window to read on in, or the next one. Where the place that is not to be gone beyond is in the same window, or
/// where it is at or in the next one, the way ends there.
async fn way(
    store: &PgStore,
    connection: &mut PgConnection,
    cursor: &PgCursor,
    upto: Option<&PgCursor>,
) -> Result<Way, sqlx::Error> {
    let inside = |window: PgCursor, last| Way { window, last, current: false };
    let meet = upto.filter(|upto| upto.epoch == cursor.epoch);
    if !cursor.is_done() {
        // A window that was begun earlier may be long ago: there is surely more behind it.
        let same = meet.filter(|upto| upto.from == cursor.from && upto.to == cursor.to);
        return Ok(inside(cursor.clone(), same.map_or(i64::MAX, |upto| upto.position)));
    }
    match meet {
        Some(upto) if upto.from == cursor.from => Ok(inside(upto.at(0), upto.position)),
        Some(upto) => {
            let Now { last, .. } = epoch::now(store, connection).await?;
            Ok(inside(cursor.next(upto.from.clone(), last), i64::MAX))
        }
        None => {
            let (window, current) = turn(store, connection, cursor).await?;
            Ok(Way { window, last: i64::MAX, current })
        }
    }
}

/// What is asked of the database.
struct Asked {
    names: Vec<String>,
    /// The families, as patterns of `LIKE`.
    families: Vec<String>,
    /// The shards and their count, where they are not all, or tracks are asked for.
    shards: Option<(Vec<i32>, i32)>,
    /// The tracks, where they are not all.
    tracks: Option<Listed>,
    limit: i64,
}

impl Asked {
    fn new(wanted: &Wanted<'_, PgCursor>) -> Self {
        let (names, families) = columns::wanted(wanted.types);
        let families = families.iter().map(|prefix| format!("{}%", literally(prefix))).collect();
        let tracks = wanted.tracks.listed();
        let shards = (!wanted.shards.is_all() || tracks.is_some()).then(|| {
            let numbers = wanted.shards.numbers().map(i32::from).collect();
            (numbers, i32::from(wanted.shards.of()))
        });
        Self { names, families, shards, tracks, limit: columns::limit(wanted.limit) }
    }

    /// Of these texts the one that asks for no more than has to be asked for: names alone or families too, all shards or
    /// some; the last one asks for all of it, and for some tracks.
    const fn among(&self, texts: [&'static str; 5]) -> &'static str {
        if self.tracks.is_some() {
            return texts[4];
        }
        match (self.families.is_empty(), self.shards.is_none()) {
            (true, true) => texts[0],
            (false, true) => texts[1],
            (true, false) => texts[2],
            (false, false) => texts[3],
        }
    }

    /// Binds what the chosen text has beyond the others.
    fn bind<'q>(&'q self, query: PgQuery<'q>) -> PgQuery<'q> {
        let query = query.bind(&self.names).bind(self.limit);
        let query = match &self.shards {
            None => query,
            Some((numbers, of)) => query.bind(of).bind(numbers),
        };
        match &self.tracks {
            None if self.families.is_empty() => query,
            None => query.bind(&self.families),
            Some(Listed { priority, tenant, priorities, pairs }) => {
                query.bind(&self.families).bind(priority).bind(tenant).bind(priorities).bind(pairs)
            }
        }
    }
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// A text as `LIKE` takes it for itself: an underscore of a name is no wildcard.
pub(super) fn literally(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    for char in text.chars() {
        if matches!(char, '\\' | '%' | '_') {
            pattern.push('\\');
        }
        pattern.push(char);
    }
    pattern
}

/// A statement that reads events, with the conditions on type and shard that are needed. Several texts, so that names of
/// all shards are asked for as if there were neither families nor shards, and a plan is never made for both.
macro_rules! texts {
    ($head:literal, $tail:literal) => {
        [
            text!($head, "type = ANY ($6)", $tail),
            text!($head, "(type = ANY ($6) OR type LIKE ANY ($8))", $tail),
            text!($head, "type = ANY ($6) AND shard * $8 / 1024 = ANY ($9)", $tail),
            text!(
                $head,
                "(type = ANY ($6) OR type LIKE ANY ($10)) AND shard * $8 / 1024 = ANY ($9)",
                $tail
            ),
            text!(
                $head,
                "(type = ANY ($6) OR type LIKE ANY ($10)) AND shard * $8 / 1024 = ANY ($9) \
                 AND ($11::smallint IS NULL OR priority = $11) AND ($12::text IS NULL OR coalesce(tenant, '') = $12) \
                 AND priority <> ALL ($13::smallint[]) AND priority || coalesce(tenant, '') <> ALL ($14::text[])",
                $tail
            ),
        ]
    };
}

/// One of them.
macro_rules! text {
    ($($part:literal),+) => {
        concat!("SELECT ", columns::event_columns!(), " FROM eventbus_event AS e WHERE ", $($part),+)
    };
}

/// The window after one that is done, and whether it reaches up to now.
async fn turn(
    store: &PgStore,
    connection: &mut PgConnection,
    cursor: &PgCursor,
) -> Result<(PgCursor, bool), sqlx::Error> {
    let Now { epoch, last } = epoch::now(store, connection).await?;
    if cursor.epoch < epoch {
        let window = if cursor.is_end_of_epoch() {
            PgCursor::start_of(cursor.epoch + 1)
        } else {
            cursor.last_of_epoch(last)
        };
        tracing::debug!(from = cursor.epoch, to = epoch, "reading up to the end of an epoch");
        return Ok((window, false));
    }
    let (to, ceiling) = snapshot::take(store, connection, last).await?;
    Ok((cursor.next(to, ceiling), true))
}

/// The next events of a window up to the number `last`, and the place after them: behind the window where it has no
/// more.
async fn read(
    store: &PgStore,
    connection: &mut PgConnection,
    window: &PgCursor,
    last: i64,
    asked: &Asked,
) -> Result<(Vec<Stored>, PgCursor)> {
    if window.is_done() {
        return Ok((Vec::new(), window.done()));
    }
    let floor = window.from.floor;
    let mut after = window.position;
    let mut range = asked.limit.saturating_mul(2).clamp(RANGE, WIDEST_RANGE);
    while after < floor.min(last) && window.has_stragglers() {
        let first = first_straggler(store, connection, window, after).await;
        let Some(first) = first.map_err(|error| store.error("read the log", error))? else { break };
        let upto = first.saturating_add(range).min(floor).min(last);
        let events = stragglers(store, connection, window, (first - 1, upto), asked).await?;
        if !events.is_empty() {
            let end = end_at(window, &events, (upto, last), asked);
            return Ok((events, end));
        }
        after = upto;
    }
    after = after.max(floor);
    let ceiling = window.to_ceiling.min(last);
    while after < ceiling {
        let upto = after.saturating_add(range).min(ceiling);
        let events = between(store, connection, window, (after, upto), asked).await?;
        if !events.is_empty() {
            let end = end_at(window, &events, (upto, last), asked);
            return Ok((events, end));
        }
        after = upto;
        range = range.saturating_mul(8).min(WIDEST_RANGE);
    }
    Ok((Vec::new(), behind(window, last)))
}

/// The place where the way through a window ends.
fn behind(window: &PgCursor, last: i64) -> PgCursor {
    if last == i64::MAX { window.done() } else { window.at(last) }
}

/// The place after the events of a range that was read up to `upto`, on a way that ends at `last`.
fn end_at(
    window: &PgCursor,
    events: &[Stored],
    (upto, last): (i64, i64),
    asked: &Asked,
) -> PgCursor {
    let full = columns::limit(events.len()) >= asked.limit;
    match events.last() {
        Some(newest) if full => window.at(newest.position),
        _ if upto >= window.to_ceiling.max(window.from.floor).min(last) => behind(window, last),
        _ => window.at(upto),
    }
}

/// Where the events begin that lie after `after` and up to the floor and belong to a transaction that was open when the
/// window began and is visible at its end.
///
/// Compared as a row, because a planner without statistics takes `xid = ..` for selective, and then sorts everything
/// that one large transaction wrote to find its first. The numbers are bounded once more, because partitions are left out by
/// them alone.
async fn first_straggler(
    store: &PgStore,
    connection: &mut PgConnection,
    window: &PgCursor,
    after: i64,
) -> Result<Option<i64>, sqlx::Error> {
    store.query_scalar(
        "SELECT min(e.position) FROM pg_snapshot_xip($1::pg_snapshot) AS open (xid) CROSS JOIN LATERAL ( \
             SELECT position FROM eventbus_event \
             WHERE (xid, position) > (open.xid, $3) AND (xid, position) <= (open.xid, $4) \
                 AND position > $3 AND position <= $4 ORDER BY xid, position LIMIT 1) AS e \
         WHERE pg_visible_in_snapshot(open.xid, (SELECT $2::pg_snapshot))",
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
    store: &PgStore,
    connection: &mut PgConnection,
    window: &PgCursor,
    range: (i64, i64),
    asked: &Asked,
) -> Result<Vec<Stored>> {
    const TEXTS: [&str; 5] = texts!(
        "xid = ANY (ARRAY(SELECT xid FROM pg_snapshot_xip($1::pg_snapshot) AS open (xid) \
             WHERE pg_visible_in_snapshot(xid, $2::pg_snapshot))) \
         AND position > $3 AND position <= $4 AND epoch = $5 AND ",
        " ORDER BY position LIMIT $7"
    );
    in_range(store, connection, asked.among(TEXTS), window, range, asked).await
}

/// The window's events in a range above the floor. The snapshots stand in subqueries so that they are parsed once per
/// statement and not once per row.
async fn between(
    store: &PgStore,
    connection: &mut PgConnection,
    window: &PgCursor,
    range: (i64, i64),
    asked: &Asked,
) -> Result<Vec<Stored>> {
    const TEXTS: [&str; 5] = texts!(
        "position > $3 AND position <= $4 AND epoch = $5 AND ",
        " AND NOT pg_visible_in_snapshot(xid, (SELECT $1::pg_snapshot)) \
         AND pg_visible_in_snapshot(xid, (SELECT $2::pg_snapshot)) ORDER BY position LIMIT $7"
    );
    in_range(store, connection, asked.among(TEXTS), window, range, asked).await
}

/// Runs one of the two statements, whose parameters are the same. A row becomes an event as it arrives, while the server
/// sends the next ones.
async fn in_range(
    store: &PgStore,
    connection: &mut PgConnection,
    statement: &'static str,
    window: &PgCursor,
    (after, upto): (i64, i64),
    asked: &Asked,
) -> Result<Vec<Stored>> {
    let query = store
        .query(statement)
        .bind(&*window.from.snapshot)
        .bind(&*window.to.snapshot)
        .bind(after)
        .bind(upto)
        .bind(window.epoch);
    let mut rows = asked.bind(query).fetch(connection);
    let most = upto.saturating_sub(after).min(asked.limit);
    let mut events = Vec::with_capacity(usize::try_from(most).unwrap_or(0));
    let failed = |error| store.error("read the log", error);
    while let Some(row) = rows.try_next().await.map_err(failed)? {
        events.push(stored(store, &row)?);
    }
    Ok(events)
}

/// The columns of an event: all but the version and the metadata are in it already.
pub(super) struct Columns {
    pub(super) event: RawEvent,
    pub(super) version: i32,
    pub(super) metadata: Option<String>,
}

/// Reads the columns that the log and the schedule have in common, in their order, from the id on.
pub(super) fn event(row: &PgRow, id: usize) -> Result<Columns, sqlx::Error> {
    let envelope = Envelope {
        id: row.try_get(id)?,
        event_type: row.try_get(id + 1)?,
        source: row.try_get(id + 3)?,
        tenant: row.try_get(id + 4)?,
        aggregate_id: row.try_get(id + 5)?,
        correlation_id: row.try_get(id + 6)?,
        causation_id: row.try_get(id + 7)?,
        traceparent: row.try_get(id + 8)?,
        tracestate: row.try_get(id + 9)?,
        priority: columns::read_priority(row.try_get::<i16, _>(id + 12)?.into())?,
        version: 0,
        metadata: BTreeMap::new(),
    };
    // `json` travels as its text; sqlx would only read it as text with its own JSON support.
    let event = RawEvent { envelope, data: row.try_get_unchecked(id + 11)? };
    Ok(Columns { event, version: row.try_get(id + 2)?, metadata: row.try_get_unchecked(id + 10)? })
}

/// Reads the columns of [`event_columns`](columns::event_columns), with which the row begins.
pub(super) fn stored(store: &PgStore, row: &PgRow) -> Result<Stored> {
    let columns = || -> Result<(i64, i16, Columns), sqlx::Error> {
        Ok((row.try_get(0)?, row.try_get(1)?, event(row, 2)?))
    };
    let (position, slot, Columns { mut event, version, metadata }) = columns()
        .map_err(|error| store.error("read a row of eventbus_event", columns::named(row, error)))?;
    event.envelope.version = columns::read_u32(version.into(), "version", position)?;
    event.envelope.metadata = columns::read_metadata(metadata, position)?;
    let slot = columns::read_slot(slot.into(), position)?;
    Ok(Stored { position, slot, event })
}
