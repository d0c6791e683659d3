//! Appending to the log.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::{PgStore, epoch};
use crate::store::{NewEvent, columns};

/// One statement for all rows, numbered in their order. It writes nothing where the tables are in another cluster than
/// `eventbus_schema` says: then the epoch is raised first.
const INSERT: &str = "\
    INSERT INTO eventbus_event (epoch, shard, version, id, correlation_id, causation_id, type, source, tenant, \
        aggregate_id, traceparent, tracestate, metadata, data) \
    SELECT s.epoch, e.shard, e.version, e.id, e.correlation_id, e.causation_id, e.type, e.source, e.tenant, \
        e.aggregate_id, e.traceparent, e.tracestate, e.metadata::json, e.data::json \
    FROM eventbus_schema AS s, \
        UNNEST($1::smallint[], $2::integer[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], \
            $9::text[], $10::text[], $11::text[], $12::text[], $13::text[]) WITH ORDINALITY \
        AS e (shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id, traceparent, \
            tracestate, metadata, data, ordinal) \
    WHERE s.cluster = (SELECT system_identifier::text FROM pg_control_system()) \
    ORDER BY e.ordinal";

pub(super) async fn append(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
) -> Result<()> {
    let failed = |error| store.error("emit", error);
    if insert(connection, events).await.map_err(failed)? {
        return Ok(());
    }
    // On a connection of its own, so that nobody has to wait for the caller's transaction; where none is idle, there.
    match store.pool.try_acquire() {
        Some(mut other) => epoch::adopt(&mut other).await.map_err(failed)?,
        None => epoch::adopt(connection).await.map_err(failed)?,
    }
    if insert(connection, events).await.map_err(failed)? {
        return Ok(());
    }
    if !epoch::exists(connection).await.map_err(failed)? {
        let message = format!("{}: cannot emit: {}", store.place(), epoch::NO_ROW);
        return Err(Error::new(ErrorKind::Configuration, message));
    }
    Err(Error::new(
        ErrorKind::TransactionRollback,
        format!(
            "{}: cannot emit: the tables of eventbus were just found in a new cluster, and this transaction began \
             before that: run it again",
            store.place()
        ),
    ))
}

/// Whether the rows were written.
async fn insert(connection: &mut PgConnection, events: &[NewEvent]) -> Result<bool, sqlx::Error> {
    let versions = events.iter().map(|event| i32::try_from(event.event.envelope.version));
    let versions: Vec<i32> =
        versions.collect::<Result<_, _>>().map_err(|error| sqlx::Error::Encode(error.into()))?;
    let done = sqlx::query(INSERT)
        .bind(events.iter().map(columns::slot).collect::<Vec<i16>>())
        .bind(versions)
        .bind(column::<Uuid>(events, |envelope| envelope.id))
        .bind(column::<Option<Uuid>>(events, |envelope| envelope.correlation_id))
        .bind(column::<Option<Uuid>>(events, |envelope| envelope.causation_id))
        .bind(column::<&str>(events, |envelope| &envelope.event_type))
        .bind(column::<&str>(events, |envelope| &envelope.source))
        .bind(column::<Option<&str>>(events, |envelope| envelope.tenant.as_deref()))
        .bind(column::<Option<&str>>(events, |envelope| envelope.aggregate_id.as_deref()))
        .bind(column::<Option<&str>>(events, |envelope| envelope.traceparent.as_deref()))
        .bind(column::<Option<&str>>(events, |envelope| envelope.tracestate.as_deref()))
        .bind(column::<Option<String>>(events, |envelope| columns::metadata(&envelope.metadata)))
        .bind(events.iter().map(|event| event.event.data.as_str()).collect::<Vec<&str>>())
        .execute(connection)
        .await?;
    Ok(done.rows_affected() > 0)
}

fn column<'a, T>(events: &'a [NewEvent], value: impl Fn(&'a Envelope) -> T) -> Vec<T> {
    events.iter().map(|event| value(&event.event.envelope)).collect()
}
