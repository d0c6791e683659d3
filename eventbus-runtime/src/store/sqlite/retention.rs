//! What leaves the log, and what keeps it.

use std::time::{Duration, SystemTime};

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::clock;
use crate::error::Result;
use crate::store::sqlite::page::stored;
use crate::store::sqlite::replica::now;
use crate::store::sqlite::subscription::forget;
use crate::store::sqlite::{SqliteStore, start};
use crate::store::{
    Dropped, Hold, Holder, Ledger, Old, Retention, Settled, Store, Stored, columns,
    farthest_behind, let_go,
};

impl Retention for SqliteStore {
    async fn settle(&self) -> Result<Settled> {
        // Everything up to the newest number is committed, because commits happen in the order of numbers.
        Ok(Settled { upto: start::end(self).await?.position, waits: false })
    }

    async fn holds(&self) -> Result<Vec<Hold>> {
        let failed = |error| self.error(HOLDS, error);
        let mut connection = self.pool.acquire().await.map_err(failed)?;
        holds(&mut connection).await.map_err(failed)
    }

    async fn first_since(&self, time: SystemTime) -> Result<Option<i64>> {
        let first = start::first_of(self, time).await;
        first.map_err(|error| self.error("find the first event of a time", error))
    }

    async fn settled(&self, after: i64, upto: i64, limit: usize) -> Result<Vec<Old>> {
        let failed = |error| self.error("read old events", error);
        let rows = sqlx::query(concat!(
            "SELECT ",
            columns::event_columns!(),
            ", (SELECT moved_at FROM eventbus_moved AS m WHERE m.id = e.id) \
             FROM eventbus_event AS e WHERE position > ?1 AND position <= ?2 ORDER BY position LIMIT ?3"
        ))
        .bind(after)
        .bind(upto)
        .bind(columns::limit(limit))
        .fetch_all(&self.pool)
        .await
        .map_err(failed)?;
        let old = |row: &SqliteRow| {
            let moved_at = row.try_get(MOVED_AT).map_err(failed)?;
            Ok(Old { stored: stored(self, row)?, moved_at })
        };
        rows.iter().map(old).collect()
    }

    async fn count(&self, upto: i64) -> Result<u64> {
        let count = sqlx::query_scalar("SELECT count(*) FROM eventbus_event WHERE position <= ?1");
        let count: i64 = count
            .bind(upto)
            .fetch_one(&self.pool)
            .await
            .map_err(|error| self.error("count old events", error))?;
        Ok(count.unsigned_abs())
    }

    async fn drop_events(&self, upto: i64, limit: usize) -> Result<Dropped> {
        let failed = |error| self.error("drop old events", error);
        // Nobody else writes while it is open.
        let mut transaction = self.begin().await?;
        let dropped = delete(&mut transaction, upto, limit).await.map_err(failed)?;
        self.commit(transaction).await?;
        Ok(dropped)
    }

    async fn remove_unseen(&self, subscription: &str, unseen: Duration) -> Result<bool> {
        let failed = |error| self.error(&format!("remove subscription `{subscription}`"), error);
        // Nobody else writes while it is open.
        let mut transaction = self.begin().await?;
        let for_long = concat!(
            "SELECT ",
            now!(),
            " - seen_at > ?2 FROM eventbus_subscription WHERE name = ?1"
        );
        let for_long: Option<bool> = sqlx::query_scalar(for_long)
            .bind(subscription)
            .bind(i64::try_from(unseen.as_millis()).unwrap_or(i64::MAX))
            .fetch_optional(&mut *transaction)
            .await
            .map_err(failed)?;
        let removed = for_long == Some(true)
            && forget(&mut transaction, subscription).await.map_err(failed)?;
        self.commit(transaction).await?;
        Ok(removed)
    }

    async fn note_hold(&self, held_by: Option<&str>) -> Result<()> {
        let noted = sqlx::query(
            "UPDATE eventbus_retention SET held_by = ?1, held_since = CASE WHEN ?1 IS NULL THEN NULL \
             WHEN held_by = ?1 THEN held_since ELSE ?2 END WHERE held_by IS NOT ?1",
        )
        .bind(held_by)
        .bind(clock::now())
        .execute(&self.pool)
        .await;
        noted.map(drop).map_err(|error| self.error("note what holds old events", error))
    }
}

/// The place of this column behind those of an event.
const MOVED_AT: usize = 15;

const HOLDS: &str = "look what holds old events";

pub(super) async fn ledger(store: &SqliteStore) -> Result<Ledger> {
    let failed = |error| store.error("look at the past of the log", error);
    let found: Option<(String, i64, Option<String>, Option<i64>)> =
        sqlx::query_as("SELECT log, dropped, held_by, held_since FROM eventbus_retention")
            .fetch_optional(&store.pool)
            .await
            .map_err(failed)?;
    let (log, dropped, held_by, held_since) = found.unwrap_or_default();
    let log = Uuid::try_parse(&log).unwrap_or_default();
    Ok(Ledger { log, dropped, held: held_by.zip(held_since) })
}

pub(super) async fn restore(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    events: &[Old],
) -> Result<()> {
    let failed = |error| store.error("put an old event back", error);
    for Old { stored: Stored { position, slot, event }, moved_at } in events {
        let envelope = &event.envelope;
        sqlx::query(
            "INSERT INTO eventbus_event (position, id, type, version, shard, source, tenant, aggregate_id, \
             correlation_id, causation_id, traceparent, tracestate, metadata, data, priority) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) ON CONFLICT (position) DO NOTHING",
        )
        .bind(position)
        .bind(envelope.id.to_string())
        .bind(&envelope.event_type)
        .bind(envelope.version)
        .bind(slot)
        .bind(&envelope.source)
        .bind(&envelope.tenant)
        .bind(&envelope.aggregate_id)
        .bind(envelope.correlation_id.map(|id| id.to_string()))
        .bind(envelope.causation_id.map(|id| id.to_string()))
        .bind(&envelope.traceparent)
        .bind(&envelope.tracestate)
        .bind(columns::metadata(&envelope.metadata))
        .bind(&event.data)
        .bind(envelope.priority.number())
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
        if let Some(moved_at) = moved_at {
            sqlx::query(
                "INSERT INTO eventbus_moved (id, moved_at) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING",
            )
            .bind(envelope.id.to_string())
            .bind(moved_at)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        }
    }
    Ok(())
}

async fn holds(connection: &mut SqliteConnection) -> Result<Vec<Hold>, sqlx::Error> {
    let shards: Vec<(String, u16, bool, i64, i64)> = sqlx::query_as(concat!(
        "SELECT s.name, h.shard, s.paused, min(h.position), ",
        now!(),
        " - s.seen_at FROM eventbus_subscription AS s JOIN (SELECT subscription, shard, position FROM eventbus_shard UNION ALL \
             SELECT subscription, shard, position FROM eventbus_detour) AS h ON h.subscription = s.name GROUP BY s.name"
    ))
    .fetch_all(&mut *connection)
    .await?;
    let open: Vec<(String, bool, i64, i64)> = sqlx::query_as(concat!(
        "SELECT o.subscription, o.letter, min(o.position), ",
        now!(),
        " - s.seen_at FROM (SELECT subscription, 0 AS letter, position FROM eventbus_delivery WHERE state <> 'dead' \
             UNION ALL SELECT subscription, 1, position FROM eventbus_dead_letter \
             WHERE source = 'event' AND retry_at IS NOT NULL) AS o \
         JOIN eventbus_subscription AS s ON s.name = o.subscription GROUP BY o.subscription, o.letter"
    ))
    .fetch_all(connection)
    .await?;
    let shards = shards.into_iter().map(|(subscription, shard, paused, position, unseen)| {
        Hold::of(Holder::Shard { subscription, shard, paused }, position, unseen)
    });
    let open = open.into_iter().map(|(subscription, letter, position, unseen)| {
        let holder = match letter {
            true => Holder::Letter { subscription },
            false => Holder::Delivery { subscription },
        };
        Hold::of(holder, position - 1, unseen)
    });
    Ok(farthest_behind(shards.chain(open).collect()))
}

async fn delete(
    connection: &mut SqliteConnection,
    upto: i64,
    limit: usize,
) -> Result<Dropped, sqlx::Error> {
    let upto = let_go(upto, &holds(&mut *connection).await?);
    // The last number of the batch; a range of the primary key is deleted without a list.
    let last: Option<i64> = sqlx::query_scalar(
        "SELECT position FROM eventbus_event WHERE position <= ?1 ORDER BY position LIMIT 1 OFFSET ?2",
    )
    .bind(upto)
    .bind(columns::limit(limit).saturating_sub(1).max(0))
    .fetch_optional(&mut *connection)
    .await?;
    let behind = last.unwrap_or(upto);
    sqlx::query(
        "DELETE FROM eventbus_moved WHERE id IN (SELECT id FROM eventbus_event WHERE position <= ?1)",
    )
    .bind(behind)
    .execute(&mut *connection)
    .await?;
    let deleted = sqlx::query("DELETE FROM eventbus_event WHERE position <= ?1")
        .bind(behind)
        .execute(&mut *connection)
        .await?;
    sqlx::query("UPDATE eventbus_retention SET dropped = max(dropped, ?1)")
        .bind(behind)
        .execute(connection)
        .await?;
    Ok(Dropped { events: deleted.rows_affected(), more: behind < upto })
}
