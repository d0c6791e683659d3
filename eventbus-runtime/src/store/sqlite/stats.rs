//! Statistics: what was counted, by minute; what is noted; what waits, by type and tenant.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::error::Result;
use crate::stats::{MOST_NOTES, Note, NoteKind};
use crate::store::sqlite::page::{list, optional_uuid, uuid};
use crate::store::sqlite::{SqliteCursor, SqliteStore, start};
use crate::store::sums::{self, GroupColumns, LinkColumns, NoteColumns, StuckColumns, SumsColumns};
use crate::store::{
    Entries, Figures, Link, Listed, Noted, Series, Store, Stuck, Sums, Waiting, Waits, columns,
    looked_through,
};

/// Two histograms, added bucket by bucket.
macro_rules! merged {
    ($column:literal) => {
        concat!(
            $column,
            " = (SELECT json_group_object(key, total) FROM (SELECT key, sum(value) AS total \
             FROM (SELECT key, value FROM json_each(kept.",
            $column,
            ") UNION ALL SELECT key, value FROM json_each(excluded.",
            $column,
            ")) GROUP BY key)), ",
            $column,
            "_max = max(kept.",
            $column,
            "_max, excluded.",
            $column,
            "_max)"
        )
    };
}

/// `WHERE true`, because the parser would take `ON` for the condition of a join.
const ADD: &str = concat!(
    "INSERT INTO eventbus_minute AS kept (minute, subscription, type, tenant, others, handled, retried, dead, latency, \
         latency_max, duration, duration_max) \
     SELECT value ->> 'minute', value ->> 'subscription', value ->> 'type', value ->> 'tenant', value ->> 'others', \
         value ->> 'handled', value ->> 'retried', value ->> 'dead', value ->> 'latency', value ->> 'latency_max', \
         value ->> 'duration', value ->> 'duration_max' FROM json_each(?1) WHERE true \
     ON CONFLICT (minute, subscription, type, tenant, others) DO UPDATE SET handled = handled + excluded.handled, \
         retried = retried + excluded.retried, dead = dead + excluded.dead, ",
    merged!("latency"),
    ", ",
    merged!("duration")
);

const NOTE: &str = "\
    INSERT INTO eventbus_note (id, kind, at, subscription, position, event_id, type, tenant, aggregate_id, attempt, took, \
        given_up, error_kind, error) \
    SELECT value ->> 'id', value ->> 'kind', value ->> 'at', value ->> 'subscription', value ->> 'position', \
        value ->> 'event_id', value ->> 'type', value ->> 'tenant', value ->> 'aggregate_id', value ->> 'attempt', \
        value ->> 'took', value ->> 'given_up', value ->> 'error_kind', value ->> 'error' FROM json_each(?1) WHERE true \
    ON CONFLICT (id) DO NOTHING";

const FORGET_NOTES: &str = "\
    DELETE FROM eventbus_note WHERE at < ?1 * 60000 OR id IN (SELECT id FROM ( \
        SELECT id, row_number() OVER (PARTITION BY subscription, kind ORDER BY id DESC) AS place FROM eventbus_note) \
        WHERE place > ?2)";

/// The notes of a kind, in an order.
macro_rules! notes {
    ($order:literal) => {
        concat!(
            "SELECT id, at, subscription, position, event_id, type, tenant, aggregate_id, attempt, took, given_up, \
             error_kind, error FROM eventbus_note WHERE kind = ?1 AND at >= ?2 \
             AND (?3 IS NULL OR subscription = ?3) AND (?4 IS NULL OR tenant = ?4) ORDER BY ",
            $order,
            " LIMIT ?5"
        )
    };
}

/// What waits between two numbers, which are all that bounds what is read. Ids are read of the first of each group alone.
macro_rules! waiting {
    ($types:literal) => {
        concat!(
            "WITH groups AS MATERIALIZED (SELECT type, tenant, count(*) AS events, min(position) AS first \
                 FROM eventbus_event AS e WHERE position > ?1 AND position <= ?2 AND ",
            $types,
            " AND (?4 = 1 OR shard * ?4 / 1024 IN (SELECT value FROM json_each(?5))) \
                 AND (?6 IS NULL OR priority = ?6) AND (?7 IS NULL OR coalesce(tenant, '') = ?7) \
                 AND priority NOT IN (SELECT value FROM json_each(?8)) \
                 AND priority || coalesce(tenant, '') NOT IN (SELECT value FROM json_each(?9)) \
                 GROUP BY type, tenant) \
             SELECT g.type, g.tenant, events, f.id, m.moved_at FROM groups AS g \
             LEFT JOIN eventbus_event AS f ON f.position = g.first LEFT JOIN eventbus_moved AS m ON m.id = f.id"
        )
    };
}

pub(super) const WAITING: &str = waiting!("type IN (SELECT value FROM json_each(?3))");

/// The same with families, which are compared row by row.
pub(super) const WAITING_OF_FAMILIES: &str = waiting!(
    "(type IN (SELECT value FROM json_each(?3)) \
      OR EXISTS (SELECT 1 FROM json_each(?10) WHERE substr(e.type, 1, length(value)) = value))"
);

/// What is in trouble and what is dead, of at most so many delivery rows and letters.
const STUCK: &str = "\
    WITH rows AS MATERIALIZED (SELECT subscription, position, state, event_id FROM eventbus_delivery \
        WHERE (?1 IS NULL OR subscription = ?1) AND state <> 'dead' LIMIT ?3), \
    open AS MATERIALIZED (SELECT d.subscription, e.type, e.tenant, d.state, coalesce((SELECT printf( \
            '%08x-%04x-7000-8000-000000000000', moved_at >> 16, moved_at & 65535) FROM eventbus_moved WHERE id = d.event_id), \
            d.event_id) AS id FROM rows AS d \
        CROSS JOIN eventbus_event AS e ON e.position = d.position WHERE ?2 IS NULL OR e.tenant = ?2), \
    letters AS MATERIALIZED (SELECT source, subscription, type, tenant FROM eventbus_dead_letter \
        WHERE ?1 IS NULL OR subscription = ?1 LIMIT ?3), \
    lost AS (SELECT subscription, type, tenant FROM letters WHERE source = 'event' AND (?2 IS NULL OR tenant = ?2)), \
    counted AS (SELECT subscription, type, tenant, count(*) FILTER (WHERE state = 'retrying') AS retrying, \
            count(*) FILTER (WHERE state = 'parked') AS parked, 0 AS dead, \
            min(id) FILTER (WHERE substr(id, 15, 1) = '7') AS oldest FROM open GROUP BY 1, 2, 3 \
        UNION ALL SELECT subscription, type, tenant, 0, 0, count(*), NULL FROM lost GROUP BY 1, 2, 3) \
    SELECT subscription, type, tenant, sum(retrying), sum(parked), sum(dead), min(oldest), (SELECT count(*) FROM rows), \
        (SELECT count(*) FROM letters) FROM counted GROUP BY 1, 2, 3";

const LINK: &str = "SELECT position, id, type, tenant, aggregate_id, causation_id FROM eventbus_event \
    WHERE position = ?1";

const LINKS: &str = "SELECT position, id, type, tenant, aggregate_id, causation_id FROM eventbus_event \
    WHERE correlation_id = ?1 ORDER BY position LIMIT ?2";

/// What was counted of a type and tenant, as [`GroupColumns`] with the id as text.
type GroupText = (String, Option<String>, i64, Option<String>, Option<i64>);

/// A row of one of these.
type Columns = (i64, String, String, Option<String>, Option<String>, Option<String>);

impl Figures for SqliteStore {
    async fn keep(&self, entries: &Entries, oldest: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        let kept = async {
            sqlx::query("DELETE FROM eventbus_minute WHERE minute < ?1")
                .bind(oldest)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(ADD).bind(sums::sums(entries)).execute(&mut *transaction).await?;
            sqlx::query(NOTE).bind(sums::notes(entries)).execute(&mut *transaction).await?;
            sqlx::query(FORGET_NOTES)
                .bind(oldest)
                .bind(columns::limit(MOST_NOTES))
                .execute(&mut *transaction)
                .await
        };
        match kept.await {
            Ok(_) => self.commit(transaction).await,
            Err(error) => {
                self.rollback(transaction).await.ok();
                Err(self.error("keep statistics", error))
            }
        }
    }

    async fn sums(&self, since: i64, subscription: Option<&str>) -> Result<BTreeMap<Series, Sums>> {
        // A row costs more than what is in it: each comes over a channel from the thread that reads.
        let rows: Vec<SumsColumns> = sqlx::query_as(
            "SELECT subscription, type, tenant, others, sum(handled), sum(retried), sum(dead), group_concat(latency, ''), \
             max(latency_max), group_concat(duration, ''), max(duration_max) FROM eventbus_minute \
             WHERE minute >= ?1 AND (?2 IS NULL OR subscription = ?2) GROUP BY subscription, type, tenant, others",
        )
        .bind(since)
        .bind(subscription)
        .fetch_all(&self.pool)
        .await
        .map_err(|error| self.error("read statistics", error))?;
        sums::added(rows)
    }

    async fn notes(&self, wanted: &Noted<'_>) -> Result<Vec<Note>> {
        let failed = |error| self.error("read the notes on events", error);
        let text = match wanted.kind {
            NoteKind::Slow => notes!("took DESC, id DESC"),
            NoteKind::Failed => notes!("id DESC"),
        };
        let rows: Vec<NoteColumns<String>> = sqlx::query_as(text)
            .bind(wanted.kind.as_str())
            .bind(wanted.since)
            .bind(wanted.subscription)
            .bind(wanted.tenant)
            .bind(columns::limit(wanted.limit))
            .fetch_all(&self.pool)
            .await
            .map_err(failed)?;
        let read = |row: NoteColumns<String>| {
            let (id, at, subscription, position, event_id, a, b, c, d, e, f, g, h) = row;
            let (id, event_id) = (uuid(id, "id")?, uuid(event_id, "event_id")?);
            let row = (id, at, subscription, position, event_id, a, b, c, d, e, f, g, h);
            Ok(sums::read_note(wanted.kind, row))
        };
        rows.into_iter().map(read).collect::<Result<_, _>>().map_err(failed)
    }

    async fn subscriptions(&self) -> Result<Vec<String>> {
        sqlx::query_scalar("SELECT name FROM eventbus_subscription ORDER BY name")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.error("list the subscriptions", error))
    }

    async fn stuck(
        &self,
        subscription: Option<&str>,
        tenant: Option<&str>,
        at_most: usize,
    ) -> Result<Stuck> {
        let rows: Vec<StuckColumns> = sqlx::query_as(STUCK)
            .bind(subscription)
            .bind(tenant)
            .bind(columns::limit(at_most))
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.error("count what is in trouble", error))?;
        Ok(sums::stuck(rows, at_most))
    }

    async fn correlated(&self, id: Uuid, limit: usize) -> Result<Vec<Link>> {
        let failed = |error| self.error("read a correlation", error);
        let cause: Option<Columns> = match start::find_by_time(self, id).await.map_err(failed)? {
            Some(position) => {
                let query = sqlx::query_as(LINK).bind(position);
                query.fetch_optional(&self.pool).await.map_err(failed)?
            }
            None => None,
        };
        let query = sqlx::query_as(LINKS).bind(id.to_string()).bind(columns::limit(limit));
        let links: Vec<Columns> = query.fetch_all(&self.pool).await.map_err(failed)?;
        let read = |(position, id, event_type, tenant, aggregate, cause): Columns| {
            let (id, cause) = (uuid(id, "id")?, optional_uuid(cause, "causation_id")?);
            Ok((position, id, event_type, tenant, aggregate, cause))
        };
        let cause = cause.map(read).transpose().map_err(failed)?;
        let links: Result<Vec<LinkColumns>, _> = links.into_iter().map(read).collect();
        Ok(sums::links(cause, links.map_err(failed)?, limit))
    }
}

pub(super) async fn waiting(
    store: &SqliteStore,
    cursor: SqliteCursor,
    waits: Waits<'_>,
) -> Result<Waiting> {
    let failed = |error| store.error("count what waits in the log", error);
    let (names, families) = columns::wanted(waits.types);
    let of = if waits.shards.is_all() { 1 } else { waits.shards.of() };
    let numbers: Vec<u16> = waits.shards.numbers().collect();
    let ends: (Option<i64>, Option<i64>) =
        sqlx::query_as(start::ENDS).fetch_one(&store.pool).await.map_err(failed)?;
    let (oldest, newest) = (ends.0.unwrap_or(0), ends.1.unwrap_or(0));
    // What was dropped is not there to be looked for.
    let first = cursor.position.max(oldest - 1);
    let ranges = looked_through(first, newest, waits.at_most);
    let Listed { priority, tenant, priorities, pairs } = waits.tracks.listed().unwrap_or_default();
    let (priorities, pairs) = (list(&priorities), list(&pairs));
    let mut rows: Vec<GroupColumns> = Vec::new();
    for (after, upto) in &ranges {
        let text = if families.is_empty() { WAITING } else { WAITING_OF_FAMILIES };
        let query = sqlx::query_as(text).bind(after).bind(upto).bind(list(&names)).bind(of);
        let query = query.bind(list(&numbers)).bind(priority).bind(&tenant);
        let query = query.bind(&priorities).bind(&pairs);
        let query = if families.is_empty() { query } else { query.bind(list(&families)) };
        let found: Vec<GroupText> = query.fetch_all(&store.pool).await.map_err(failed)?;
        for (event_type, tenant, events, id, moved_at) in found {
            let id = optional_uuid(id, "id").map_err(failed)?;
            rows.push((event_type, tenant, events, id, moved_at));
        }
    }
    Ok(sums::waiting(rows, &ranges, newest - first))
}
