//! Scheduled events. The database's clock is SQLite's `unixepoch`, which is the machine's, as the process sees it.

use std::time::Duration;

use sqlx::query::Query;
use sqlx::query_builder::QueryBuilder;
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteConnection, SqliteRow};
use sqlx::{Row, query, query_scalar};
use uuid::Uuid;

use crate::error::Result;
use crate::schedule::{ScheduleFilter, Scheduled};
use crate::store::slip::{self, Slip, forever};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::append::{self, Written};
use crate::store::sqlite::page::{self, Columns};
use crate::store::sqlite::replica::now;
use crate::store::{Agenda, Due, Duplicates, NewEvent, Schedule, Taken, columns};

/// The columns of a scheduled event `s`, in the order in which [`scheduled`] reads them: those of the event first.
macro_rules! columns {
    () => {
        "s.id, s.type, s.version, s.source, s.tenant, s.aggregate_id, s.correlation_id, s.causation_id, s.traceparent, \
         s.tracestate, s.metadata, s.data, s.priority, s.due_at, s.aggregate_kind, s.failures, s.failure, s.number"
    };
}

/// What is due. There is one writer, so that nobody else takes or cancels meanwhile.
const TAKE: &str = concat!(
    "WITH clock (now) AS MATERIALIZED (SELECT ",
    now!(),
    ") SELECT ",
    columns!(),
    " FROM eventbus_scheduled AS s, clock \
     WHERE s.due_at <= clock.now AND (s.held_until IS NULL OR s.held_until <= clock.now) \
     AND NOT EXISTS (SELECT 1 FROM eventbus_scheduled AS h WHERE h.held_until > clock.now AND h.held_until < ",
    forever!(),
    " AND h.shard = s.shard \
         AND (h.due_at, h.number) < (s.due_at, s.number)) \
     ORDER BY s.due_at, s.number LIMIT ?1"
);

const MOVED: &str = concat!(
    "INSERT INTO eventbus_moved (id, moved_at) SELECT value, ",
    now!(),
    " FROM json_each(?1) WHERE true ON CONFLICT (id) DO UPDATE SET moved_at = excluded.moved_at"
);

/// Nobody tries it again by himself.
const SET_ASIDE: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = failures + 1, failure = ?2, held_until = ",
    forever!(),
    " WHERE number = ?1"
);

/// At most ?1 rows are counted.
const AGENDA: &str = concat!(
    "WITH held AS MATERIALIZED (SELECT id, failure, due_at, number, held_until = ",
    forever!(),
    " AS aside FROM eventbus_scheduled WHERE held_until IS NOT NULL LIMIT ?1), \
     first AS MATERIALIZED (SELECT id, failure FROM held ORDER BY aside DESC, due_at, number LIMIT 1) \
     SELECT (SELECT count(*) FROM (SELECT 1 FROM eventbus_scheduled LIMIT ?1 + 1)), ",
    now!(),
    " - (SELECT due_at FROM eventbus_scheduled WHERE held_until IS NULL ORDER BY due_at, number LIMIT 1), \
     (SELECT count(*) FROM held WHERE NOT aside), (SELECT count(*) FROM held WHERE aside), \
     (SELECT CAST(id AS BLOB) FROM first), (SELECT failure FROM first)"
);

/// How long it is until something may be moved.
const NEXT: &str = concat!(
    "SELECT min(at) - ",
    now!(),
    " FROM (SELECT * FROM (SELECT due_at AS at FROM eventbus_scheduled WHERE held_until IS NULL \
         ORDER BY due_at, number LIMIT 1) \
     UNION ALL SELECT held_until FROM eventbus_scheduled WHERE held_until IS NOT NULL)"
);

const HOLD: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = failures + 1, failure = ?2, held_until = ",
    now!(),
    " + min(60000, 1000 << min(failures, 10)) WHERE id = ?1"
);

const RESCHEDULE: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = 0, failure = NULL, held_until = NULL, due_at = coalesce(?2, ",
    now!(),
    " + ?3) WHERE id = ?1"
);

/// What it answers; an id may be damaged as well.
type SqliteAgenda = (i64, Option<i64>, i64, i64, Option<Vec<u8>>, Option<String>);

/// The condition on the events `s` that a filter means.
macro_rules! meant {
    () => {
        " FROM eventbus_scheduled AS s WHERE (?1 IS NULL OR s.type GLOB ?1) AND (?2 IS NULL OR s.tenant = ?2) \
          AND (?3 IS NULL OR s.aggregate_id = ?3)"
    };
}

/// Binds a filter as `?1` to `?3`.
fn meant(
    query: Query<'static, Sqlite, SqliteArguments>,
    filter: &ScheduleFilter,
) -> Query<'static, Sqlite, SqliteArguments> {
    let ScheduleFilter { types, tenant, aggregate_id } = filter.clone();
    query.bind(types).bind(tenant).bind(aggregate_id)
}

/// Writes what is no duplicate.
pub(super) async fn schedule(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    events: &[NewEvent],
    due: Due,
) -> Result<Duplicates> {
    append::append_to(store, connection, events, Written::Scheduled(due)).await
}

/// One statement for these events.
pub(super) fn insert(events: &[&NewEvent], due: Due) -> QueryBuilder<Sqlite> {
    let (at, after) = due.parts();
    let mut insert = QueryBuilder::new(concat!(
        "INSERT INTO eventbus_scheduled (",
        append::common!(),
        ", aggregate_kind, due_at) "
    ));
    insert.push_values(events, |mut row, event| {
        append::bind(&mut row, event);
        row.push_bind(&event.aggregate_kind);
        match at {
            Some(at) => row.push_bind(at),
            None => row.push(concat!(now!(), " + ")).push_bind_unseparated(after),
        };
    });
    insert
}

impl Schedule for SqliteStore {
    async fn next_due(&self) -> Result<Option<Duration>> {
        let millis: Option<i64> = query_scalar(NEXT)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.error("look at the schedule", error))?;
        Ok(millis.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    async fn take_due(
        &self,
        connection: &mut SqliteConnection,
        limit: usize,
    ) -> Result<Option<Taken>> {
        let failed = |error| self.error("take what is due", error);
        let take = query(TAKE).bind(columns::limit(limit));
        let rows = take.fetch_all(&mut *connection).await.map_err(failed)?;
        let taken = slip::taken(rows.iter().map(|row| read_row(self, row)))?;
        let ids: Vec<Uuid> = taken.events.iter().map(|new| new.event.envelope.id).collect();
        let ids = serde_json::to_string(&ids.iter().map(Uuid::to_string).collect::<Vec<_>>())
            .expect("texts are always JSON");
        let delete = "DELETE FROM eventbus_scheduled WHERE id IN (SELECT value FROM json_each(?1))";
        for statement in [MOVED, delete] {
            query(statement).bind(&ids).execute(&mut *connection).await.map_err(failed)?;
        }
        for Scheduled { number, failure, .. } in &taken.unreadable {
            let aside = query(SET_ASIDE).bind(number).bind(failure);
            aside.execute(&mut *connection).await.map_err(failed)?;
        }
        Ok(Some(taken))
    }

    async fn hold(&self, id: Uuid, failure: &str) -> Result<()> {
        let hold = query(HOLD).bind(id.to_string()).bind(failure);
        let held = hold.execute(&self.pool).await;
        held.map(drop).map_err(|error| self.error("hold a scheduled event back", error))
    }

    async fn scheduled(
        &self,
        filter: &ScheduleFilter,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> Result<Vec<Scheduled>> {
        let statement = concat!(
            "SELECT ",
            columns!(),
            meant!(),
            " AND (?4 IS NULL OR (s.due_at, s.number) > (?4, ?5)) ORDER BY s.due_at, s.number LIMIT ?6"
        );
        let (at, number) = after.unzip();
        let query =
            meant(query(statement), filter).bind(at).bind(number).bind(columns::limit(limit));
        let rows = query.fetch_all(&self.pool).await;
        let rows = rows.map_err(|error| self.error("read the schedule", error))?;
        rows.iter().map(|row| read_row(self, row).map(|(scheduled, _)| scheduled)).collect()
    }

    async fn agenda(&self, at_most: usize) -> Result<Agenda> {
        let (waiting, late, refused, aside, id, failure): SqliteAgenda = sqlx::query_as(AGENDA)
            .bind(columns::limit(at_most))
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.error("look at the schedule", error))?;
        let id = id.map(|id| String::from_utf8_lossy(&id).into_owned());
        Ok(slip::agenda((waiting, late, refused, aside, id, failure), at_most))
    }

    async fn count_scheduled(&self, filter: &ScheduleFilter) -> Result<u64> {
        let query = meant(query(concat!("SELECT count(*)", meant!())), filter);
        let counted = async { query.fetch_one(&self.pool).await?.try_get::<i64, _>(0) };
        let count = counted.await.map_err(|error| self.error("count the schedule", error))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn cancel(&self, connection: &mut SqliteConnection, id: Uuid) -> Result<bool> {
        let delete = query("DELETE FROM eventbus_scheduled WHERE id = ?1").bind(id.to_string());
        let done = delete.execute(connection).await;
        let done = done.map_err(|error| self.error("cancel a scheduled event", error))?;
        Ok(done.rows_affected() > 0)
    }

    async fn reschedule(
        &self,
        connection: &mut SqliteConnection,
        id: Uuid,
        due: Due,
    ) -> Result<bool> {
        let (at, after) = due.parts();
        let update = query(RESCHEDULE).bind(id.to_string()).bind(at).bind(after);
        let done = update.execute(connection).await;
        let done = done.map_err(|error| self.error("reschedule an event", error))?;
        Ok(done.rows_affected() > 0)
    }
}

/// Reads a row, as far as it can be read, and the kind of the aggregate.
fn read_row(store: &SqliteStore, row: &SqliteRow) -> Result<(Scheduled, String)> {
    let slip = || -> Result<_, sqlx::Error> {
        let (due_at, number) = (row.try_get(13)?, row.try_get(17)?);
        Ok(Slip { due_at, number, failures: row.try_get(15)?, failure: row.try_get(16)? })
    };
    let slip = slip().map_err(|error| {
        store.error("read a row of eventbus_scheduled", columns::named(row, error))
    })?;
    let columns = || -> Result<_, sqlx::Error> {
        let Columns { event, version, metadata } = page::event(row, 0)?;
        Ok((slip::Columns { event, version, metadata }, row.try_get::<String, _>(14)?))
    };
    let (columns, kind) = match columns() {
        Ok((columns, kind)) => (Ok(columns), kind),
        Err(error) => (Err(columns::named(row, error)), String::new()),
    };
    let text = |place: usize| row.try_get::<String, _>(place).ok();
    let outline = || slip::outline(text(0).and_then(|id| Uuid::try_parse(&id).ok()), text);
    Ok((slip.told(columns, outline), kind))
}
