//! Statistics: what was counted, by minute; what is noted; what waits, by type and tenant.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::error::Result;
use crate::stats::{MOST_NOTES, Note, NoteKind};
use crate::store::postgres::page::literally;
use crate::store::postgres::{PgCursor, PgStore, start};
use crate::store::sums::{self, GroupColumns, LinkColumns, NoteColumns, StuckColumns, SumsColumns};
use crate::store::{
    Entries, Figures, LOOK_AHEAD, Link, Noted, Series, Stuck, Sums, Waiting, Waits, columns,
};

/// Two histograms, added bucket by bucket.
macro_rules! merged {
    ($column:literal) => {
        concat!(
            $column,
            " = (SELECT coalesce(json_object_agg(key, total), '{}') FROM (SELECT key, sum(value::bigint) AS total \
             FROM (SELECT key, value FROM json_each_text(kept.",
            $column,
            ") UNION ALL SELECT key, value FROM json_each_text(excluded.",
            $column,
            ")) AS each GROUP BY key) AS sums), ",
            $column,
            "_max = greatest(kept.",
            $column,
            "_max, excluded.",
            $column,
            "_max)"
        )
    };
}

/// What goes is passed over where another process is removing it: nobody waits for anybody here.
const KEEP: &str = concat!(
    "WITH old AS (DELETE FROM eventbus_minute WHERE ctid = ANY (ARRAY( \
         SELECT ctid FROM eventbus_minute WHERE minute < $3 FOR UPDATE SKIP LOCKED))), \
     many AS (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY subscription, kind ORDER BY id DESC) AS place \
         FROM eventbus_note) AS placed WHERE place > $4), \
     gone AS (DELETE FROM eventbus_note WHERE id = ANY (ARRAY( \
         SELECT id FROM eventbus_note WHERE at < $3 * 60000 OR id IN (SELECT id FROM many) FOR UPDATE SKIP LOCKED))), \
     noted AS (INSERT INTO eventbus_note (id, kind, at, subscription, position, event_id, type, tenant, aggregate_id, \
             attempt, took, given_up, error_kind, error) \
         SELECT id, kind, at, subscription, position, event_id, type, tenant, aggregate_id, attempt, took, given_up, \
             error_kind, error \
         FROM json_to_recordset($2::json) AS noted (id uuid, kind text, at bigint, subscription text, position bigint, \
             event_id uuid, type text, tenant text, aggregate_id text, attempt integer, took bigint, given_up boolean, \
             error_kind text, error text) \
         ON CONFLICT (id) DO NOTHING) \
     INSERT INTO eventbus_minute AS kept (minute, subscription, type, tenant, others, handled, retried, dead, latency, \
         latency_max, duration, duration_max) \
     SELECT minute, subscription, type, tenant, others, handled, retried, dead, latency::json, latency_max, \
         duration::json, duration_max \
     FROM json_to_recordset($1::json) AS counted (minute bigint, subscription text, type text, tenant text, \
         others boolean, handled bigint, retried bigint, dead bigint, latency text, latency_max bigint, duration text, \
         duration_max bigint) \
     ON CONFLICT (minute, subscription, type, tenant, others) DO UPDATE SET handled = kept.handled + excluded.handled, \
         retried = kept.retried + excluded.retried, dead = kept.dead + excluded.dead, ",
    merged!("latency"),
    ", ",
    merged!("duration")
);

/// What both halves of the statement ask for: types, shards and tenants, and that an event is not before the place. What is
/// before it was written in an earlier epoch, or is visible where the window begins, or was read inside it.
macro_rules! waits {
    () => {
        "(type = ANY ($1) OR type LIKE ANY ($2)) AND ($3 = 1 OR shard * $3 / 1024 = ANY ($4)) \
         AND ($12::text[] IS NULL OR (coalesce(tenant, '') = ANY ($12)) = $13) \
         AND (epoch > $5 OR (epoch = $5 AND NOT pg_visible_in_snapshot(xid, (SELECT $6::pg_snapshot)) \
             AND NOT (position <= $8 AND pg_visible_in_snapshot(xid, (SELECT $7::pg_snapshot)))))"
    };
}

/// Behind the number $9 everything is looked at; up to it only what transactions wrote that were open where the window
/// begins or ends. The events of each are looked for by themselves, as in [`pending`](super::pending); they are listed by the
/// caller, and not asked for where there are none: a planner that does not know how few they are compiles the statement, which
/// takes longer than the answer. Ids are read of the
/// first of each group alone.
macro_rules! waiting {
    ($late:expr) => {
        concat!(
            "WITH waiting AS MATERIALIZED ((SELECT type, tenant, position FROM eventbus_event \
                 WHERE position > $9 AND position <= $10 AND ",
            waits!(),
            " ORDER BY position LIMIT $11)",
            $late,
            "), groups AS (SELECT type, tenant, count(*) AS events, min(position) AS first, max(position) AS last \
                 FROM waiting GROUP BY type, tenant) \
             SELECT type, tenant, events, last, e.id FROM groups \
             LEFT JOIN LATERAL (SELECT id FROM eventbus_event WHERE position = groups.first LIMIT 1) AS e ON true",
        )
    };
}

const WAITING: &str = waiting!("");

const WAITING_LATE: &str = waiting!(concat!(
    " UNION ALL (SELECT late.type, late.tenant, late.position FROM \
         (SELECT xid::xid8 FROM unnest($14::text[]) AS open (xid)) AS open \
         CROSS JOIN LATERAL (SELECT type, tenant, position FROM eventbus_event \
         WHERE (xid, position) > (open.xid, 0) AND xid <= open.xid AND position <= $9 AND ",
    waits!(),
    " ORDER BY xid, position LIMIT $11) AS late LIMIT $11)"
));

/// What is in trouble, of at most so many delivery rows, and what is dead. The event of a row is asked for by its number:
/// a planner that expects many would read the whole log.
const STUCK: &str = "\
    WITH rows AS MATERIALIZED (SELECT subscription, position, state, event_id FROM eventbus_delivery \
        WHERE ($1::text IS NULL OR subscription = $1) AND state <> 'dead' LIMIT $3), \
    open AS MATERIALIZED (SELECT d.subscription, e.type, e.tenant, d.state, d.event_id FROM rows AS d CROSS JOIN LATERAL \
        (SELECT type, tenant FROM eventbus_event WHERE position = d.position LIMIT 1) AS e WHERE $2::text IS NULL OR e.tenant = $2), \
    lost AS MATERIALIZED (SELECT subscription, type, tenant FROM eventbus_dead_letter WHERE source = 'event' \
        AND ($1::text IS NULL OR subscription = $1) AND ($2::text IS NULL OR tenant = $2) LIMIT $3), \
    counted AS (SELECT subscription, type, tenant, count(*) FILTER (WHERE state = 'retrying') AS retrying, \
            count(*) FILTER (WHERE state = 'parked') AS parked, 0 AS dead, \
            min(event_id::text) FILTER (WHERE substr(event_id::text, 15, 1) = '7') AS oldest FROM open GROUP BY 1, 2, 3 \
        UNION ALL SELECT subscription, type, tenant, 0, 0, count(*), NULL FROM lost GROUP BY 1, 2, 3) \
    SELECT subscription, type, tenant, sum(retrying)::bigint, sum(parked)::bigint, sum(dead)::bigint, min(oldest), \
        (SELECT count(*) FROM rows) FROM counted GROUP BY 1, 2, 3";

/// The notes of a kind, in an order.
macro_rules! notes {
    ($order:literal) => {
        concat!(
            "SELECT id, at, subscription, position, event_id, type, tenant, aggregate_id, attempt::bigint, took, given_up, \
             error_kind, error FROM eventbus_note WHERE kind = $1 AND at >= $2 \
             AND ($3::text IS NULL OR subscription = $3) AND ($4::text IS NULL OR tenant = $4) ORDER BY ",
            $order,
            " LIMIT $5"
        )
    };
}

const LINK: &str = "SELECT position, id, type, tenant, aggregate_id, causation_id FROM eventbus_event \
    WHERE position = $1";

const LINKS: &str = "SELECT position, id, type, tenant, aggregate_id, causation_id FROM eventbus_event \
    WHERE correlation_id = $1 ORDER BY correlation_id, position LIMIT $2";

impl Figures for PgStore {
    async fn keep(&self, entries: &Entries, oldest: i64) -> Result<()> {
        let query = self
            .query(KEEP)
            .bind(sums::sums(entries))
            .bind(sums::notes(entries))
            .bind(oldest)
            .bind(columns::limit(MOST_NOTES));
        self.execute("keep statistics", query).await.map(|_| ())
    }

    async fn sums(&self, since: i64, subscription: Option<&str>) -> Result<BTreeMap<Series, Sums>> {
        let what = "read statistics";
        let mut errand = self.errand(what).await?;
        let rows: Result<Vec<SumsColumns>, _> = self
            .query_as(
                "SELECT subscription, type, tenant, others, handled, retried, dead, latency::text, latency_max, \
                 duration::text, duration_max FROM eventbus_minute \
                 WHERE minute >= $1 AND ($2::text IS NULL OR subscription = $2)",
            )
            .bind(since)
            .bind(subscription)
            .fetch_all(&mut *errand)
            .await;
        let rows = rows.map_err(|error| self.error(what, error));
        sums::added(self.end(errand, rows).await?)
    }

    async fn notes(&self, wanted: &Noted<'_>) -> Result<Vec<Note>> {
        let what = "read the notes on events";
        let mut errand = self.errand(what).await?;
        let text = match wanted.kind {
            NoteKind::Slow => notes!("took DESC, id DESC"),
            NoteKind::Failed => notes!("id DESC"),
        };
        let rows: Result<Vec<NoteColumns<Uuid>>, _> = self
            .query_as(text)
            .bind(wanted.kind.as_str())
            .bind(wanted.since)
            .bind(wanted.subscription)
            .bind(wanted.tenant)
            .bind(columns::limit(wanted.limit))
            .fetch_all(&mut *errand)
            .await;
        let rows = rows.map_err(|error| self.error(what, error));
        let rows = self.end(errand, rows).await?;
        Ok(rows.into_iter().map(|row| sums::read_note(wanted.kind, row)).collect())
    }

    async fn subscriptions(&self) -> Result<Vec<String>> {
        let what = "list the subscriptions";
        let mut errand = self.errand(what).await?;
        let names = self
            .query_scalar("SELECT name FROM eventbus_subscription ORDER BY name COLLATE \"C\"")
            .fetch_all(&mut *errand)
            .await
            .map_err(|error| self.error(what, error));
        self.end(errand, names).await
    }

    async fn stuck(
        &self,
        subscription: Option<&str>,
        tenant: Option<&str>,
        at_most: usize,
    ) -> Result<Stuck> {
        let what = "count what is in trouble";
        let mut errand = self.errand(what).await?;
        let rows: Result<Vec<StuckColumns>, _> = self
            .query_as(STUCK)
            .bind(subscription)
            .bind(tenant)
            .bind(columns::limit(at_most))
            .fetch_all(&mut *errand)
            .await;
        let rows = rows.map_err(|error| self.error(what, error));
        Ok(sums::stuck(self.end(errand, rows).await?, at_most))
    }

    async fn correlated(&self, id: Uuid, limit: usize) -> Result<Vec<Link>> {
        let what = "read a correlation";
        let mut errand = self.errand(what).await?;
        let read = async {
            let cause = match start::find(self, &mut errand, id).await? {
                Some((position, _)) => {
                    self.query_as(LINK).bind(position).fetch_optional(&mut *errand).await?
                }
                None => None,
            };
            let query = self.query_as(LINKS).bind(id).bind(columns::limit(limit));
            let links: Vec<LinkColumns> = query.fetch_all(&mut *errand).await?;
            Ok::<_, sqlx::Error>((cause, links))
        };
        let read = read.await.map_err(|error| self.error(what, error));
        let (cause, links) = self.end(errand, read).await?;
        Ok(sums::links(cause, links, limit))
    }
}

pub(super) async fn waiting(
    store: &PgStore,
    cursor: &PgCursor,
    waits: Waits<'_>,
) -> Result<Waiting> {
    let what = "count what waits in the log";
    let (names, families) = columns::wanted(waits.types);
    let families: Vec<String> =
        families.iter().map(|prefix| format!("{}%", literally(prefix))).collect();
    let of = if waits.shards.is_all() { 1 } else { i32::from(waits.shards.of()) };
    let numbers: Vec<i32> = waits.shards.numbers().map(i32::from).collect();
    let (tenants, only) = waits.tenants.listed();
    let first = cursor.unread();
    let bound = first.saturating_add(LOOK_AHEAD);
    let open = cursor.open();
    let mut errand = store.errand(what).await?;
    let query = store
        .query_as(if open.is_empty() { WAITING } else { WAITING_LATE })
        .bind(names)
        .bind(families)
        .bind(of)
        .bind(numbers)
        .bind(cursor.epoch)
        .bind(&*cursor.from.snapshot)
        .bind(&*cursor.to.snapshot)
        .bind(cursor.position)
        .bind(first)
        .bind(bound)
        .bind(columns::limit(waits.at_most))
        .bind(tenants)
        .bind(only);
    let query = if open.is_empty() { query } else { query.bind(open) };
    let read = async {
        let rows: Vec<GroupColumns> = query.fetch_all(&mut *errand).await?;
        let newest = "SELECT coalesce(max(position), 0) FROM eventbus_event";
        let newest: i64 = store.query_scalar(newest).fetch_one(&mut *errand).await?;
        Ok::<_, sqlx::Error>((rows, newest))
    };
    let read = read.await.map_err(|error| store.error(what, error));
    let (rows, newest) = store.end(errand, read).await?;
    Ok(sums::waiting(rows, waits.at_most, first, bound.min(newest), newest))
}
