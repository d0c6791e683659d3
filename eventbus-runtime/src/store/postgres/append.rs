//! Appending to the log.
//!
//! Events without a key are one statement, and so are events with keys whose keys are free. Only where one is taken, a
//! second statement reads who has it.

use sqlx::postgres::{PgArguments, PgConnection, Postgres};
use sqlx::query::Query;
use sqlx::{ConnectOptions, Connection};
use uuid::Uuid;

use crate::envelope::Envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::bell::ring;
use crate::store::postgres::{PgStore, epoch, key};
use crate::store::{Duplicates, Keyed, NewEvent, columns};

/// An insert of `$values`, the columns after the epoch, for each row of `$from`. It writes nothing where the tables are in
/// another cluster than `eventbus_schema` says: then the epoch is raised first.
macro_rules! insert {
    ($values:literal, $from:literal, $order:literal) => {
        concat!(
            ring!("$15"),
            "INSERT INTO eventbus_event (epoch, shard, version, id, correlation_id, causation_id, type, source, tenant, \
                aggregate_id, traceparent, tracestate, metadata, data, priority) \
            SELECT s.epoch, ",
            $values,
            " FROM bell, eventbus_schema AS s",
            $from,
            " WHERE s.cluster = (SELECT system_identifier::text FROM pg_control_system()) AND bell.rung IS NOT NULL",
            $order,
        )
    };
}

/// One event, which is what most emits are: the server does half the work that arrays of one cost it.
const INSERT_ONE: &str =
    insert!("$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::json, $13::json, $14", "", "");

/// One statement for all rows, numbered in their order.
const INSERT: &str = insert!(
    "e.shard, e.version, e.id, e.correlation_id, e.causation_id, e.type, e.source, e.tenant, e.aggregate_id, \
        e.traceparent, e.tracestate, e.metadata::json, e.data::json, e.priority",
    ", UNNEST($1::smallint[], $2::integer[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], \
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::smallint[]) WITH ORDINALITY \
        AS e (shard, version, id, correlation_id, causation_id, type, source, tenant, aggregate_id, traceparent, \
        tracestate, metadata, data, priority, ordinal)",
    " ORDER BY e.ordinal"
);

/// Writes events, in a transaction of the caller's, or by themselves where a tenant is named: then their statement sets it,
/// unless the connection has one, in which case row level security holds that against the events.
pub(super) async fn append(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
    tenant: Option<&str>,
) -> Result<Duplicates> {
    let mut inside = store.inside(connection, "emit").await?;
    let written = append_inside(store, &mut inside, events, tenant).await;
    store.leave(inside, "emit", written).await
}

async fn append_inside(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
    tenant: Option<&str>,
) -> Result<Duplicates> {
    let keyed = Keyed::of(events);
    let failed = |error| store.error("emit", error);
    if let Some(duplicates) = write(store, connection, events, keyed.as_ref(), tenant).await? {
        return Ok(duplicates);
    }
    // On a connection beside the pool, which may have none to spare. In the caller's transaction the row would stay locked
    // until its end, and an emitter that waits for the row may hold what this caller wants next: nobody would see that.
    let mut other = store.pool.connect_options().connect().await.map_err(failed)?;
    let mut inside = store.inside(&mut other, "emit").await?;
    let adopted = epoch::adopt(store, &mut inside).await.map_err(failed);
    store.leave(inside, "emit", adopted).await?;
    other.close().await.map_err(failed)?;
    if let Some(duplicates) = write(store, connection, events, keyed.as_ref(), tenant).await? {
        return Ok(duplicates);
    }
    if !epoch::exists(store, connection).await.map_err(failed)? {
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

/// Writes the rows; `None` where the tables are in another cluster, and nothing was written.
async fn write(
    store: &PgStore,
    connection: &mut PgConnection,
    events: &[NewEvent],
    keyed: Option<&Keyed<'_>>,
    tenant: Option<&str>,
) -> Result<Option<Duplicates>> {
    if let Some(keyed) = keyed {
        return key::write(store, connection, keyed, tenant).await;
    }
    let done = async {
        let insert = match events {
            [event] => bound_one(store.query(INSERT_ONE), event)?,
            events => bound(store.query(INSERT), &events.iter().collect::<Vec<_>>())?,
        };
        insert.bind(tenant).execute(connection).await
    };
    let done = done.await.map_err(|error| store.error("emit", error))?;
    Ok((done.rows_affected() > 0).then(Duplicates::new))
}

/// Binds the columns of one event as `$1` to `$14`.
fn bound_one<'q>(
    query: Query<'q, Postgres, PgArguments>,
    event: &'q NewEvent,
) -> Result<Query<'q, Postgres, PgArguments>, sqlx::Error> {
    let Envelope { version, id, correlation_id, causation_id, .. } = event.event.envelope;
    let envelope = &event.event.envelope;
    Ok(query
        .bind(columns::slot(event))
        .bind(whole(version)?)
        .bind(id)
        .bind(correlation_id)
        .bind(causation_id)
        .bind(&envelope.event_type)
        .bind(&envelope.source)
        .bind(&envelope.tenant)
        .bind(&envelope.aggregate_id)
        .bind(&envelope.traceparent)
        .bind(&envelope.tracestate)
        .bind(columns::metadata(&envelope.metadata))
        .bind(event.event.data.as_str())
        .bind(envelope.priority.number()))
}

/// Binds the columns of these events as `$1` to `$14`.
pub(super) fn bound<'q>(
    query: Query<'q, Postgres, PgArguments>,
    events: &[&'q NewEvent],
) -> Result<Query<'q, Postgres, PgArguments>, sqlx::Error> {
    let versions = events.iter().map(|event| whole(event.event.envelope.version));
    let versions: Vec<i32> = versions.collect::<Result<_, _>>()?;
    Ok(query
        .bind(events.iter().map(|event| columns::slot(event)).collect::<Vec<i16>>())
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
        .bind(column::<i16>(events, |envelope| envelope.priority.number())))
}

/// A version as the column holds it.
fn whole(version: u32) -> Result<i32, sqlx::Error> {
    i32::try_from(version).map_err(|error| sqlx::Error::Encode(error.into()))
}

fn column<'q, T>(events: &[&'q NewEvent], value: impl Fn(&'q Envelope) -> T) -> Vec<T> {
    events.iter().map(|event| value(&event.event.envelope)).collect()
}
