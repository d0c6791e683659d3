//! Where a subscription starts.

use std::time::SystemTime;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::clock::{millis, time_of};
use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::cursor::Bound;
use crate::store::postgres::epoch::{self, Now};
use crate::store::postgres::{PgCursor, PgStore, snapshot, tenants};
use crate::store::search::{SLACK, Search, surely_after, surely_before};
use crate::store::{Cursor, Start, as_old, first_id};

/// The place that `start` means now.
pub(super) async fn resolve(
    store: &PgStore,
    connection: &mut PgConnection,
    start: Start,
) -> Result<PgCursor> {
    let failed = |error| store.error("find where to start", error);
    match start {
        Start::Beginning => Ok(PgCursor::beginning()),
        Start::Now => end_of_log(store, connection).await.map_err(failed),
        Start::Time(time) => match first_of(store, connection, time).await.map_err(failed)? {
            Some(event) => before(store, connection, event, 1).await.map_err(failed),
            None => end_of_log(store, connection).await.map_err(failed),
        },
        Start::Position(position) => match at(store, connection, position).await.map_err(failed)? {
            Some(event) => before(store, connection, event, 1).await.map_err(failed),
            None => {
                // A place inside the window, which a replay that comes out of an archive goes on from.
                let Now { epoch, last } = epoch::now(store, connection).await.map_err(failed)?;
                let behind = (position.saturating_sub(1).min(last), epoch);
                before(store, connection, behind, 0).await.map_err(failed)
            }
        },
        Start::After(id) => match find(store, connection, id).await.map_err(failed)? {
            Some(event) => before(store, connection, event, 0).await.map_err(failed),
            None => Err(Error::new(
                ErrorKind::Configuration,
                format!("{}: no event of the log has the id {id}", store.place()),
            )),
        },
    }
}

/// The place after everything that is committed now.
pub(super) async fn end(store: &PgStore) -> Result<PgCursor> {
    let what = "find the end of the log";
    let mut errand = store.errand(what).await?;
    let end = async {
        tenants::sees_all(store, &mut errand, what).await?;
        end_of_log(store, &mut errand).await.map_err(|error| store.error(what, error))
    };
    let end = end.await;
    store.end(errand, end).await
}

async fn end_of_log(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<PgCursor, sqlx::Error> {
    let now = epoch::now(store, connection).await?;
    let (bound, _) = snapshot::take(store, connection, now.last).await?;
    Ok(PgCursor::after(now.epoch, bound))
}

/// In a window of everything that is visible now, `back` numbers before an event. What is not visible yet comes with
/// the windows that follow, whatever its number is.
async fn before(
    store: &PgStore,
    connection: &mut PgConnection,
    (position, epoch): Place,
    back: i64,
) -> Result<PgCursor, sqlx::Error> {
    let Now { epoch: current, last } = epoch::now(store, connection).await?;
    let start = PgCursor::start_of(epoch);
    let window = if epoch < current {
        start.last_of_epoch(last)
    } else {
        let (bound, ceiling): (Bound, i64) = snapshot::take(store, connection, last).await?;
        start.next(bound, ceiling)
    };
    Ok(window.at(position - back))
}

/// Number and epoch of an event.
pub(super) type Place = (i64, i32);

pub(super) async fn first_of(
    store: &PgStore,
    connection: &mut PgConnection,
    time: SystemTime,
) -> Result<Option<Place>, sqlx::Error> {
    let earlier = first_id(time.checked_sub(SLACK).unwrap_or(SystemTime::UNIX_EPOCH));
    let low = search(store, connection, earlier).await?;
    // Whether one was scheduled is asked of those with an older id only: nothing comes into the log before it is made.
    store.query_as(
        "SELECT position, epoch FROM eventbus_event AS e WHERE position >= $1 AND (id >= $2 OR coalesce( \
             (SELECT moved_at >= $3 FROM eventbus_moved AS m WHERE m.id = e.id), false)) ORDER BY position LIMIT 1",
    )
    .bind(low)
    .bind(first_id(time))
    .bind(millis(time))
    .fetch_optional(connection)
    .await
}

/// The event with a number, or the next one.
async fn at(
    store: &PgStore,
    connection: &mut PgConnection,
    position: i64,
) -> Result<Option<Place>, sqlx::Error> {
    store.query_as(
        "SELECT position, epoch FROM eventbus_event WHERE position >= $1 ORDER BY position LIMIT 1",
    )
    .bind(position)
    .fetch_optional(connection)
    .await
}

/// The event with an id, wherever in the log it is.
pub(super) async fn find(
    store: &PgStore,
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<Place>, sqlx::Error> {
    let came = came(store, connection, id).await?;
    let low = search(store, connection, surely_before(came)).await?;
    store.query_as(
        "SELECT position, epoch FROM eventbus_event WHERE position >= $1 AND id = $2 ORDER BY position LIMIT 1",
    )
    .bind(low)
    .bind(id)
    .fetch_optional(connection)
    .await
}

/// The number of the event with an id, where the time in it says where it is: without one, that of many a correlation, the
/// whole log would have to be read.
pub(super) async fn find_by_time(
    store: &PgStore,
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<i64>, sqlx::Error> {
    let Some(time) = came(store, connection, id).await? else { return Ok(None) };
    let low = search(store, connection, surely_before(Some(time))).await?;
    let high = search(store, connection, surely_after(time)).await?;
    store
        .query_scalar(
            "SELECT position FROM eventbus_event WHERE position BETWEEN $1 AND $2 AND id = $3 ORDER BY position LIMIT 1",
        )
        .bind(low)
        .bind(high)
        .bind(id)
        .fetch_optional(connection)
        .await
}

/// When an event came into the log, as far as its id tells, or what is remembered of one that was scheduled.
async fn came(
    store: &PgStore,
    connection: &mut PgConnection,
    id: Uuid,
) -> Result<Option<i64>, sqlx::Error> {
    let moved = store
        .query_scalar("SELECT moved_at FROM eventbus_moved WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(moved.or_else(|| time_of(id)))
}

async fn search(
    store: &PgStore,
    connection: &mut PgConnection,
    bound: Uuid,
) -> Result<i64, sqlx::Error> {
    let ends: (Option<i64>, Option<i64>) = store
        .query_as("SELECT min(position), max(position) FROM eventbus_event")
        .fetch_one(&mut *connection)
        .await?;
    let (Some(first), Some(last)) = ends else { return Ok(0) };
    let mut search = Search::new(first, last, bound);
    loop {
        let at = match search.next() {
            Ok(at) => at,
            Err(low) => return Ok(low),
        };
        // What was scheduled has an older id than its place.
        let statement = "SELECT e.position, e.id, (SELECT moved_at FROM eventbus_moved AS m WHERE m.id = e.id) \
             FROM eventbus_event AS e WHERE e.position >= $1 ORDER BY e.position LIMIT 1";
        let found: Option<(i64, Uuid, Option<i64>)> =
            store.query_as(statement).bind(at).fetch_optional(&mut *connection).await?;
        search.found(found.map(|(position, id, moved_at)| (position, as_old(id, moved_at))));
    }
}
