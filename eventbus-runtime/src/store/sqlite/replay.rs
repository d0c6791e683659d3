//! Replays: which part of the log, what it holds, and what is known of them.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use crate::error::Result;
use crate::store::sqlite::page::{list, uuid};
use crate::store::sqlite::replica::now;
use crate::store::sqlite::{SqliteCursor, SqliteStore, start, subscription};
use crate::store::{
    Registration, ReplayRow, Selection, Shards, Start, Store, Tallies, Tally, columns, first_fence,
};

pub(super) async fn span(
    store: &SqliteStore,
    start: Start,
    last: i64,
) -> Result<(SqliteCursor, SqliteCursor)> {
    let from = start::resolve(store, start).await?;
    let end = start::end(store).await?;
    Ok((from, SqliteCursor { position: end.position.min(last) }))
}

pub(super) async fn survey(
    store: &SqliteStore,
    (from, upto): (&SqliteCursor, &SqliteCursor),
    shards: &Shards,
    selection: &Selection,
) -> Result<Tallies> {
    let failed = |error| store.error("count events", error);
    let rows = sqlx::query(
        "SELECT type, count(*), min(position), max(position), min(id), max(id) FROM eventbus_event \
         WHERE position BETWEEN ?1 AND ?2 AND (?3 IS NULL OR tenant = ?3) AND (?4 IS NULL OR aggregate_id = ?4) \
         AND (?5 IS NULL OR correlation_id = ?5) AND (?6 IS NULL OR id >= ?6) AND (?7 IS NULL OR id < ?7) \
         AND (?9 IS NULL OR shard * ?8 / 1024 IN (SELECT value FROM json_each(?9))) GROUP BY type",
    )
    .bind(selection.first.max(from.position + 1))
    .bind(selection.last.min(upto.position))
    .bind(&selection.tenant)
    .bind(&selection.aggregate_id)
    .bind(selection.correlation_id.map(|id| id.to_string()))
    .bind(selection.since.map(|id| id.to_string()))
    .bind(selection.until.map(|id| id.to_string()))
    .bind(shards.of())
    .bind((!shards.is_all()).then(|| list(&shards.numbers().collect::<Vec<_>>())))
    .fetch_all(&store.pool)
    .await
    .map_err(failed)?;
    let tallies = rows.iter().map(tally).collect::<Result<Vec<_>, _>>().map_err(failed)?;
    Ok(tallies.into_iter().filter(|(name, _)| selection.types.contains(name)).collect())
}

fn tally(row: &SqliteRow) -> Result<(String, Tally), sqlx::Error> {
    let count: i64 = row.try_get(1)?;
    let tally = Tally {
        count: count.unsigned_abs(),
        first: row.try_get(2)?,
        last: row.try_get(3)?,
        oldest: uuid(row.try_get(4)?, "id")?,
        newest: uuid(row.try_get(5)?, "id")?,
    };
    Ok((row.try_get(0)?, tally))
}

pub(super) async fn begin(
    store: &SqliteStore,
    registration: &Registration,
    from: &SqliteCursor,
    row: &ReplayRow<SqliteCursor>,
) -> Result<ReplayRow<SqliteCursor>> {
    let name = &registration.subscription;
    let failed = |error| store.error(&format!("begin `{name}`"), error);
    let mut transaction = store.begin().await?;
    make(&mut transaction, registration, from, row).await.map_err(failed)?;
    store.commit(transaction).await?;
    find(store, name)
        .await?
        .ok_or_else(|| columns::gone(&format!("SQLite database `{}`", store.place()), name))
}

async fn make(
    connection: &mut SqliteConnection,
    registration: &Registration,
    from: &SqliteCursor,
    row: &ReplayRow<SqliteCursor>,
) -> Result<(), sqlx::Error> {
    let name = &registration.subscription;
    let made = sqlx::query(concat!(
        "INSERT INTO eventbus_subscription (name, handles, seen_at) VALUES (?1, ?2, ",
        now!(),
        ") ON CONFLICT DO NOTHING",
    ))
    .bind(name)
    .bind(columns::handles(&registration.handles))
    .execute(&mut *connection)
    .await?;
    if made.rows_affected() == 0 {
        return Ok(());
    }
    subscription::make_shards(connection, registration, *from, first_fence()).await?;
    sqlx::query(
        "INSERT INTO eventbus_replay (subscription, filter, total, began_at, position, archived) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )
    .bind(name)
    .bind(&row.filter)
    .bind(columns::count(row.total))
    .bind(row.began_at)
    .bind(row.upto.position)
    .bind(row.archived)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn find(
    store: &SqliteStore,
    subscription: &str,
) -> Result<Option<ReplayRow<SqliteCursor>>> {
    let found: Option<(String, i64, i64, i64, i64)> = sqlx::query_as(
        "SELECT filter, total, began_at, position, archived FROM eventbus_replay WHERE subscription = ?1",
    )
    .bind(subscription)
    .fetch_optional(&store.pool)
    .await
    .map_err(|error| store.error(&format!("look at `{subscription}`"), error))?;
    Ok(found.map(|(filter, total, began_at, position, archived)| {
        let (total, upto) = (total.unsigned_abs(), SqliteCursor { position });
        ReplayRow { filter, total, began_at, upto, archived }
    }))
}

pub(super) async fn end(store: &SqliteStore, subscription: &str) -> Result<bool> {
    let failed = |error| store.error(&format!("end `{subscription}`"), error);
    // Nobody else writes while it is open, so that no letter becomes a delivery between the two.
    let mut transaction = store.begin().await?;
    let open: bool = sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM eventbus_delivery WHERE subscription = ?1 AND state <> 'dead')",
    )
    .bind(subscription)
    .fetch_one(&mut *transaction)
    .await
    .map_err(failed)?;
    let ended =
        !open && subscription::forget(&mut transaction, subscription).await.map_err(failed)?;
    store.commit(transaction).await?;
    Ok(ended)
}
