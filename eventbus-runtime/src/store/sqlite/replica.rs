//! Replicas: who is alive.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::error::Result;
use crate::store::sqlite::session::is_held;
use crate::store::sqlite::{SqliteStore, page};
use crate::store::{Handles, Replica, columns};

/// The machine's clock, in milliseconds since 1970.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}
pub(super) use now;

pub(super) async fn renew(
    store: &SqliteStore,
    replica: &Replica,
    handles: &Handles,
) -> Result<bool> {
    let subscription = &replica.subscription;
    let failed = |error| store.error(&format!("renew a lease of `{subscription}`"), error);
    // The lock first: whoever finds the row looks for the lock.
    store.session.hold(store.file().as_deref())?;
    let mut connection = store.pool.acquire().await.map_err(failed)?;
    let renewed = sqlx::query(concat!(
        "INSERT INTO eventbus_replica (id, subscription, session, alive_until) \
         SELECT ?1, name, ?3, ",
        now!(),
        " + ?4 FROM eventbus_subscription WHERE name = ?2 \
         ON CONFLICT (id) DO UPDATE SET alive_until = excluded.alive_until",
    ))
    .bind(replica.id.to_string())
    .bind(subscription)
    .bind(store.session.id.to_string())
    .bind(i64::try_from(replica.lease.as_millis()).unwrap_or(i64::MAX))
    .execute(&mut *connection)
    .await
    .map_err(failed)?;
    let seen = concat!(
        "UPDATE eventbus_subscription SET seen_at = ",
        now!(),
        " WHERE name = ?1 AND handles = ?2"
    );
    sqlx::query(seen)
        .bind(subscription)
        .bind(columns::handles(handles))
        .execute(&mut *connection)
        .await
        .map_err(failed)?;
    Ok(renewed.rows_affected() == 1)
}

/// Lets a replica go, and the shards that it has.
pub(super) async fn retire(store: &SqliteStore, replica: &Replica) -> Result<()> {
    let what = format!("give subscription `{}` back", replica.subscription);
    let failed = |error| store.error(&what, error);
    let id = replica.id.to_string();
    sqlx::query("UPDATE eventbus_shard SET owner = NULL WHERE subscription = ?1 AND owner = ?2")
        .bind(&replica.subscription)
        .bind(&id)
        .execute(&store.pool)
        .await
        .map_err(failed)?;
    sqlx::query("DELETE FROM eventbus_replica WHERE id = ?1")
        .bind(&id)
        .execute(&store.pool)
        .await
        .map_err(failed)?;
    Ok(())
}

/// The replicas of a subscription that are alive: their time is not up, and their process holds its lock.
pub(super) async fn alive(
    store: &SqliteStore,
    subscription: &str,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let found: Vec<(String, String)> = sqlx::query_as(concat!(
        "SELECT id, session FROM eventbus_replica WHERE subscription = ?1 AND alive_until > ",
        now!(),
    ))
    .bind(subscription)
    .fetch_all(&store.pool)
    .await?;
    let mut alive = BTreeSet::new();
    for (id, session) in found {
        let (id, session) = (page::uuid(id, "id")?, page::uuid(session, "session")?);
        if session == store.session.id || is_held(session, store.file().as_deref()) {
            alive.insert(id);
        }
    }
    Ok(alive)
}
