//! Subscriptions and their shards: made, found, taken, given back, moved.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::error::Result;
use crate::store::sqlite::page::uuid;
use crate::store::sqlite::replica::{alive, now};
use crate::store::sqlite::{SqliteCursor, SqliteStore, start};
use crate::store::{
    Handles, Held, Registration, Replica, Roster, Shard, Start, Store, Track, columns, first_fence,
};

pub(super) async fn register(store: &SqliteStore, registration: &Registration) -> Result<()> {
    let subscription = &registration.subscription;
    let failed = |error| store.error(&format!("register subscription `{subscription}`"), error);
    let known: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM eventbus_subscription WHERE name = ?1)")
            .bind(subscription)
            .fetch_one(&store.pool)
            .await
            .map_err(failed)?;
    if known {
        return Ok(());
    }
    let cursor = start::resolve(store, registration.start).await?;
    let mut transaction = store.begin().await?;
    let made = sqlx::query(concat!(
        "INSERT INTO eventbus_subscription (name, handles, seen_at) VALUES (?1, ?2, ",
        now!(),
        ") ON CONFLICT DO NOTHING",
    ))
    .bind(subscription)
    .bind(columns::handles(&registration.handles))
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    if made.rows_affected() == 1 {
        let made = make_shards(&mut transaction, registration, cursor, first_fence()).await;
        made.map_err(failed)?;
    }
    store.commit(transaction).await
}

/// The rows of a new subscription's shards.
pub(super) async fn make_shards(
    connection: &mut SqliteConnection,
    registration: &Registration,
    cursor: SqliteCursor,
    fence: i64,
) -> Result<(), sqlx::Error> {
    let numbers: Vec<u16> = (0..registration.shards).collect();
    sqlx::query(
        "INSERT INTO eventbus_shard (subscription, shard, position, fence) SELECT ?1, value, ?3, ?4 FROM json_each(?2)",
    )
    .bind(&registration.subscription)
    .bind(serde_json::to_string(&numbers).expect("a list of numbers is always JSON"))
    .bind(cursor.position)
    .bind(fence)
    .execute(connection)
    .await?;
    Ok(())
}

pub(super) async fn declare(
    store: &SqliteStore,
    subscription: &str,
    seen: &Handles,
    handles: &Handles,
) -> Result<()> {
    let declared = sqlx::query(
        "UPDATE eventbus_subscription SET handles = ?3 WHERE name = ?1 AND handles = ?2",
    )
    .bind(subscription)
    .bind(columns::handles(seen))
    .bind(columns::handles(handles))
    .execute(&store.pool)
    .await;
    let what = || format!("declare what subscription `{subscription}` handles");
    declared.map(drop).map_err(|error| store.error(&what(), error))
}

pub(super) async fn roster(
    store: &SqliteStore,
    subscription: &str,
) -> Result<Option<Roster<SqliteCursor>>> {
    let failed = |error| store.error(&format!("look at subscription `{subscription}`"), error);
    let found: Option<(bool, String, i64)> = sqlx::query_as(concat!(
        "SELECT paused, handles, ",
        now!(),
        " - seen_at FROM eventbus_subscription WHERE name = ?1",
    ))
    .bind(subscription)
    .fetch_optional(&store.pool)
    .await
    .map_err(failed)?;
    let Some((paused, handles, unseen)) = found else { return Ok(None) };
    let alive = alive(store, subscription).await.map_err(failed)?;
    let rows = sqlx::query(
        "SELECT s.shard, s.fence, s.owner, s.position, d.tenant, d.priority, d.everybody, d.position AS at FROM eventbus_shard AS s \
         LEFT JOIN eventbus_detour AS d ON d.subscription = s.subscription AND d.shard = s.shard \
         WHERE s.subscription = ?1 ORDER BY s.shard",
    )
    .bind(subscription)
    .fetch_all(&store.pool)
    .await
    .map_err(failed)?;
    let shards = rows.iter().map(|row| Ok((shard(row)?, detour(row)?)));
    let shards = columns::with_detours(shards).map_err(failed)?;
    let handles = columns::read_handles(subscription, &handles)?;
    Ok(Some(Roster { paused, handles, unseen, alive, shards }))
}

pub(super) async fn take(
    store: &SqliteStore,
    replica: &Replica,
    shards: &[Held],
) -> Result<Vec<Shard<SqliteCursor>>> {
    let rows = sqlx::query(
        "UPDATE eventbus_shard SET owner = ?1, fence = fence + 1, detours_of = CASE WHEN detours_of IS NOT NULL THEN ?1 END, \
             priorities_of = CASE WHEN priorities_of IS NOT NULL THEN ?1 END \
         WHERE subscription = ?2 AND EXISTS (SELECT 1 FROM json_each(?3) WHERE value ->> 0 = eventbus_shard.shard AND value ->> 1 = eventbus_shard.fence) \
         RETURNING shard, fence, owner, position",
    )
    .bind(replica.id.to_string())
    .bind(&replica.subscription)
    .bind(pairs(shards))
    .fetch_all(&store.pool)
    .await;
    let failed = |error| {
        store.error(&format!("take shards of subscription `{}`", replica.subscription), error)
    };
    let taken = rows.and_then(|rows| rows.iter().map(shard).collect());
    let mut taken: Vec<Shard<SqliteCursor>> = taken.map_err(failed)?;
    add_detours(store, &replica.subscription, &mut taken).await.map_err(failed)?;
    Ok(taken)
}

/// Reads the detours of shards that were just taken: nobody else moves them any more.
async fn add_detours(
    store: &SqliteStore,
    subscription: &str,
    taken: &mut [Shard<SqliteCursor>],
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query(
        "SELECT shard, tenant, priority, everybody, position AS at FROM eventbus_detour WHERE subscription = ?1",
    )
    .bind(subscription)
    .fetch_all(&store.pool)
    .await?;
    for row in &rows {
        let number: u16 = row.try_get("shard")?;
        let shard = taken.iter_mut().find(|shard| shard.held.shard == number);
        if let Some(shard) = shard {
            shard.detours.extend(detour(row)?);
        }
    }
    Ok(())
}

pub(super) async fn give(store: &SqliteStore, subscription: &str, shards: &[Held]) -> Result<()> {
    let given = sqlx::query(
        "UPDATE eventbus_shard SET owner = NULL WHERE subscription = ?1 AND EXISTS (SELECT 1 FROM json_each(?2) \
         WHERE value ->> 0 = eventbus_shard.shard AND value ->> 1 = eventbus_shard.fence)",
    )
    .bind(subscription)
    .bind(pairs(shards))
    .execute(&store.pool)
    .await;
    given.map(drop).map_err(|error| {
        store.error(&format!("give shards of subscription `{subscription}` back"), error)
    })
}

pub(super) async fn pause(store: &SqliteStore, subscription: &str, paused: bool) -> Result<bool> {
    let done = sqlx::query("UPDATE eventbus_subscription SET paused = ?2 WHERE name = ?1")
        .bind(subscription)
        .bind(paused)
        .execute(&store.pool)
        .await;
    let what = if paused { "pause" } else { "resume" };
    done.map(|done| done.rows_affected() == 1)
        .map_err(|error| store.error(&format!("{what} subscription `{subscription}`"), error))
}

pub(super) async fn seek(store: &SqliteStore, subscription: &str, to: Start) -> Result<bool> {
    let failed = |error| store.error(&format!("move subscription `{subscription}`"), error);
    let cursor = start::resolve(store, to).await?;
    let mut transaction = store.begin().await?;
    sqlx::query("DELETE FROM eventbus_delivery WHERE subscription = ?1 AND state <> 'dead'")
        .bind(subscription)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    sqlx::query("DELETE FROM eventbus_detour WHERE subscription = ?1")
        .bind(subscription)
        .execute(&mut *transaction)
        .await
        .map_err(failed)?;
    let moved = sqlx::query(
        "UPDATE eventbus_shard SET owner = NULL, fence = fence + 1, detours_of = NULL, priorities_of = NULL, position = ?2 WHERE subscription = ?1",
    )
    .bind(subscription)
    .bind(cursor.position)
    .execute(&mut *transaction)
    .await
    .map_err(failed)?;
    store.commit(transaction).await?;
    Ok(moved.rows_affected() > 0)
}

pub(super) async fn remove(store: &SqliteStore, subscription: &str) -> Result<bool> {
    let failed = |error| store.error(&format!("remove subscription `{subscription}`"), error);
    let mut transaction = store.begin().await?;
    let removed = forget(&mut transaction, subscription).await.map_err(failed)?;
    store.commit(transaction).await?;
    Ok(removed)
}

/// Deletes a subscription; whether it was there. Everything that hangs on it goes first: a pool of the caller's own may
/// not enforce foreign keys.
pub(super) async fn forget(
    connection: &mut SqliteConnection,
    subscription: &str,
) -> Result<bool, sqlx::Error> {
    let mut removed = 0;
    for statement in [
        "DELETE FROM eventbus_delivery WHERE subscription = ?1",
        "DELETE FROM eventbus_replica WHERE subscription = ?1",
        "DELETE FROM eventbus_replay WHERE subscription = ?1",
        "DELETE FROM eventbus_detour WHERE subscription = ?1",
        "DELETE FROM eventbus_shard WHERE subscription = ?1",
        "DELETE FROM eventbus_subscription WHERE name = ?1",
    ] {
        let done = sqlx::query(statement).bind(subscription).execute(&mut *connection).await?;
        removed = done.rows_affected();
    }
    Ok(removed == 1)
}

/// Numbers and fences, `[[0,1],[1,1]]`.
pub(super) fn pairs(shards: &[Held]) -> String {
    let pairs: Vec<(u16, i64)> = shards.iter().map(|held| (held.shard, held.fence)).collect();
    serde_json::to_string(&pairs).expect("a list of numbers is always JSON")
}

fn shard(row: &SqliteRow) -> Result<Shard<SqliteCursor>, sqlx::Error> {
    let owner: Option<String> = row.try_get("owner")?;
    let owner: Option<Uuid> = owner.map(|owner| uuid(owner, "owner")).transpose()?;
    let held = Held { shard: row.try_get("shard")?, fence: row.try_get("fence")? };
    let cursor = SqliteCursor { position: row.try_get("position")? };
    Ok(Shard { held, owner, cursor, detours: BTreeMap::new() })
}

/// The track of a detour and how far it has come, where the row has one.
fn detour(row: &SqliteRow) -> Result<Option<(Track, SqliteCursor)>, sqlx::Error> {
    let Some(tenant) = row.try_get("tenant")? else { return Ok(None) };
    let track = columns::read_track(tenant, row.try_get("priority")?, row.try_get("everybody")?);
    Ok(Some((track, SqliteCursor { position: row.try_get("at")? })))
}
