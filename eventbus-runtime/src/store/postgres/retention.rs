//! What leaves the log, in batches.

use std::time::{Duration, SystemTime};

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::clock;
use crate::error::Result;
use crate::store::postgres::epoch::{self, Now};
use crate::store::postgres::hold;
use crate::store::postgres::page::stored;
use crate::store::postgres::patience::{self, Patience};
use crate::store::postgres::replica::now;
use crate::store::postgres::subscription::numbers;
use crate::store::postgres::{PgStore, partition, snapshot, start, tenants};
use crate::store::{Dropped, Hold, Ledger, Old, Retention, Settled, columns, let_go};

/// How long it waits for transactions that are open; most are open for milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it looks whether they have ended. Nothing tells of that.
const LOOK: Duration = Duration::from_millis(10);

impl Retention for PgStore {
    async fn settle(&self) -> Result<Settled> {
        let mut errand = self.errand_of_all(SETTLE).await?;
        let settled = settle(self, &mut errand).await.map_err(|error| self.error(SETTLE, error));
        self.end(errand, settled).await
    }

    async fn holds(&self) -> Result<Vec<Hold>> {
        let what = "look what holds old events";
        let mut errand = self.errand_of_all(what).await?;
        let holds = hold::holds(self, &mut errand).await.map_err(|error| self.error(what, error));
        self.end(errand, holds).await
    }

    async fn first_since(&self, time: SystemTime) -> Result<Option<i64>> {
        let what = "find the first event of a time";
        let mut errand = self.errand_of_all(what).await?;
        let first = start::first_of(self, &mut errand, time).await;
        let first = first.map_err(|error| self.error(what, error));
        Ok(self.end(errand, first).await?.map(|(position, _)| position))
    }

    async fn settled(&self, after: i64, upto: i64, limit: usize) -> Result<Vec<Old>> {
        let query = self
            .query(concat!(
                "SELECT ",
                columns::event_columns!(),
                ", (SELECT moved_at FROM eventbus_moved AS m WHERE m.id = e.id) \
                 FROM eventbus_event AS e WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3"
            ))
            .bind(after)
            .bind(upto)
            .bind(columns::limit(limit));
        let what = "read old events";
        let rows = self.fetch_all(what, query).await?;
        let old = |row: &PgRow| {
            let moved_at = row.try_get(MOVED_AT).map_err(|error| self.error(what, error))?;
            Ok(Old { stored: stored(self, row)?, moved_at })
        };
        rows.iter().map(old).collect()
    }

    async fn count(&self, upto: i64) -> Result<u64> {
        let what = "count old events";
        let query =
            self.query("SELECT count(*) FROM eventbus_event WHERE position <= $1").bind(upto);
        let row = self.fetch_one(what, query).await?;
        let count: (i64,) =
            sqlx::FromRow::from_row(&row).map_err(|error| self.error(what, error))?;
        Ok(count.0.unsigned_abs())
    }

    async fn drop_events(&self, upto: i64, limit: usize) -> Result<Dropped> {
        let mut patience = Patience::new(DROP);
        loop {
            match batch(self, upto, limit).await {
                Ok(dropped) => return Ok(dropped),
                Err(error) => patience.again(self, error).await?,
            }
        }
    }

    async fn whole(&self, upto: i64) -> Result<i64> {
        partition::whole(self, upto).await
    }

    async fn drop_partition(&self, upto: i64) -> Result<Option<u64>> {
        partition::drop_one(self, upto).await
    }

    async fn remove_unseen(&self, subscription: &str, unseen: Duration) -> Result<bool> {
        // Where somebody renews the row meanwhile, the condition is asked of what that wrote.
        let query = self
            .query(concat!(
                "DELETE FROM eventbus_subscription WHERE name = $1 AND ",
                now!(),
                " - seen_at > $2"
            ))
            .bind(subscription)
            .bind(millis(unseen));
        let what = format!("remove subscription `{subscription}`");
        Ok(self.execute(&what, query).await?.rows_affected() > 0)
    }

    async fn note_hold(&self, held_by: Option<&str>) -> Result<()> {
        let query = self
            .query(
                "UPDATE eventbus_retention SET held_by = $1, held_since = CASE WHEN $1::text IS NULL THEN NULL \
                 WHEN held_by = $1 THEN held_since ELSE $2 END WHERE held_by IS DISTINCT FROM $1",
            )
            .bind(held_by)
            .bind(clock::now());
        self.execute("note what holds old events", query).await.map(drop)
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

/// The place of this column behind those of an event.
const MOVED_AT: usize = 15;

const SETTLE: &str = "find out how far the log is settled";
const DROP: &str = "drop old events";

/// A mark is a number, and then the next transaction id: whoever has a number up to it has a lower id. When all
/// transactions below that id have ended, nothing up to the number is still to come. Where one stays open for long, what
/// counts is the mark of an earlier run.
async fn settle(store: &PgStore, connection: &mut PgConnection) -> Result<Settled, sqlx::Error> {
    let Now { epoch, last } = epoch::now(store, connection).await?;
    let (bound, _) = snapshot::take(store, connection, last).await?;
    let next = bound.next().to_string();
    let ends = Instant::now() + PATIENCE;
    while !has_ended(store, connection, &next).await? {
        if Instant::now() >= ends {
            let former = former_mark(store, connection, epoch).await?;
            return Ok(Settled { upto: former.unwrap_or(0), waits: true });
        }
        sleep(LOOK).await;
    }
    store
        .query("UPDATE eventbus_retention SET mark_epoch = $1, mark_next = $2::text::xid8, mark_number = $3")
        .bind(epoch)
        .bind(next)
        .bind(last)
        .execute(connection)
        .await?;
    Ok(Settled { upto: last, waits: false })
}

/// Whether every transaction below an id has ended. The oldest one that is open is older than any that only reads.
async fn has_ended(
    store: &PgStore,
    connection: &mut PgConnection,
    next: &str,
) -> Result<bool, sqlx::Error> {
    store
        .query_scalar("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8")
        .bind(next.to_owned())
        .fetch_one(connection)
        .await
}

/// What an earlier run found settled, or would find so now. All transactions of an earlier epoch have ended.
async fn former_mark(
    store: &PgStore,
    connection: &mut PgConnection,
    epoch: i32,
) -> Result<Option<i64>, sqlx::Error> {
    store
        .query_scalar(
            "SELECT mark_number FROM eventbus_retention WHERE mark_epoch < $1 \
             OR mark_epoch = $1 AND pg_snapshot_xmin(pg_current_snapshot()) >= mark_next",
        )
        .bind(epoch)
        .fetch_optional(connection)
        .await
}

/// One batch, in a transaction of its own.
async fn batch(store: &PgStore, upto: i64, limit: usize) -> Result<Dropped, sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let dropped = alone(store, &mut transaction, upto, limit).await;
    patience::end(store, transaction, dropped).await
}

async fn alone(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
    limit: usize,
) -> Result<Dropped, sqlx::Error> {
    let upto = free(store, connection, upto).await?;
    delete(store, connection, upto, limit).await
}

/// Up to which number events may go as long as this transaction is open.
///
/// The lock on the table of subscriptions keeps others from making one known, from moving one back and from making a letter
/// a delivery: each of these locks a row of it. It neither touches cursors that move on nor anything that emitters do.
pub(super) async fn free(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
) -> Result<i64, sqlx::Error> {
    store
        .query("LOCK TABLE eventbus_subscription IN EXCLUSIVE MODE")
        .execute(&mut *connection)
        .await?;
    // Whoever is shown no events drops none, and would note that they are gone.
    tenants::sees_all(store, connection, DROP).await.map_err(patience::failed)?;
    Ok(let_go(upto, &hold::holds(store, connection).await?))
}

async fn delete(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
    limit: usize,
) -> Result<Dropped, sqlx::Error> {
    // The last number of the batch; a range of the primary key is deleted without a list.
    let last: Option<i64> = store
        .query_scalar(
            "SELECT position FROM eventbus_event WHERE position <= $1 ORDER BY position OFFSET $2 LIMIT 1",
        )
        .bind(upto)
        .bind(columns::limit(limit).saturating_sub(1).max(0))
        .fetch_optional(&mut *connection)
        .await?;
    let behind = last.unwrap_or(upto);
    store
        .query(
            "DELETE FROM eventbus_moved AS m USING eventbus_event AS e WHERE m.id = e.id AND e.position <= $1",
        )
        .bind(behind)
        .execute(&mut *connection)
        .await?;
    let deleted = store
        .query("DELETE FROM eventbus_event WHERE position <= $1")
        .bind(behind)
        .execute(&mut *connection)
        .await?;
    note_dropped(store, connection, behind).await?;
    Ok(Dropped { events: deleted.rows_affected(), more: behind < upto })
}

/// Notes up to where events were dropped.
pub(super) async fn note_dropped(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
) -> Result<(), sqlx::Error> {
    let noted = store
        .query("UPDATE eventbus_retention SET dropped = greatest(dropped, $1)")
        .bind(upto)
        .execute(connection)
        .await;
    noted.map(drop)
}

pub(super) async fn ledger(store: &PgStore) -> Result<Ledger> {
    let what = "look at the past of the log";
    let query = store.query("SELECT log, dropped, held_by, held_since FROM eventbus_retention");
    let rows = store.fetch_all(what, query).await?;
    type Found = (Uuid, i64, Option<String>, Option<i64>);
    let found: Option<Found> = rows
        .first()
        .map(sqlx::FromRow::from_row)
        .transpose()
        .map_err(|error| store.error(what, error))?;
    let (log, dropped, held_by, held_since) = found.unwrap_or_default();
    Ok(Ledger { log, dropped, held: held_by.zip(held_since) })
}

/// Rows of the oldest transaction that there can be, in the first epoch: they are before every place but the beginning.
pub(super) async fn restore(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[Old],
) -> Result<()> {
    let failed = |error| store.error("put old events back", error);
    let envelopes = || events.iter().map(|stored| &stored.event.envelope);
    let restored = store
        .query(
            "INSERT INTO eventbus_event (xid, position, epoch, shard, version, id, correlation_id, causation_id, type, \
                 source, tenant, aggregate_id, traceparent, tracestate, metadata, data, priority) OVERRIDING SYSTEM VALUE \
             SELECT '3'::xid8, e.position, 1, e.shard, e.version, e.id, e.correlation_id, e.causation_id, e.type, \
                 e.source, e.tenant, e.aggregate_id, e.traceparent, e.tracestate, e.metadata::json, e.data::json, e.priority \
             FROM UNNEST($1::bigint[], $2::smallint[], $3::integer[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[], \
                 $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::smallint[]) AS e (position, \
                 shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id, traceparent, \
                 tracestate, metadata, data, priority) \
             ON CONFLICT (position) DO NOTHING",
        )
        .bind(events.iter().map(|stored| stored.position).collect::<Vec<_>>())
        .bind(numbers(events.iter().map(|stored| stored.slot)))
        .bind(envelopes().map(|of| i32::try_from(of.version).unwrap_or(i32::MAX)).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.id).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.correlation_id).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.causation_id).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.event_type.as_str()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.source.as_str()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.tenant.as_deref()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.aggregate_id.as_deref()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.traceparent.as_deref()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.tracestate.as_deref()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| columns::metadata(&of.metadata)).collect::<Vec<_>>())
        .bind(events.iter().map(|stored| stored.event.data.as_str()).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.priority.number()).collect::<Vec<_>>())
        .execute(&mut *connection)
        .await;
    restored.map_err(failed)?;
    let moved: Vec<&Old> = events.iter().filter(|old| old.moved_at.is_some()).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let envelopes = || moved.iter().map(|old| &old.event.envelope);
    let remembered = store
        .query(
            "INSERT INTO eventbus_moved (id, moved_at, tenant) \
             SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::text[]) ON CONFLICT (id) DO NOTHING",
        )
        .bind(envelopes().map(|of| of.id).collect::<Vec<_>>())
        .bind(moved.iter().map(|old| old.moved_at).collect::<Vec<_>>())
        .bind(envelopes().map(|of| of.tenant.as_deref()).collect::<Vec<_>>())
        .execute(connection)
        .await;
    remembered.map(drop).map_err(failed)
}
