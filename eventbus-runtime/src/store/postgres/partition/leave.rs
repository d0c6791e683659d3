//! A partition leaves the log.
//!
//! It is taken out under the same locks and after the same look at the holds as a batch is deleted, and gets another name.
//! It is no part of the log then, so that what takes long is done afterwards: its events are counted, what the log remembers
//! of them is deleted, and it is dropped. Whoever is killed in between leaves that to the next run.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row, raw_sql};

use crate::error::Result;
use crate::store::postgres::partition::{Layout, Part, ahead, layout};
use crate::store::postgres::patience::{self, Patience, is_busy};
use crate::store::postgres::{PgStore, retention};

const DROP: &str = "drop a partition of old events";

pub(in crate::store::postgres) async fn whole(store: &PgStore, upto: i64) -> Result<i64> {
    let what = "look at the partitions of the log";
    let mut errand = store.errand(what).await?;
    let found = layout(store, &mut errand).await.map_err(|error| store.error(what, error));
    let Layout { is_partitioned, is_owned, parts, .. } = store.end(errand, found).await?;
    if !is_partitioned || !is_owned {
        return Ok(upto);
    }
    let goes_on = parts.iter().find(|part| part.to - 1 > upto);
    Ok(goes_on.map_or(upto, |part| upto.min(part.from.saturating_sub(1).max(0))))
}

/// Drops the first partition, if it lies whole below a number; how many events it had.
pub(in crate::store::postgres) async fn drop_one(
    store: &PgStore,
    upto: i64,
) -> Result<Option<u64>> {
    // What a run that was killed left over counts as well.
    let left_over = finish(store).await?;
    let mut patience = Patience::new(DROP);
    loop {
        match take_out(store, upto).await {
            Ok(Out::Taken) => return Ok(Some(left_over + finish(store).await?)),
            Ok(Out::Nothing) if left_over > 0 => return Ok(Some(left_over)),
            Ok(Out::Nothing) => {
                // The next run may come too late for it.
                if let Err(error) = ahead::make(store, None).await {
                    tracing::warn!(%error, "no partition was made ahead of the log");
                }
                return Ok(None);
            }
            Ok(Out::NotOurs) => return Ok(None),
            Err(error) => patience.again(store, error).await?,
        }
    }
}

enum Out {
    Taken,
    /// No partition lies below the number.
    Nothing,
    /// The log is one table, or somebody else's.
    NotOurs,
}

async fn take_out(store: &PgStore, upto: i64) -> Result<Out, sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let out = alone(store, &mut transaction, upto).await;
    patience::end(store, transaction, out).await
}

async fn alone(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
) -> Result<Out, sqlx::Error> {
    let found = layout(store, connection).await?;
    if !found.is_partitioned || !found.is_owned {
        return Ok(Out::NotOurs);
    }
    if found.parts.first().is_none_or(|part| part.to - 1 > upto) {
        return Ok(Out::Nothing);
    }
    let free = retention::free(store, connection, upto).await?;
    // Somebody else may have taken it, and it may be held by now.
    let found = layout(store, connection).await?;
    let Some(Part { name, from, to }) = found.parts.first().filter(|part| part.to - 1 <= free)
    else {
        return Ok(Out::Nothing);
    };
    // Nobody has the right to it but its owner, who has to see what is in it.
    let sql = format!(
        "ALTER TABLE eventbus_event DETACH PARTITION {name}; ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY; \
         ALTER TABLE {name} RENAME TO eventbus_dropped_{}",
        from.max(&0)
    );
    raw_sql(AssertSqlSafe(sql)).execute(&mut *connection).await?;
    retention::note_dropped(store, connection, to - 1).await?;
    Ok(Out::Taken)
}

/// Drops what was taken out of the log; how many events that were.
pub(super) async fn finish(store: &PgStore) -> Result<u64> {
    let query = store.query_scalar(
        "SELECT p.oid::regclass::text FROM pg_class AS p JOIN pg_class AS c ON c.relnamespace = p.relnamespace \
         WHERE c.oid = 'eventbus_event'::regclass AND p.relname LIKE 'eventbus\\_dropped\\_%' AND p.relkind = 'r' \
         AND NOT p.relispartition AND pg_has_role(p.relowner, 'USAGE') ORDER BY 1",
    );
    let mut errand = store.errand(DROP).await?;
    let found = query.fetch_all(&mut *errand).await.map_err(|error| store.error(DROP, error));
    let found: Vec<String> = store.end(errand, found).await?;
    let mut events = 0;
    for table in &found {
        match drop_table(store, table).await {
            Ok(count) => events += count,
            // Somebody reads it by its own name, or dropped it meanwhile: it is no part of the log.
            Err(error) if is_busy(&error) || is_gone(&error) => {}
            Err(error) => return Err(store.error(DROP, error)),
        }
    }
    Ok(events)
}

async fn drop_table(store: &PgStore, table: &str) -> Result<u64, sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let dropped = count_and_drop(&mut transaction, table).await;
    patience::end(store, transaction, dropped).await
}

/// An event that a replay put back into the log meanwhile keeps what is remembered of it.
async fn count_and_drop(connection: &mut PgConnection, table: &str) -> Result<u64, sqlx::Error> {
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; SET LOCAL jit = off");
    raw_sql(AssertSqlSafe(lock)).execute(&mut *connection).await?;
    let count = format!("SELECT count(*) FROM {table}");
    let row = raw_sql(AssertSqlSafe(count)).fetch_one(&mut *connection).await?;
    let count: i64 = row.try_get(0)?;
    let forget = format!(
        "DELETE FROM eventbus_moved AS m USING {table} AS e WHERE m.id = e.id \
         AND NOT EXISTS (SELECT FROM eventbus_event AS again WHERE again.position = e.position); DROP TABLE {table}"
    );
    raw_sql(AssertSqlSafe(forget)).execute(connection).await?;
    Ok(count.unsigned_abs())
}

fn is_gone(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("42P01")
}
