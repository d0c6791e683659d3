//! Replays: which part of the log, what it holds, and what is known of them.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Row, SqlSafeStr};
use uuid::Uuid;

use crate::error::Result;
use crate::store::postgres::replica::now;
use crate::store::postgres::subscription::{bind, cursor, numbers};
use crate::store::postgres::{PgCursor, PgStore, epoch, snapshot, start, tenants};
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{
    Cursor, Registration, ReplayRow, Selection, Shards, Start, Store, Tallies, Tally, columns,
    first_fence,
};

pub(super) async fn span(store: &PgStore, start: Start, last: i64) -> Result<(PgCursor, PgCursor)> {
    let mut errand = store.errand("find what to replay").await?;
    let span = find_span(store, &mut errand, start, last).await;
    store.end(errand, span).await
}

/// The end is looked for after the start, so that it lies behind all that the start's own window holds.
async fn find_span(
    store: &PgStore,
    connection: &mut PgConnection,
    start: Start,
    last: i64,
) -> Result<(PgCursor, PgCursor)> {
    let failed = |error| store.error("find what to replay", error);
    tenants::sees_all(store, connection, "find what to replay").await?;
    let from = start::resolve(store, connection, start).await?;
    let now = epoch::now(store, connection).await.map_err(failed)?;
    let taken = snapshot::take(store, connection, now.last).await.map_err(failed)?;
    let (bound, ceiling) = taken;
    let end = PgCursor::after(now.epoch, bound.clone());
    if from.epoch != now.epoch {
        // There are several windows to the end, and a place inside the last one would say nothing of the others.
        return Ok((from, end));
    }
    let window = if from.is_done() { from.next(bound, ceiling) } else { from.clone() };
    // A window without an inside has no places.
    let bounded = last < window.to_ceiling && !window.is_done();
    let upto = if bounded { window.at(last.max(window.position)) } else { end };
    Ok((from, upto))
}

pub(super) async fn survey(
    store: &PgStore,
    (from, upto): (&PgCursor, &PgCursor),
    shards: &Shards,
    selection: &Selection,
) -> Result<Tallies> {
    /// Whether a row is before a place: it was written in an earlier epoch, or is visible where the window begins, or was
    /// read inside it.
    macro_rules! before {
        ($epoch:literal, $from:literal, $to:literal, $position:literal) => {
            concat!(
                "(epoch < ",
                $epoch,
                " OR (epoch = ",
                $epoch,
                " AND (pg_visible_in_snapshot(xid, (SELECT ",
                $from,
                "::pg_snapshot)) OR (position <= ",
                $position,
                " AND pg_visible_in_snapshot(xid, (SELECT ",
                $to,
                "::pg_snapshot))))))"
            )
        };
    }
    let query = store
        .query(concat!(
            "SELECT type, count(*), min(position), max(position), min(id::text COLLATE \"C\"), \
             max(id::text COLLATE \"C\") FROM eventbus_event WHERE position BETWEEN $1 AND $2 AND ",
            before!("$3", "$4", "$5", "$6"),
            " AND NOT ",
            before!("$7", "$8", "$9", "$10"),
            " AND ($11::text IS NULL OR tenant = $11) AND ($12::text IS NULL OR aggregate_id = $12) \
             AND ($13::uuid IS NULL OR correlation_id = $13) AND ($14::uuid IS NULL OR id >= $14) \
             AND ($15::uuid IS NULL OR id < $15) AND ($17::integer[] IS NULL OR shard * $16 / 1024 = ANY ($17)) \
             GROUP BY type",
        ))
        .bind(selection.first.max(from.lowest()))
        .bind(selection.last)
        .bind(upto.epoch)
        .bind(&*upto.from.snapshot)
        .bind(&*upto.to.snapshot)
        .bind(upto.position)
        .bind(from.epoch)
        .bind(&*from.from.snapshot)
        .bind(&*from.to.snapshot)
        .bind(from.position)
        .bind(&selection.tenant)
        .bind(&selection.aggregate_id)
        .bind(selection.correlation_id)
        .bind(selection.since)
        .bind(selection.until)
        .bind(i32::from(shards.of()))
        .bind((!shards.is_all()).then(|| shards.numbers().map(i32::from).collect::<Vec<_>>()));
    let failed = |error| store.error("count events", error);
    let rows = store.fetch_all("count events", query).await?;
    let tallies = rows.iter().map(tally).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(tallies.into_iter().filter(|(name, _)| selection.types.contains(name)).collect())
}

fn tally(row: &PgRow) -> Result<(String, Tally), sqlx::Error> {
    let count: i64 = row.try_get(1)?;
    let id = |text: &str| Uuid::try_parse(text).map_err(|error| sqlx::Error::Decode(error.into()));
    let tally = Tally {
        count: count.unsigned_abs(),
        first: row.try_get(2)?,
        last: row.try_get(3)?,
        oldest: id(row.try_get(4)?)?,
        newest: id(row.try_get(5)?)?,
    };
    Ok((row.try_get(0)?, tally))
}

pub(super) async fn begin(
    store: &PgStore,
    registration: &Registration,
    from: &PgCursor,
    row: &ReplayRow<PgCursor>,
) -> Result<ReplayRow<PgCursor>> {
    let name = &registration.subscription;
    // One statement: its parts succeed together or not at all.
    let query = store
        .query(concat!(
            "WITH new AS (INSERT INTO eventbus_subscription (name, handles, seen_at) VALUES ($1, $2::json, ",
            now!(),
            ") ON CONFLICT DO NOTHING RETURNING name), \
             shards AS (INSERT INTO eventbus_shard (subscription, shard, epoch, from_snapshot, from_floor, to_snapshot, \
                 to_floor, to_ceiling, position, fence) \
             SELECT name, shard, $4, $5::pg_snapshot, $6, $7::pg_snapshot, $8, $9, $10, $11 \
             FROM new, UNNEST($3::smallint[]) AS shard) \
             INSERT INTO eventbus_replay (subscription, filter, total, began_at, epoch, from_snapshot, from_floor, \
                 to_snapshot, to_floor, to_ceiling, position, archived) \
             SELECT name, $12, $13, $14, $15, $16::pg_snapshot, $17, $18::pg_snapshot, $19, $20, $21, $22 FROM new",
        ))
        .bind(name)
        .bind(columns::handles(&registration.handles))
        .bind(numbers(0..registration.shards));
    let query = bind(query, from)
        .bind(first_fence())
        .bind(&row.filter)
        .bind(columns::count(row.total))
        .bind(row.began_at);
    let query = bind(query, &row.upto).bind(row.archived);
    store.execute(&format!("begin `{name}`"), query).await?;
    find(store, name).await?.ok_or_else(|| columns::gone(&store.place(), name))
}

pub(super) async fn find(
    store: &PgStore,
    subscription: &str,
) -> Result<Option<ReplayRow<PgCursor>>> {
    let what = format!("look at `{subscription}`");
    let query = store
        .query(
            "SELECT filter, total, began_at, epoch, from_snapshot::text, from_floor, to_snapshot::text, to_floor, \
             to_ceiling, position, archived FROM eventbus_replay WHERE subscription = $1",
        )
        .bind(subscription);
    let rows = store.fetch_all(&what, query).await?;
    let found = rows.first().map(row).transpose();
    found.map_err(|error| store.error(&what, error))
}

fn row(row: &PgRow) -> Result<ReplayRow<PgCursor>, sqlx::Error> {
    let total: i64 = row.try_get("total")?;
    Ok(ReplayRow {
        filter: row.try_get("filter")?,
        total: total.unsigned_abs(),
        began_at: row.try_get("began_at")?,
        upto: cursor(row)?,
        archived: row.try_get("archived")?,
    })
}

pub(super) async fn end(store: &PgStore, subscription: &str) -> Result<bool> {
    let what = format!("end `{subscription}`");
    let failed = |error| store.error(&what, error);
    // The second statement sees what was committed while the first one waited for the row.
    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED".into_sql_str();
    let begun = Transaction::begin(&store.pool, Some(begin), Abandoned::Close).await?;
    let mut transaction = begun.map_err(failed)?;
    // Whoever makes a letter a delivery again holds the row of its subscription.
    store
        .query("SELECT 1 FROM eventbus_subscription WHERE name = $1 FOR UPDATE")
        .bind(subscription)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let ended = store
        .query(
            "DELETE FROM eventbus_subscription WHERE name = $1 AND NOT EXISTS (SELECT FROM eventbus_delivery \
             WHERE subscription = $1 AND state <> 'dead')",
        )
        .bind(subscription)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    store.commit(transaction).await?;
    Ok(ended.rows_affected() == 1)
}
