//! Partitions ahead of the last number.
//!
//! A table that is hung in is locked by itself; of the log only the default partition is, which has to be asked whether it
//! has numbers of the new one. Whoever was on the way there with such a number waits for that, and then fails, as it is the
//! wrong place by now. So where numbers may come so far meanwhile, emitters wait for the log itself, without a number.

use sqlx::postgres::PgConnection;
use sqlx::raw_sql;

use crate::error::Result;
use crate::store::postgres::PgStore;
use crate::store::postgres::epoch;
use crate::store::postgres::partition::{PARTITION, layout, run};
use crate::store::postgres::patience::{self, Patience};

/// How many ranges behind that of the last number have their partition.
const AHEAD: i64 = 4;

/// How many numbers nobody uses up while a partition is made.
const CLEAR: i64 = 100_000;

/// How many times one is made in a row. Emitters may be faster where the size is a few numbers: what they write has its
/// place in the default partition.
const MOST: usize = 32;

/// Makes what is missing, each in a transaction of its own; as wide as the newest one where no size is given.
pub(super) async fn make(store: &PgStore, size: Option<i64>) -> Result<()> {
    let mut patience = Patience::new(PARTITION);
    let mut rounds = 0;
    while rounds < MOST {
        match one(store, size).await {
            Ok(true) => rounds += 1,
            Ok(false) => break,
            // Numbers of it were given out meanwhile.
            Err(error) if is_late(&error) => rounds += 1,
            Err(error) => patience.again(store, error).await?,
        }
    }
    Ok(())
}

/// Makes one; whether there was one to make.
async fn one(store: &PgStore, size: Option<i64>) -> Result<bool, sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let made = within(store, &mut transaction, size).await;
    patience::end(store, transaction, made).await
}

pub(super) async fn within(
    store: &PgStore,
    connection: &mut PgConnection,
    size: Option<i64>,
) -> Result<bool, sqlx::Error> {
    let found = layout(store, connection).await?;
    let Some(newest) = found.parts.last() else { return Ok(false) };
    let size = size.unwrap_or_else(|| newest.to.saturating_sub(newest.from));
    let mut last = epoch::now(store, connection).await?.last;
    if newest.to > last.saturating_add(size.saturating_mul(AHEAD)) {
        return Ok(false);
    }
    if newest.to.saturating_sub(last) < CLEAR {
        raw_sql("LOCK TABLE eventbus_event IN EXCLUSIVE MODE").execute(&mut *connection).await?;
        last = epoch::now(store, connection).await?.last;
    }
    let from = newest.to.max(last.saturating_add(1));
    add(store, connection, Some((from, from.saturating_add(size)))).await?;
    Ok(true)
}

/// Makes a partition of these numbers, or the default one.
pub(super) async fn add(
    store: &PgStore,
    connection: &mut PgConnection,
    range: Option<(i64, i64)>,
) -> Result<(), sqlx::Error> {
    let statements: Vec<String> = store
        .query_scalar(include_str!("part.sql"))
        .bind(range.map(|(from, _)| from))
        .bind(range.map(|(_, to)| to))
        .fetch_all(&mut *connection)
        .await?;
    run(connection, &statements).await
}

/// Whether the default partition has numbers of the new one.
fn is_late(error: &sqlx::Error) -> bool {
    error.as_database_error().and_then(|error| error.code()).as_deref() == Some("23514")
}
