//! Dead letters: read, retried, removed, parked.

use sqlx::Row;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use uuid::Uuid;

use crate::dead_letter::{Content, DeadLetter, EVENT, LetterFilter};
use crate::error::Result;
use crate::store::postgres::PgStore;
use crate::store::postgres::page::stored;
use crate::store::{LetterSlice, Moved, Obstacle, Survey, columns};

/// What a letter is read from; first its event's columns, which are read by their place, as in the log.
macro_rules! of_letter {
    () => {
        "l.position, l.shard, l.event_id AS id, l.type, l.version, l.event_source AS source, l.tenant, l.aggregate_id, \
         l.correlation_id, l.causation_id, l.traceparent, l.tracestate, l.metadata, l.data, l.priority, l.id AS letter_id, \
         l.source AS letter_source, l.subscription, l.attempts, l.kind, l.message, l.errors::text AS errors, l.died_at, \
         l.retry_at"
    };
}

/// The condition on the letters `l` of a slice; [`in_slice`] binds its parameters, and `$13`, how many there are at most.
macro_rules! in_slice {
    () => {
        " ($1::text IS NULL OR l.source = $1) AND ($2::text IS NULL OR l.subscription = $2) \
         AND ($3::text IS NULL OR l.type LIKE $3) AND ($4::text IS NULL OR l.tenant = $4) \
         AND ($5::text IS NULL OR l.kind = $5) AND ($6::bigint IS NULL OR l.died_at >= $6) \
         AND ($7::bigint IS NULL OR l.died_at < $7) AND ($8::uuid IS NULL OR l.id = $8) \
         AND ($9::uuid IS NULL OR l.event_id = $9) AND ($10::uuid IS NULL OR l.id > $10) \
         AND ($11::uuid IS NULL OR l.id <= $11) AND ($12::bigint IS NULL OR l.retry_at <= $12) "
    };
}

/// The first of them, locked; who comes second finds them gone.
macro_rules! locked {
    () => {
        " ORDER BY l.id LIMIT $13 FOR UPDATE OF l"
    };
}

/// What a filter's pattern of types is to `LIKE`.
pub(super) fn like(pattern: &str) -> String {
    pattern.replace('_', "\\_").replace('*', "%")
}

/// Binds a slice.
fn in_slice(
    query: Query<'static, Postgres, PgArguments>,
    slice: &LetterSlice<'_>,
) -> Query<'static, Postgres, PgArguments> {
    let LetterFilter { id, source, subscription, types, tenant, event_id, kind, since, before } =
        slice.filter.clone();
    query
        .bind(source)
        .bind(subscription)
        .bind(types.as_deref().map(like))
        .bind(tenant)
        .bind(kind)
        .bind(since)
        .bind(before)
        .bind(id)
        .bind(event_id)
        .bind(slice.after)
        .bind(slice.upto)
        .bind(slice.due)
        .bind(columns::limit(slice.limit))
}

pub(super) async fn letters(store: &PgStore, slice: &LetterSlice<'_>) -> Result<Vec<DeadLetter>> {
    let statement = concat!(
        "SELECT ",
        of_letter!(),
        " FROM eventbus_dead_letter AS l WHERE",
        in_slice!(),
        "ORDER BY l.id LIMIT $13"
    );
    let query = in_slice(store.query(statement), slice);
    let rows = store.fetch_all("read the dead letters", query).await?;
    rows.iter().map(|row| letter(store, row)).collect()
}

pub(super) async fn survey(store: &PgStore, filter: &LetterFilter) -> Result<Survey> {
    let statement = concat!(
        "SELECT count(*), max(l.id::text COLLATE \"C\")::uuid FROM eventbus_dead_letter AS l WHERE",
        in_slice!(),
        "LIMIT $13"
    );
    let what = "count the dead letters";
    let query = in_slice(store.query(statement), &LetterSlice::first(filter, 1));
    let row = store.fetch_one(what, query).await?;
    let read = || -> Result<Survey, sqlx::Error> {
        let count: i64 = row.try_get(0)?;
        Ok(Survey { count: u64::try_from(count).unwrap_or(0), newest: row.try_get(1)? })
    };
    read().map_err(|error| store.error(what, error))
}

pub(super) async fn next(store: &PgStore, subscription: &str) -> Result<Option<i64>> {
    let what = "read when dead letters are due";
    let query = store.query(
        "SELECT min(retry_at) FROM eventbus_dead_letter WHERE subscription = $1 AND retry_at IS NOT NULL",
    );
    let row = store.fetch_one(what, query.bind(subscription)).await?;
    row.try_get(0).map_err(|error| store.error(what, error))
}

pub(super) async fn retry(
    store: &PgStore,
    connection: &mut PgConnection,
    slice: &LetterSlice<'_>,
    now: i64,
) -> Result<Moved> {
    let failed = |error| store.error("retry dead letters", error);
    // Retention keeps everybody from this lock while it drops events: whether the log still has them is asked after that.
    store
        .query("LOCK TABLE eventbus_subscription IN ROW SHARE MODE")
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    let mut moved = obstacles(store, connection, slice).await.map_err(failed)?;
    if !moved.moved.is_empty() {
        let automatic = slice.due.is_some();
        moved.moved =
            reopen(store, connection, &moved.moved, now, automatic).await.map_err(failed)?;
    }
    if slice.due.is_some() && !moved.kept.is_empty() {
        let kept: Vec<Uuid> = moved.kept.iter().map(|(id, _)| *id).collect();
        store
            .query("UPDATE eventbus_dead_letter SET retry_at = NULL WHERE id = ANY ($1)")
            .bind(kept)
            .execute(connection)
            .await
            .map_err(failed)?;
    }
    Ok(moved)
}

/// Which letters can be retried, and which cannot.
async fn obstacles(
    store: &PgStore,
    connection: &mut PgConnection,
    slice: &LetterSlice<'_>,
) -> Result<Moved, sqlx::Error> {
    let statement = concat!(
        "SELECT l.id, l.source = 'event', s.name IS NOT NULL, e.position IS NOT NULL, d.position IS NOT NULL \
         FROM eventbus_dead_letter AS l LEFT JOIN eventbus_subscription AS s ON s.name = l.subscription \
         LEFT JOIN eventbus_event AS e ON e.position = l.position AND e.id = l.event_id \
         LEFT JOIN eventbus_delivery AS d ON d.subscription = l.subscription AND d.position = l.position WHERE",
        in_slice!(),
        locked!()
    );
    let mut moved = Moved::default();
    for row in in_slice(store.query(statement), slice).fetch_all(connection).await? {
        let id = row.try_get(0)?;
        let found = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        match Obstacle::of(found.0, found.1, found.2, found.3) {
            Some(obstacle) => moved.kept.push((id, obstacle)),
            None => moved.moved.push(id),
        }
    }
    Ok(moved)
}

/// Makes letters deliveries again.
async fn reopen(
    store: &PgStore,
    connection: &mut PgConnection,
    ids: &[Uuid],
    now: i64,
    automatic: bool,
) -> Result<Vec<Uuid>, sqlx::Error> {
    store.query(
        "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, message, \
             failed_at, errors, shard, first_at, retries) \
         SELECT subscription, position, event_id, key, 'retrying', 0, $2, kind, message, died_at, errors, shard, \
             (errors -> 0 ->> 'at')::bigint, CASE WHEN $3 THEN retries + 1 ELSE 0 END FROM eventbus_dead_letter WHERE id = ANY ($1)",
    )
    .bind(ids)
    .bind(now)
    .bind(automatic)
    .execute(&mut *connection)
    .await?;
    store
        .query_scalar("DELETE FROM eventbus_dead_letter WHERE id = ANY ($1) RETURNING id")
        .bind(ids)
        .fetch_all(connection)
        .await
}

pub(super) async fn remove(
    store: &PgStore,
    connection: &mut PgConnection,
    slice: &LetterSlice<'_>,
) -> Result<Moved> {
    let statement = concat!(
        "DELETE FROM eventbus_dead_letter WHERE id IN (SELECT l.id FROM eventbus_dead_letter AS l WHERE",
        in_slice!(),
        locked!(),
        ") RETURNING id"
    );
    let rows = in_slice(store.query(statement), slice).fetch_all(connection).await;
    let ids = rows.and_then(|rows| rows.iter().map(|row| row.try_get(0)).collect());
    let moved = ids.map_err(|error| store.error("delete dead letters", error))?;
    Ok(Moved { moved, kept: Vec::new() })
}

pub(super) async fn take(
    store: &PgStore,
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<DeadLetter>> {
    let row = store.query(concat!(
        "DELETE FROM eventbus_dead_letter AS l WHERE l.id = $1 AND l.source <> 'event' RETURNING ",
        of_letter!()
    ));
    let what = "take a dead letter";
    let mut inside = store.inside(connection, what).await?;
    let row = row.bind(id).fetch_optional(&mut *inside).await;
    let row = store.leave(inside, what, row.map_err(|error| store.error(what, error))).await?;
    row.map(|row| letter(store, &row)).transpose()
}

pub(super) async fn park(
    store: &PgStore,
    connection: &mut PgConnection,
    letter: &DeadLetter,
) -> Result<()> {
    let what = "park a dead letter";
    let mut inside = store.inside(connection, what).await?;
    let parked = store.query(
        "INSERT INTO eventbus_dead_letter (id, source, data, attempts, kind, message, errors, died_at, retry_at, tenant) \
         VALUES ($1, $2, $3::json, $4, $5, $6, $7::jsonb, $8, $9, $10)",
    )
    .bind(letter.id)
    .bind(letter.source())
    .bind(letter.data())
    .bind(i32::try_from(letter.attempts).unwrap_or(i32::MAX))
    .bind(&letter.kind)
    .bind(&letter.message)
    .bind(columns::errors(&letter.errors))
    .bind(letter.at)
    .bind(letter.retry_at)
    .bind(letter.tenant())
    .execute(&mut *inside)
    .await;
    let parked = parked.map(drop).map_err(|error| store.error(what, error));
    store.leave(inside, what, parked).await
}

/// Reads a letter's columns.
fn letter(store: &PgStore, row: &PgRow) -> Result<DeadLetter> {
    let failed = |error| store.error("read a row of eventbus_dead_letter", error);
    let source: String = row.try_get("letter_source").map_err(failed)?;
    let content = if source == EVENT {
        let stored = Box::new(stored(store, row)?);
        Content::Undelivered { subscription: row.try_get("subscription").map_err(failed)?, stored }
    } else {
        let tenant = row.try_get("tenant").map_err(failed)?;
        Content::Parked { source, tenant, data: row.try_get_unchecked("data").map_err(failed)? }
    };
    let errors: String = row.try_get("errors").map_err(failed)?;
    let id: Uuid = row.try_get("letter_id").map_err(failed)?;
    let read = |attempts: i32| -> Result<DeadLetter, sqlx::Error> {
        Ok(DeadLetter {
            id,
            content,
            attempts: u32::try_from(attempts).unwrap_or(0),
            kind: row.try_get("kind")?,
            message: row.try_get("message")?,
            errors: Vec::new(),
            at: row.try_get("died_at")?,
            retry_at: row.try_get("retry_at")?,
        })
    };
    let letter = row.try_get("attempts").and_then(read).map_err(failed)?;
    Ok(DeadLetter { errors: columns::read_errors(&errors, id)?, ..letter })
}
