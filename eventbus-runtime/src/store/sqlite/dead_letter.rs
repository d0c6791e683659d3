//! Dead letters: read, retried, removed, parked.

use sqlx::Row;
use sqlx::query::Query;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::dead_letter::{Content, DeadLetter, EVENT, LetterFilter};
use crate::error::Result;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::page::{list, optional_uuid, stored, uuid};
use crate::store::{LetterSlice, Moved, Obstacle, Survey, columns};

/// What a letter is read from; first its event's columns, which are read by their place, as in the log.
macro_rules! of_letter {
    () => {
        "position, shard, event_id AS id, type, version, event_source AS source, tenant, aggregate_id, correlation_id, \
         causation_id, traceparent, tracestate, metadata, data, priority, id AS letter_id, source AS letter_source, subscription, \
         attempts, kind, message, errors, died_at, retry_at"
    };
}

/// The condition on the letters `l` of a slice; [`in_slice`] binds its parameters, and `?13`, how many there are at most.
/// The only special characters of a pattern are the stars, which mean to `GLOB` what they mean to us.
macro_rules! in_slice {
    () => {
        " (?1 IS NULL OR l.source = ?1) AND (?2 IS NULL OR l.subscription = ?2) AND (?3 IS NULL OR l.type GLOB ?3) \
         AND (?4 IS NULL OR l.tenant = ?4) AND (?5 IS NULL OR l.kind = ?5) AND (?6 IS NULL OR l.died_at >= ?6) \
         AND (?7 IS NULL OR l.died_at < ?7) AND (?8 IS NULL OR l.id = ?8) AND (?9 IS NULL OR l.event_id = ?9) \
         AND (?10 IS NULL OR l.id > ?10) AND (?11 IS NULL OR l.id <= ?11) AND (?12 IS NULL OR l.retry_at <= ?12) \
         ORDER BY l.id LIMIT ?13"
    };
}

/// A statement over a slice.
fn in_slice(
    statement: &'static str,
    slice: &LetterSlice<'_>,
) -> Query<'static, Sqlite, SqliteArguments> {
    let LetterFilter { id, source, subscription, types, tenant, event_id, kind, since, before } =
        slice.filter.clone();
    let text = |id: Option<Uuid>| id.map(|id| id.to_string());
    sqlx::query(statement)
        .bind(source)
        .bind(subscription)
        .bind(types)
        .bind(tenant)
        .bind(kind)
        .bind(since)
        .bind(before)
        .bind(text(id))
        .bind(text(event_id))
        .bind(text(slice.after))
        .bind(text(slice.upto))
        .bind(slice.due)
        .bind(columns::limit(slice.limit))
}

pub(super) async fn letters(
    store: &SqliteStore,
    slice: &LetterSlice<'_>,
) -> Result<Vec<DeadLetter>> {
    let statement =
        concat!("SELECT ", of_letter!(), " FROM eventbus_dead_letter AS l WHERE", in_slice!());
    let rows = in_slice(statement, slice).fetch_all(&store.pool).await;
    let rows = rows.map_err(|error| store.error("read the dead letters", error))?;
    rows.iter().map(|row| letter(store, row)).collect()
}

pub(super) async fn survey(store: &SqliteStore, filter: &LetterFilter) -> Result<Survey> {
    let statement = concat!(
        "SELECT count(*) AS count, max(id) AS newest FROM (SELECT l.id FROM eventbus_dead_letter AS l WHERE",
        in_slice!(),
        ")"
    );
    let read = async {
        let slice = LetterSlice::first(filter, usize::MAX);
        let row = in_slice(statement, &slice).fetch_one(&store.pool).await?;
        let count: i64 = row.try_get("count")?;
        let newest = optional_uuid(row.try_get("newest")?, "newest")?;
        Ok(Survey { count: u64::try_from(count).unwrap_or(0), newest })
    };
    read.await.map_err(|error| store.error("count the dead letters", error))
}

pub(super) async fn next(store: &SqliteStore, subscription: &str) -> Result<Option<i64>> {
    let next = sqlx::query_scalar(
        "SELECT min(retry_at) FROM eventbus_dead_letter WHERE subscription = ?1 AND retry_at IS NOT NULL",
    );
    let next = next.bind(subscription).fetch_one(&store.pool).await;
    next.map_err(|error| store.error("read when dead letters are due", error))
}

pub(super) async fn retry(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    slice: &LetterSlice<'_>,
    now: i64,
) -> Result<Moved> {
    let failed = |error| store.error("retry dead letters", error);
    let moved = obstacles(connection, slice).await.map_err(failed)?;
    if !moved.moved.is_empty() {
        reopen(connection, &moved.moved, now, slice.due.is_some()).await.map_err(failed)?;
    }
    if slice.due.is_some() && !moved.kept.is_empty() {
        sqlx::query(
            "UPDATE eventbus_dead_letter SET retry_at = NULL WHERE id IN (SELECT value FROM json_each(?1))",
        )
        .bind(list(&texts(moved.kept.iter().map(|(id, _)| id))))
        .execute(connection)
        .await
        .map_err(failed)?;
    }
    Ok(moved)
}

fn texts<'a>(ids: impl Iterator<Item = &'a Uuid>) -> Vec<String> {
    ids.map(Uuid::to_string).collect()
}

/// Which letters can be retried, and which cannot.
async fn obstacles(
    connection: &mut SqliteConnection,
    slice: &LetterSlice<'_>,
) -> Result<Moved, sqlx::Error> {
    let statement = concat!(
        "SELECT l.id, l.source = 'event', s.name IS NOT NULL, e.position IS NOT NULL, d.position IS NOT NULL \
         FROM eventbus_dead_letter AS l LEFT JOIN eventbus_subscription AS s ON s.name = l.subscription \
         LEFT JOIN eventbus_event AS e ON e.position = l.position AND e.id = l.event_id \
         LEFT JOIN eventbus_delivery AS d ON d.subscription = l.subscription AND d.position = l.position WHERE",
        in_slice!()
    );
    let mut moved = Moved::default();
    for row in in_slice(statement, slice).fetch_all(connection).await? {
        let id = uuid(row.try_get(0)?, "id")?;
        let found = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        match Obstacle::of(found.0, found.1, found.2, found.3) {
            Some(obstacle) => moved.kept.push((id, obstacle)),
            None => moved.moved.push(id),
        }
    }
    Ok(moved)
}

/// Makes letters deliveries again. Nobody else writes meanwhile: the transaction does already, or is about to.
async fn reopen(
    connection: &mut SqliteConnection,
    ids: &[Uuid],
    now: i64,
    automatic: bool,
) -> Result<(), sqlx::Error> {
    let ids = list(&texts(ids.iter()));
    sqlx::query(
        "INSERT INTO eventbus_delivery (subscription, position, event_id, key, state, attempts, next_at, kind, message, \
             failed_at, errors, shard, first_at, retries) \
         SELECT subscription, position, event_id, key, 'retrying', 0, ?2, kind, message, died_at, errors, shard, \
             errors ->> '$[0].at', CASE WHEN ?3 THEN retries + 1 ELSE 0 END \
         FROM eventbus_dead_letter WHERE id IN (SELECT value FROM json_each(?1))",
    )
    .bind(&ids)
    .bind(now)
    .bind(automatic)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM eventbus_dead_letter WHERE id IN (SELECT value FROM json_each(?1))")
        .bind(&ids)
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn remove(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    slice: &LetterSlice<'_>,
) -> Result<Moved> {
    let statement = concat!(
        "DELETE FROM eventbus_dead_letter WHERE id IN (SELECT l.id FROM eventbus_dead_letter AS l WHERE",
        in_slice!(),
        ") RETURNING id"
    );
    let rows = in_slice(statement, slice).fetch_all(connection).await;
    let ids = rows.and_then(|rows| rows.iter().map(|row| uuid(row.try_get(0)?, "id")).collect());
    let moved = ids.map_err(|error| store.error("delete dead letters", error))?;
    Ok(Moved { moved, kept: Vec::new() })
}

pub(super) async fn take(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    id: Uuid,
) -> Result<Option<DeadLetter>> {
    let row = sqlx::query(concat!(
        "DELETE FROM eventbus_dead_letter WHERE id = ?1 AND source <> 'event' RETURNING ",
        of_letter!()
    ));
    let row = row.bind(id.to_string()).fetch_optional(connection).await;
    let row = row.map_err(|error| store.error("take a dead letter", error))?;
    row.map(|row| letter(store, &row)).transpose()
}

pub(super) async fn park(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    letter: &DeadLetter,
) -> Result<()> {
    let parked = sqlx::query(
        "INSERT INTO eventbus_dead_letter (id, source, data, attempts, kind, message, errors, died_at, retry_at, tenant) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )
    .bind(letter.id.to_string())
    .bind(letter.source())
    .bind(letter.data())
    .bind(letter.attempts)
    .bind(&letter.kind)
    .bind(&letter.message)
    .bind(columns::errors(&letter.errors))
    .bind(letter.at)
    .bind(letter.retry_at)
    .bind(letter.tenant())
    .execute(connection)
    .await;
    parked.map(drop).map_err(|error| store.error("park a dead letter", error))
}

/// Reads a letter's columns.
fn letter(store: &SqliteStore, row: &SqliteRow) -> Result<DeadLetter> {
    let failed = |error| store.error("read a row of eventbus_dead_letter", error);
    let source: String = row.try_get("letter_source").map_err(failed)?;
    let content = if source == EVENT {
        let stored = Box::new(stored(store, row)?);
        Content::Undelivered { subscription: row.try_get("subscription").map_err(failed)?, stored }
    } else {
        let tenant = row.try_get("tenant").map_err(failed)?;
        Content::Parked { source, tenant, data: row.try_get("data").map_err(failed)? }
    };
    let errors: String = row.try_get("errors").map_err(failed)?;
    let id = row.try_get("letter_id").and_then(|id| uuid(id, "letter_id")).map_err(failed)?;
    let read = |attempts: u32| -> Result<DeadLetter, sqlx::Error> {
        Ok(DeadLetter {
            id,
            content,
            attempts,
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
