//! Statistics: what was counted, by minute; what is noted; what waits, by type and tenant.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::error::Result;
use crate::stats::{MOST_NOTES, Note, NoteKind};
use crate::store::postgres::page::literally;
use crate::store::postgres::{PgCursor, PgStore, start};
use crate::store::sums::{self, GroupColumns, LinkColumns, NoteColumns, StuckColumns, SumsColumns};
use crate::store::{
    Entries, Figures, Link, Listed, Noted, Series, Stuck, Sums, Waiting, Waits, columns,
    looked_through,
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

/// What is asked for: types, shards and tracks, and that an event is not before the place. What is before it was written in
/// an earlier epoch, or is visible where the window begins, or was read inside it; whoever has the id $10 or a higher one is in
/// neither snapshot, which costs less to find out.
macro_rules! waits {
    () => {
        "(type = ANY ($1) OR type LIKE ANY ($2)) AND ($3 = 1 OR shard * $3 / 1024 = ANY ($4)) \
         AND ($9::smallint IS NULL OR priority = $9) AND ($13::text IS NULL OR coalesce(tenant, '') = $13) \
         AND priority <> ALL ($14::smallint[]) \
         AND ($15::text[] = '{}' OR priority || coalesce(tenant, '') <> ALL ($15)) \
         AND (epoch > $5 OR (epoch = $5 AND (xid >= (SELECT $10::text::xid8) \
             OR NOT pg_visible_in_snapshot(xid, (SELECT $6::pg_snapshot)) \
                 AND NOT (position <= $8 AND pg_visible_in_snapshot(xid, (SELECT $7::pg_snapshot))))))"
    };
}

/// The groups of events, with what tells how old the first of each is: ids are read of that alone.
macro_rules! groups {
    ($from:expr) => {
        concat!(
            "groups AS (SELECT type, tenant, count(*) AS events, min(position) AS first FROM ",
            $from,
            " GROUP BY type, tenant) SELECT type, tenant, events, e.id, m.moved_at FROM groups \
             LEFT JOIN LATERAL (SELECT id FROM eventbus_event WHERE position = groups.first LIMIT 1) AS e ON true \
             LEFT JOIN LATERAL (SELECT moved_at FROM eventbus_moved WHERE id = e.id LIMIT 1) AS m ON true"
        )
    };
}

/// What waits between two numbers. The range is all that bounds what is read: rows are added up as they are scanned, without
/// being sorted or kept.
pub(super) const WAITING: &str = concat!(
    "WITH ",
    groups!(concat!("eventbus_event WHERE position > $11 AND position <= $12 AND ", waits!()))
);

/// What waits up to a number of what transactions wrote that were open where the window begins or ends, of the first $12 of
/// their events. Those of each are looked for by themselves, as in [`pending`](super::pending).
pub(super) const WAITING_LATE: &str = concat!(
    "WITH late AS MATERIALIZED (SELECT l.* FROM (SELECT xid::xid8 FROM unnest($16::text[]) AS open (xid)) AS open \
         CROSS JOIN LATERAL (SELECT xid, epoch, shard, type, tenant, priority, position FROM eventbus_event \
         WHERE (xid, position) > (open.xid, 0) AND (xid, position) <= (open.xid, $11) AND position <= $11 \
         ORDER BY xid, position LIMIT $12) AS l LIMIT $12), ",
    groups!(concat!("late WHERE ", waits!()))
);

/// What is in trouble and what is dead, of at most so many delivery rows and letters. The event of a row is asked for by its number:
/// a planner that expects many would read the whole log.
const STUCK: &str = "\
    WITH rows AS MATERIALIZED (SELECT subscription, position, state, event_id FROM eventbus_delivery \
        WHERE ($1::text IS NULL OR subscription = $1) AND state <> 'dead' LIMIT $3), \
    open AS MATERIALIZED (SELECT d.subscription, e.type, e.tenant, d.state, coalesce(m.id, d.event_id::text) AS id \
        FROM rows AS d CROSS JOIN LATERAL \
            (SELECT type, tenant FROM eventbus_event WHERE position = d.position LIMIT 1) AS e \
        LEFT JOIN LATERAL (SELECT substr(h.hex, 1, 8) || '-' || substr(h.hex, 9) || '-7000-8000-000000000000' AS id \
            FROM eventbus_moved AS m, LATERAL (SELECT lpad(to_hex(m.moved_at), 12, '0')) AS h (hex) \
            WHERE m.id = d.event_id LIMIT 1) AS m ON true \
        WHERE $2::text IS NULL OR e.tenant = $2), \
    letters AS MATERIALIZED (SELECT source, subscription, type, tenant FROM eventbus_dead_letter \
        WHERE $1::text IS NULL OR subscription = $1 LIMIT $3), \
    lost AS (SELECT subscription, type, tenant FROM letters \
        WHERE source = 'event' AND ($2::text IS NULL OR tenant = $2)), \
    counted AS (SELECT subscription, type, tenant, count(*) FILTER (WHERE state = 'retrying') AS retrying, \
            count(*) FILTER (WHERE state = 'parked') AS parked, 0 AS dead, \
            min(id) FILTER (WHERE substr(id, 15, 1) = '7') AS oldest FROM open GROUP BY 1, 2, 3 \
        UNION ALL SELECT subscription, type, tenant, 0, 0, count(*), NULL FROM lost GROUP BY 1, 2, 3) \
    SELECT subscription, type, tenant, sum(retrying)::bigint, sum(parked)::bigint, sum(dead)::bigint, min(oldest), \
        (SELECT count(*) FROM rows), (SELECT count(*) FROM letters) FROM counted GROUP BY 1, 2, 3";

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
        let mut errand = self.errand_of_all(what).await?;
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
        let mut errand = self.errand_of_all(what).await?;
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
        let mut errand = self.errand_of_all(what).await?;
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
        let mut errand = self.errand_of_all(what).await?;
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
            let cause = match start::find_by_time(self, &mut errand, id).await? {
                Some(position) => {
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
    let Listed { priority, tenant, priorities, pairs } = waits.tracks.listed().unwrap_or_default();
    let open = cursor.open();
    let next = cursor.from.next().max(cursor.to.next()).to_string();
    let count = |text: &'static str, from: i64, to: i64| {
        store
            .query_as::<GroupColumns>(text)
            .bind(names.clone())
            .bind(families.clone())
            .bind(of)
            .bind(numbers.clone())
            .bind(cursor.epoch)
            .bind(cursor.from.snapshot.to_string())
            .bind(cursor.to.snapshot.to_string())
            .bind(cursor.position)
            .bind(priority)
            .bind(next.clone())
            .bind(from)
            .bind(to)
            .bind(tenant.clone())
            .bind(priorities.clone())
            .bind(pairs.clone())
    };
    let mut errand = store.errand_of_all(what).await?;
    let read = async {
        let ends = "SELECT min(position), max(position) FROM eventbus_event";
        let ends: (Option<i64>, Option<i64>) = store.query_as(ends).fetch_one(&mut *errand).await?;
        let (oldest, newest) = (ends.0.unwrap_or(0), ends.1.unwrap_or(0));
        let unread = cursor.unread();
        let mut rows = Vec::new();
        if !open.is_empty() {
            let late = count(WAITING_LATE, unread, columns::limit(waits.at_most)).bind(open);
            rows = late.fetch_all(&mut *errand).await?;
        }
        // What was dropped is not there to be looked for.
        let first = unread.max(oldest - 1);
        let ranges = looked_through(first, newest, waits.at_most);
        for (after, upto) in &ranges {
            rows.extend(count(WAITING, *after, *upto).fetch_all(&mut *errand).await?);
        }
        Ok::<_, sqlx::Error>(sums::waiting(rows, &ranges, newest - first))
    };
    let read = read.await.map_err(|error| store.error(what, error));
    store.end(errand, read).await
}
