//! Where a subscription starts.

use std::time::SystemTime;

use uuid::Uuid;

use crate::clock::{millis, time_of};
use crate::error::{Error, ErrorKind, Result};
use crate::store::search::{SLACK, Search, surely_after, surely_before};
use crate::store::sqlite::page::uuid;
use crate::store::sqlite::{SqliteCursor, SqliteStore};
use crate::store::{Start, as_old, first_id};

/// The place that `start` means now.
pub(super) async fn resolve(store: &SqliteStore, start: Start) -> Result<SqliteCursor> {
    let failed = |error| store.error("find where to start", error);
    let position = match start {
        Start::Beginning => 0,
        Start::Now => end_of_log(store).await.map_err(failed)?,
        Start::Time(time) => match first_of(store, time).await.map_err(failed)? {
            Some(position) => position - 1,
            None => end_of_log(store).await.map_err(failed)?,
        },
        Start::Position(position) => {
            let end = end_of_log(store).await.map_err(failed)?;
            position.saturating_sub(1).clamp(0, end)
        }
        Start::After(id) => find(store, id).await.map_err(failed)?.ok_or_else(|| {
            Error::new(
                ErrorKind::Configuration,
                format!("SQLite database `{}`: no event of the log has the id {id}", store.place()),
            )
        })?,
    };
    Ok(SqliteCursor { position })
}

/// The place after everything that is committed now.
pub(super) async fn end(store: &SqliteStore) -> Result<SqliteCursor> {
    let end = end_of_log(store).await;
    let position = end.map_err(|error| store.error("find the end of the log", error))?;
    Ok(SqliteCursor { position })
}

async fn end_of_log(store: &SqliteStore) -> Result<i64, sqlx::Error> {
    // Where all events were dropped, what counts is the last number that was given out.
    sqlx::query_scalar(
        "SELECT coalesce((SELECT max(position) FROM eventbus_event), \
         (SELECT max(seq) FROM sqlite_sequence WHERE name = 'eventbus_event'), 0)",
    )
    .fetch_one(&store.pool)
    .await
}

pub(super) async fn first_of(
    store: &SqliteStore,
    time: SystemTime,
) -> Result<Option<i64>, sqlx::Error> {
    let earlier = first_id(time.checked_sub(SLACK).unwrap_or(SystemTime::UNIX_EPOCH));
    let low = search(store, earlier).await?;
    // Ids are text of one length and one case, which compares as the ids do.
    // Whether one was scheduled is asked of those with an older id only: nothing comes into the log before it is made.
    sqlx::query_scalar(
        "SELECT position FROM eventbus_event AS e WHERE position >= ?1 AND (id >= ?2 OR coalesce( \
             (SELECT moved_at >= ?3 FROM eventbus_moved AS m WHERE m.id = e.id), false)) ORDER BY position LIMIT 1",
    )
    .bind(low)
    .bind(first_id(time).to_string())
    .bind(millis(time))
    .fetch_optional(&store.pool)
    .await
}

/// The event with an id.
pub(super) async fn find(store: &SqliteStore, id: Uuid) -> Result<Option<i64>, sqlx::Error> {
    let came = came(store, id).await?;
    let low = search(store, surely_before(came)).await?;
    sqlx::query_scalar(
        "SELECT position FROM eventbus_event WHERE position >= ?1 AND id = ?2 ORDER BY position LIMIT 1",
    )
    .bind(low)
    .bind(id.to_string())
    .fetch_optional(&store.pool)
    .await
}

/// The number of the event with an id, where the time in it says where it is: without one, that of many a correlation, the
/// whole log would have to be read.
pub(super) async fn find_by_time(
    store: &SqliteStore,
    id: Uuid,
) -> Result<Option<i64>, sqlx::Error> {
    let Some(time) = came(store, id).await? else { return Ok(None) };
    let low = search(store, surely_before(Some(time))).await?;
    let high = search(store, surely_after(time)).await?;
    sqlx::query_scalar(
        "SELECT position FROM eventbus_event WHERE position BETWEEN ?1 AND ?2 AND id = ?3 ORDER BY position LIMIT 1",
    )
    .bind(low)
    .bind(high)
    .bind(id.to_string())
    .fetch_optional(&store.pool)
    .await
}

/// When an event came into the log, as far as its id tells, or what is remembered of one that was scheduled.
async fn came(store: &SqliteStore, id: Uuid) -> Result<Option<i64>, sqlx::Error> {
    let moved = sqlx::query_scalar("SELECT moved_at FROM eventbus_moved WHERE id = ?1")
        .bind(id.to_string())
        .fetch_optional(&store.pool)
        .await?;
    Ok(moved.or_else(|| time_of(id)))
}

/// The first and the last number. Asked for both at once, SQLite reads the whole log.
pub(super) const ENDS: &str = "\
    SELECT (SELECT min(position) FROM eventbus_event), (SELECT max(position) FROM eventbus_event)";

async fn search(store: &SqliteStore, bound: Uuid) -> Result<i64, sqlx::Error> {
    let ends: (Option<i64>, Option<i64>) = sqlx::query_as(ENDS).fetch_one(&store.pool).await?;
    let (Some(first), Some(last)) = ends else { return Ok(0) };
    let mut search = Search::new(first, last, bound);
    loop {
        let at = match search.next() {
            Ok(at) => at,
            Err(low) => return Ok(low),
        };
        // What was scheduled has an older id than its place.
        let statement = "SELECT e.position, e.id, (SELECT moved_at FROM eventbus_moved AS m WHERE m.id = e.id) \
             FROM eventbus_event AS e WHERE e.position >= ?1 ORDER BY e.position LIMIT 1";
        let found: Option<(i64, String, Option<i64>)> =
            sqlx::query_as(statement).bind(at).fetch_optional(&store.pool).await?;
        search.found(match found {
            Some((position, id, moved_at)) => Some((position, as_old(uuid(id, "id")?, moved_at))),
            None => None,
        });
    }
}
