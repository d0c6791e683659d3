//! Appending events that have keys.

use std::collections::HashMap;

use sqlx::Connection;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::context::Context;
use crate::error::{Error, ErrorKind, Result};
use crate::store::columns::{self, SWEEP};
use crate::store::keys::{self, Name};
use crate::store::postgres::append::bound;
use crate::store::postgres::bell::ring;
use crate::store::postgres::{PgStore, tenants};
use crate::store::{Duplicates, Keyed};

/// One statement for keys and rows: what has a key is written only where its key was free or has expired. It waits for
/// a transaction that took one of the keys and is still open. A key that it finds taken stays locked until the
/// transaction ends, so that the winner can be read.
///
/// Keys are taken in their order, lest two emitters wait for each other. Like the statement without keys it writes
/// nothing where the tables are in another cluster.
const INSERT: &str = concat!(
    ring!("$17"),
    ", s AS ( \
        SELECT epoch FROM eventbus_schema \
        WHERE cluster = (SELECT system_identifier::text FROM pg_control_system()) \
    ), e AS ( \
        SELECT * FROM UNNEST($1::smallint[], $2::integer[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], \
            $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::smallint[], $15::text[], $16::float8[]) \
            WITH ORDINALITY AS e (shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id, \
            traceparent, tracestate, metadata, data, priority, key, seconds, ordinal) \
    ), taken AS ( \
        INSERT INTO eventbus_key AS k (tenant, key, event_id, expires_at) \
        SELECT coalesce(e.tenant, ''), e.key, e.id, clock_timestamp() + make_interval(secs => e.seconds) \
        FROM e, s, bell WHERE e.key IS NOT NULL AND bell.rung IS NOT NULL ORDER BY 1, 2 \
        ON CONFLICT (tenant, key) DO UPDATE SET event_id = excluded.event_id, expires_at = excluded.expires_at \
            WHERE k.expires_at <= clock_timestamp() \
        RETURNING k.tenant, k.key \
    ), written AS ( \
        INSERT INTO eventbus_event (epoch, shard, version, id, correlation_id, causation_id, type, source, tenant, \
            aggregate_id, traceparent, tracestate, metadata, data, priority) \
        SELECT s.epoch, e.shard, e.version, e.id, e.correlation_id, e.causation_id, e.type, e.source, e.tenant, \
            e.aggregate_id, e.traceparent, e.tracestate, e.metadata::json, e.data::json, e.priority \
        FROM e, s, bell WHERE bell.rung IS NOT NULL \
        AND (e.key IS NULL OR (coalesce(e.tenant, ''), e.key) IN (SELECT tenant, key FROM taken)) \
        ORDER BY e.ordinal \
    ) \
    SELECT EXISTS (SELECT FROM s), coalesce(array_agg(tenant), '{}'), coalesce(array_agg(key), '{}') FROM taken",
);

/// The events that have these keys.
const WINNERS: &str = "\
    SELECT k.tenant, k.key, k.event_id FROM eventbus_key AS k \
    JOIN UNNEST($1::text[], $2::text[]) AS w (tenant, key) ON k.tenant = w.tenant AND k.key = w.key";

/// Removes some expired keys that nobody is taking.
const REMOVE: &str = "\
    DELETE FROM eventbus_key WHERE (tenant, key) IN ( \
        SELECT tenant, key FROM eventbus_key WHERE expires_at <= now() ORDER BY expires_at LIMIT $1 \
        FOR UPDATE SKIP LOCKED)";

/// Writes what is no duplicate; `None` where the tables are in another cluster, and nothing was written.
pub(super) async fn write(
    store: &PgStore,
    connection: &mut PgConnection,
    keyed: &Keyed<'_>,
    tenant: Option<&str>,
) -> Result<Option<Duplicates>> {
    let failed = |error| store.error("emit", error);
    let Some(taken) = insert(store, connection, keyed, tenant).await.map_err(failed)? else {
        return Ok(None);
    };
    duplicates(store, connection, keyed, &taken, tenant).await.map(Some)
}

/// What is a duplicate where only these keys could be taken.
pub(super) async fn duplicates(
    store: &PgStore,
    connection: &mut PgConnection,
    keyed: &Keyed<'_>,
    taken: &[(String, String)],
    tenant: Option<&str>,
) -> Result<Duplicates> {
    let failed = |error| store.error("emit", error);
    let lost: Vec<Name<'_>> = {
        let ours = |name: &Name<'_>| taken.iter().any(|(tenant, key)| (&**tenant, &**key) == *name);
        keyed.names().map(|(name, _)| name).filter(|name| !ours(name)).collect()
    };
    let winners = if lost.is_empty() {
        Vec::new()
    } else {
        winners(store, connection, &lost, tenant).await.map_err(failed)?
    };
    if winners.len() < lost.len() {
        return Err(Error::new(
            ErrorKind::TransactionRollback,
            format!(
                "{}: cannot emit: a key expired at this very moment: run it again",
                store.place()
            ),
        ));
    }
    if columns::sweeps(&keyed.firsts) {
        sweep(store, keyed.firsts[0].event.envelope.tenant.clone());
    }
    let winners: HashMap<Name<'_>, Uuid> =
        winners.iter().map(|(tenant, key, id)| ((&**tenant, &**key), *id)).collect();
    Ok(keyed.duplicates(&winners))
}

/// The keys that were taken; `None` where the tables are in another cluster.
async fn insert(
    store: &PgStore,
    connection: &mut PgConnection,
    keyed: &Keyed<'_>,
    tenant: Option<&str>,
) -> Result<Option<Vec<(String, String)>>, sqlx::Error> {
    let texts = keyed.firsts.iter().map(|new| new.key.as_ref().map(|key| key.text.as_str()));
    let seconds = keyed.firsts.iter().map(|new| keys::window(new).as_secs_f64());
    let insert = bound(store.query(INSERT), &keyed.firsts)?
        .bind(texts.collect::<Vec<Option<&str>>>())
        .bind(seconds.collect::<Vec<f64>>())
        .bind(tenant);
    let row = insert.fetch_one(connection).await?;
    let (known, tenants, keys): (bool, Vec<String>, Vec<String>) = sqlx::FromRow::from_row(&row)?;
    Ok(known.then(|| tenants.into_iter().zip(keys).collect()))
}

async fn winners(
    store: &PgStore,
    connection: &mut PgConnection,
    lost: &[Name<'_>],
    tenant: Option<&str>,
) -> Result<Vec<(String, String, Uuid)>, sqlx::Error> {
    let (tenants, keys): (Vec<&str>, Vec<&str>) = lost.iter().copied().unzip();
    let read = store.query_as(WINNERS).bind(tenants).bind(keys);
    if tenant.is_none() {
        return read.fetch_all(connection).await;
    }
    // The tenant that the insert set went with its statement where that was a transaction of its own.
    let mut transaction = connection.begin().await?;
    tenants::enter_unless_set(store, &mut transaction, tenant).await?;
    let winners = read.fetch_all(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(winners)
}

/// Removes expired keys in a task and on a connection of its own: in the caller's transaction they would stay locked
/// until its end. What it does not come to, the next one does. Under row level security an emitter removes those of its
/// tenant.
fn sweep(store: &PgStore, tenant: Option<String>) {
    let store = store.clone();
    let context = Context { tenant, ..Context::new() };
    tokio::spawn(context.scope(async move {
        let remove = store.query(REMOVE).bind(i64::from(SWEEP));
        if let Err(error) = store.execute("remove expired event keys", remove).await {
            tracing::warn!(error = error.full(), "expired event keys cannot be removed");
        }
    }));
}
