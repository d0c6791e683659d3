//! Replicas: who is alive.

use std::collections::BTreeSet;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::store::postgres::PgStore;
use crate::store::postgres::reach::{PATIENCE, answered};
use crate::store::{Handles, Replica, columns};

/// How long a renewal may take at least, however short the lease is: a connection may have to be opened for it.
const SHORTEST: Duration = Duration::from_secs(1);

/// The server's clock, in milliseconds since 1970.
macro_rules! now {
    () => {
        "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
    };
}
pub(super) use now;

const RENEW: &str = concat!(
    "WITH seen AS (UPDATE eventbus_subscription SET seen_at = ",
    now!(),
    " WHERE name = $2 AND handles::text = $4) \
     INSERT INTO eventbus_replica (id, subscription, session, alive_until) \
     SELECT $1, name, $3, ",
    now!(),
    " + $5 FROM eventbus_subscription WHERE name = $2 \
     ON CONFLICT (id) DO UPDATE SET session = excluded.session, alive_until = excluded.alive_until",
);

/// Says so on the session's own connection, so that one which is lost is found and opened again.
pub(super) async fn renew(store: &PgStore, replica: &Replica, handles: &Handles) -> Result<bool> {
    let what = format!("renew a lease of `{}`", replica.subscription);
    // Whoever waits for a silent connection keeps all that share it waiting, and is counted as gone meanwhile; given up, it
    // is closed.
    let patience = replica.lease.clamp(SHORTEST, PATIENCE);
    match answered(patience, say_in_session(store, replica, handles)).await {
        Ok(Some(known)) => Ok(known),
        Ok(None) => {
            let mut errand = store.errand(&what).await?;
            let known = say(store, &mut errand, replica, handles, None).await;
            store.end(errand, known.map_err(|error| store.error(&what, error))).await
        }
        Err(error) => Err(store.error(&what, error)),
    }
}

/// `None` where there is no session to say it in.
async fn say_in_session(
    store: &PgStore,
    replica: &Replica,
    handles: &Handles,
) -> Result<Option<bool>, sqlx::Error> {
    let Some(mut held) = store.session.hold(store).await? else { return Ok(None) };
    let mut connection = held.lend();
    let known = say(store, &mut connection, replica, handles, Some(store.session.id)).await?;
    held.put_back(connection);
    Ok(Some(known))
}

async fn say(
    store: &PgStore,
    connection: &mut PgConnection,
    replica: &Replica,
    handles: &Handles,
    session: Option<Uuid>,
) -> Result<bool, sqlx::Error> {
    let renewed = store
        .query(RENEW)
        .bind(replica.id)
        .bind(&replica.subscription)
        .bind(session)
        .bind(columns::handles(handles))
        .bind(i64::try_from(replica.lease.as_millis()).unwrap_or(i64::MAX))
        .execute(connection)
        .await?;
    Ok(renewed.rows_affected() == 1)
}

/// Lets a replica go, and the shards that it has.
pub(super) async fn retire(store: &PgStore, replica: &Replica) -> Result<()> {
    let query = store
        .query(
            "WITH gone AS (DELETE FROM eventbus_replica WHERE id = $1) \
         UPDATE eventbus_shard SET owner = NULL WHERE subscription = $2 AND owner = $1",
        )
        .bind(replica.id)
        .bind(&replica.subscription);
    store.execute(&format!("give subscription `{}` back", replica.subscription), query).await?;
    Ok(())
}

/// The replicas of a subscription that are alive: their time is not up, and nobody else can have their session's lock.
pub(super) async fn alive(
    store: &PgStore,
    connection: &mut PgConnection,
    subscription: &str,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let alive: Vec<Uuid> = store.query_scalar(concat!(
        "SELECT id FROM eventbus_replica WHERE subscription = $1 AND alive_until > ",
        now!(),
        " AND CASE WHEN session IS NULL OR session = $2 THEN true ELSE NOT pg_try_advisory_xact_lock_shared( \
             hashtextextended(session::text, 'eventbus_replica'::regclass::oid::bigint)) END",
    ))
    .bind(subscription)
    .bind(store.session.id)
    .fetch_all(connection)
    .await?;
    Ok(alive.into_iter().collect())
}
