//! Scheduled events.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use uuid::Uuid;

use crate::error::Result;
use crate::schedule::{ScheduleFilter, Scheduled};
use crate::store::postgres::append::bound;
use crate::store::postgres::dead_letter::like;
use crate::store::postgres::page::{self, Columns};
use crate::store::postgres::{PgStore, key, tenants};
use crate::store::slip::{self, Slip, forever};
use crate::store::{Agenda, Due, Duplicates, Keyed, NewEvent, Schedule, Taken, columns, keys};

/// The time of the database, in milliseconds since 1970. It is not rounded up: nothing is due half a millisecond early.
macro_rules! now {
    () => {
        "floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    };
}

/// The columns of a scheduled event `s`, in the order in which [`scheduled`] reads them: those of the event first.
macro_rules! columns {
    () => {
        "s.id, s.type, s.version, s.source, s.tenant, s.aggregate_id, s.correlation_id, s.causation_id, s.traceparent, \
         s.tracestate, s.metadata, s.data, s.priority, s.due_at, s.aggregate_kind, s.failures, s.failure, s.number"
    };
}

/// As an append with keys writes: what has a key is written only where its key was free or has expired.
const INSERT: &str = concat!(
    "WITH e AS ( \
        SELECT * FROM UNNEST($1::smallint[], $2::integer[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], \
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::smallint[], $15::text[], \
            $16::float8[], $17::text[]) WITH ORDINALITY AS e (shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id, \
            traceparent, tracestate, metadata, data, priority, key, seconds, aggregate_kind, ordinal) \
    ), taken AS ( \
        INSERT INTO eventbus_key AS k (tenant, key, event_id, expires_at) \
        SELECT coalesce(e.tenant, ''), e.key, e.id, clock_timestamp() + make_interval(secs => e.seconds) \
        FROM e WHERE e.key IS NOT NULL ORDER BY 1, 2 \
        ON CONFLICT (tenant, key) DO UPDATE SET event_id = excluded.event_id, expires_at = excluded.expires_at \
            WHERE k.expires_at <= clock_timestamp() \
        RETURNING k.tenant, k.key \
    ), written AS ( \
        INSERT INTO eventbus_scheduled (id, due_at, shard, version, correlation_id, causation_id, type, source, tenant, \
            aggregate_kind, aggregate_id, traceparent, tracestate, metadata, data, priority) \
        SELECT e.id, coalesce($18::bigint, ",
    now!(),
    " + $19::bigint), e.shard, e.version, e.correlation_id, e.causation_id, e.type, e.source, e.tenant, \
            e.aggregate_kind, e.aggregate_id, e.traceparent, e.tracestate, e.metadata::json, e.data::json, e.priority \
        FROM e WHERE e.key IS NULL OR (coalesce(e.tenant, ''), e.key) IN (SELECT tenant, key FROM taken) \
        ORDER BY e.ordinal \
    ) \
    SELECT coalesce(array_agg(tenant), '{}'), coalesce(array_agg(key), '{}') FROM taken",
);

const LOOKS: &str = "look at the schedule";

/// One transaction at a time takes, so that events of one aggregate are appended in their order.
const LOCK: &str = "SELECT pg_try_advisory_xact_lock(\
    hashtextextended('eventbus.schedule', 'eventbus_scheduled'::regclass::oid::bigint))";

/// What is due, locked before it is counted, so that what others have locked leaves its place to what is behind it; and of
/// each whether it must not overtake one of its shard that is due and stays.
const LOOK: &str = concat!(
    "WITH clock (now) AS MATERIALIZED (SELECT ",
    now!(),
    "), free AS MATERIALIZED ( \
        SELECT s.id, s.shard, s.due_at, s.number FROM eventbus_scheduled AS s, clock \
        WHERE s.due_at <= clock.now AND (s.held_until IS NULL OR s.held_until <= clock.now) AND s.shard <> ALL ($2) \
        AND NOT EXISTS (SELECT FROM eventbus_scheduled AS h WHERE h.held_until > clock.now AND h.held_until < ",
    forever!(),
    " AND h.shard = s.shard AND (h.due_at, h.number) < (s.due_at, s.number)) \
        ORDER BY s.due_at, s.number LIMIT $1 FOR UPDATE OF s SKIP LOCKED \
    ), last AS MATERIALIZED (SELECT due_at, number FROM free ORDER BY due_at DESC, number DESC LIMIT 1), \
    stays AS MATERIALIZED ( \
        SELECT DISTINCT ON (o.shard) o.shard, o.due_at, o.number FROM eventbus_scheduled AS o \
        WHERE (o.due_at, o.number) < ((SELECT due_at FROM last), (SELECT number FROM last)) \
        AND o.shard IN (SELECT shard FROM free) AND o.id NOT IN (SELECT id FROM free) AND o.held_until IS DISTINCT FROM ",
    forever!(),
    " ORDER BY o.shard, o.due_at, o.number \
    ) SELECT f.id, f.shard, EXISTS (SELECT FROM stays AS o WHERE o.shard = f.shard \
        AND (o.due_at, o.number) < (f.due_at, f.number)) FROM free AS f"
);

const READ: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM eventbus_scheduled AS s WHERE s.id = ANY ($1) ORDER BY s.due_at, s.number"
);

const MOVE: &str = concat!(
    "WITH gone AS (DELETE FROM eventbus_scheduled WHERE id = ANY ($1) RETURNING id, tenant) \
     INSERT INTO eventbus_moved (id, moved_at, tenant) SELECT id, ",
    now!(),
    ", tenant FROM gone ON CONFLICT (id) DO UPDATE SET moved_at = excluded.moved_at"
);

/// Nobody tries it again by himself.
const SET_ASIDE: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = failures + 1, failure = $2, held_until = ",
    forever!(),
    " WHERE number = $1"
);

/// At most $1 rows are counted.
const AGENDA: &str = concat!(
    "WITH held AS MATERIALIZED (SELECT id::text, failure, due_at, number, held_until = ",
    forever!(),
    " AS aside FROM eventbus_scheduled WHERE held_until IS NOT NULL LIMIT $1), \
     first AS MATERIALIZED (SELECT id, failure FROM held ORDER BY aside DESC, due_at, number LIMIT 1) \
     SELECT (SELECT count(*) FROM (SELECT FROM eventbus_scheduled LIMIT $1 + 1) AS s), ",
    now!(),
    " - (SELECT due_at FROM eventbus_scheduled WHERE held_until IS NULL ORDER BY due_at, number LIMIT 1), \
     (SELECT count(*) FROM held WHERE NOT aside), (SELECT count(*) FROM held WHERE aside), \
     (SELECT id FROM first), (SELECT failure FROM first)"
);

/// How long it is until something may be moved, and what is hidden from this role: whoever sees a part would move that part.
const NEXT: &str = concat!(
    "SELECT least( \
        (SELECT min(due_at) FROM eventbus_scheduled WHERE held_until IS NULL), \
        (SELECT min(held_until) FROM eventbus_scheduled WHERE held_until IS NOT NULL)) - ",
    now!(),
    ", (",
    tenants::hidden!(),
    ")"
);

const HOLD: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = failures + 1, failure = $2, held_until = ",
    now!(),
    " + least(60000, 1000 * 2 ^ least(failures, 10))::bigint WHERE id = $1"
);

const RESCHEDULE: &str = concat!(
    "UPDATE eventbus_scheduled SET failures = 0, failure = NULL, held_until = NULL, due_at = coalesce($2::bigint, ",
    now!(),
    " + $3::bigint) WHERE id = $1"
);

/// The condition on the events `s` that a filter means.
macro_rules! meant {
    () => {
        " FROM eventbus_scheduled AS s WHERE ($1::text IS NULL OR s.type LIKE $1) AND ($2::text IS NULL OR s.tenant = $2) \
          AND ($3::text IS NULL OR s.aggregate_id = $3)"
    };
}

/// Binds a filter as `$1` to `$3`.
fn meant(
    query: Query<'static, Postgres, PgArguments>,
    filter: &ScheduleFilter,
) -> Query<'static, Postgres, PgArguments> {
    let ScheduleFilter { types, tenant, aggregate_id } = filter.clone();
    query.bind(types.as_deref().map(like)).bind(tenant).bind(aggregate_id)
}

/// Writes what is no duplicate.
pub(super) async fn schedule(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
    due: Due,
) -> Result<Duplicates> {
    let mut inside = store.inside(connection, "schedule events").await?;
    let written = write(store, &mut inside, events, due).await;
    store.leave(inside, "schedule events", written).await
}

async fn write(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
    due: Due,
) -> Result<Duplicates> {
    let keyed = Keyed::of(events);
    let written = match &keyed {
        Some(keyed) => keyed.firsts.clone(),
        None => events.iter().collect(),
    };
    let texts = written.iter().map(|new| new.key.as_ref().map(|key| key.text.as_str()));
    let seconds = written.iter().map(|new| keys::window(new).as_secs_f64());
    let kinds = written.iter().map(|new| new.aggregate_kind.as_str());
    let (at, after) = due.parts();
    let inserted = async {
        let insert = bound(store.query(INSERT), &written)?
            .bind(texts.collect::<Vec<Option<&str>>>())
            .bind(seconds.collect::<Vec<f64>>())
            .bind(kinds.collect::<Vec<&str>>())
            .bind(at)
            .bind(after);
        let row = insert.fetch_one(&mut *connection).await?;
        sqlx::FromRow::from_row(&row)
    };
    let (tenants, names): (Vec<String>, Vec<String>) =
        inserted.await.map_err(|error| store.error("schedule events", error))?;
    let Some(keyed) = keyed else { return Ok(Duplicates::new()) };
    let taken: Vec<(String, String)> = tenants.into_iter().zip(names).collect();
    // The transaction around this has its tenant.
    key::duplicates(store, connection, &keyed, &taken, None).await
}

impl Schedule for PgStore {
    async fn next_due(&self) -> Result<Option<Duration>> {
        let row = self.fetch_one(LOOKS, self.query(NEXT)).await?;
        let (millis, hidden): (Option<i64>, Option<String>) =
            sqlx::FromRow::from_row(&row).map_err(|error| self.error(LOOKS, error))?;
        if let Some(table) = hidden {
            return Err(tenants::blind(self, LOOKS, &table));
        }
        Ok(millis.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    async fn take_due(&self, connection: &mut PgConnection, limit: usize) -> Result<Option<Taken>> {
        let failed = |error| self.error("take what is due", error);
        let alone: bool =
            self.query_scalar(LOCK).fetch_one(&mut *connection).await.map_err(failed)?;
        if !alone {
            return Ok(None);
        }
        let ids = free(self, connection, limit).await.map_err(failed)?;
        if ids.is_empty() {
            return Ok(Some(Taken::default()));
        }
        let read = self.query(READ).bind(&ids).fetch_all(&mut *connection).await;
        let rows = read.map_err(failed)?;
        let taken = slip::taken(rows.iter().map(|row| read_row(self, row)))?;
        let ids: Vec<Uuid> = taken.events.iter().map(|new| new.event.envelope.id).collect();
        self.query(MOVE).bind(ids).execute(&mut *connection).await.map_err(failed)?;
        for Scheduled { number, failure, .. } in &taken.unreadable {
            let aside = self.query(SET_ASIDE).bind(number).bind(failure);
            aside.execute(&mut *connection).await.map_err(failed)?;
        }
        Ok(Some(taken))
    }

    async fn hold(&self, id: Uuid, failure: &str) -> Result<()> {
        let hold = self.query(HOLD).bind(id).bind(failure);
        self.execute("hold a scheduled event back", hold).await.map(drop)
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
            " AND ($4::bigint IS NULL OR (s.due_at, s.number) > ($4, $5::bigint)) ORDER BY s.due_at, s.number LIMIT $6"
        );
        let (at, number) = after.unzip();
        let query =
            meant(self.query(statement), filter).bind(at).bind(number).bind(columns::limit(limit));
        let rows = self.fetch_all("read the schedule", query).await?;
        rows.iter().map(|row| read_row(self, row).map(|(scheduled, _)| scheduled)).collect()
    }

    async fn agenda(&self, at_most: usize) -> Result<Agenda> {
        let mut errand = self.errand_of_all(LOOKS).await?;
        let query = self.query_as(AGENDA).bind(columns::limit(at_most));
        let found = query.fetch_one(&mut *errand).await.map_err(|error| self.error(LOOKS, error));
        Ok(slip::agenda(self.end(errand, found).await?, at_most))
    }

    async fn count_scheduled(&self, filter: &ScheduleFilter) -> Result<u64> {
        let query = meant(self.query(concat!("SELECT count(*)", meant!())), filter);
        let row = self.fetch_one("count the schedule", query).await?;
        let count: i64 = row.try_get(0).map_err(|error| self.error("count the schedule", error))?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn cancel(&self, connection: &mut PgConnection, id: Uuid) -> Result<bool> {
        let delete = self.query("DELETE FROM eventbus_scheduled WHERE id = $1").bind(id);
        self.change(connection, "cancel a scheduled event", delete).await
    }

    async fn reschedule(&self, connection: &mut PgConnection, id: Uuid, due: Due) -> Result<bool> {
        let (at, after) = due.parts();
        let update = self.query(RESCHEDULE).bind(id).bind(at).bind(after);
        self.change(connection, "reschedule an event", update).await
    }
}

impl PgStore {
    /// Runs a statement on one event, on a caller's connection; whether it was there.
    async fn change(
        &self,
        connection: &mut PgConnection,
        what: &str,
        query: Query<'_, Postgres, PgArguments>,
    ) -> Result<bool> {
        let mut inside = self.inside(connection, what).await?;
        let done = query.execute(&mut *inside).await.map_err(|error| self.error(what, error));
        Ok(self.leave(inside, what, done).await?.rows_affected() > 0)
    }
}

/// Locks events that are due and may be moved; which ones. Where none of those that it got may, because they are behind one
/// that another has, it looks past their shards.
async fn free(
    store: &PgStore,
    connection: &mut PgConnection,
    limit: usize,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let mut shut: Vec<i16> = Vec::new();
    loop {
        let look = store.query_as(LOOK).bind(columns::limit(limit)).bind(&shut);
        let found: Vec<(Uuid, i16, bool)> = look.fetch_all(&mut *connection).await?;
        let free = found.iter().filter(|(.., waits)| !waits).map(|(id, ..)| *id);
        let free: Vec<Uuid> = free.collect();
        if !free.is_empty() || found.is_empty() {
            return Ok(free);
        }
        shut.extend(found.into_iter().map(|(_, shard, _)| shard));
        shut.sort_unstable();
        shut.dedup();
    }
}

/// Reads a row, as far as it can be read, and the kind of the aggregate.
fn read_row(store: &PgStore, row: &PgRow) -> Result<(Scheduled, String)> {
    let slip = || -> Result<_, sqlx::Error> {
        let failures: i32 = row.try_get(15)?;
        let (due_at, number) = (row.try_get(13)?, row.try_get(17)?);
        Ok(Slip { due_at, number, failures: failures.into(), failure: row.try_get(16)? })
    };
    let slip = slip().map_err(|error| {
        store.error("read a row of eventbus_scheduled", columns::named(row, error))
    })?;
    let columns = || -> Result<_, sqlx::Error> {
        let Columns { event, version, metadata } = page::event(row, 0)?;
        let columns = slip::Columns { event, version: version.into(), metadata };
        Ok((columns, row.try_get::<String, _>(14)?))
    };
    let (columns, kind) = match columns() {
        Ok((columns, kind)) => (Ok(columns), kind),
        Err(error) => (Err(columns::named(row, error)), String::new()),
    };
    let text = |place: usize| row.try_get_unchecked(place).ok();
    let outline = || slip::outline(row.try_get(0).ok(), text);
    Ok((slip.told(columns, outline), kind))
}
