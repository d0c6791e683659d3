//! Appending to the log.

use std::pin::pin;
use std::task::{Context, Waker};

use sqlx::query_builder::{QueryBuilder, Separated};
use sqlx::sqlite::{Sqlite, SqliteConnection};
use sqlx::{Connection, Database, raw_sql};
use sqlx_core::transaction::TransactionManager;

use crate::error::Result;
use crate::store::sqlite::{SqliteStore, error, key, schedule};
use crate::store::{Due, Duplicates, Keyed, NewEvent, columns};

/// Rows per statement: 14 values each, of the 32,766 that SQLite binds at most.
const ROWS: usize = 100;

pub(super) async fn append(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    events: &[NewEvent],
) -> Result<Duplicates> {
    append_to(store, connection, events, Written::Log).await
}

/// Where events are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Written {
    /// To the log.
    Log,
    /// To the schedule.
    Scheduled(Due),
}

/// Takes keys and writes what is no duplicate.
pub(super) async fn append_to(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    events: &[NewEvent],
    to: Written,
) -> Result<Duplicates> {
    let keyed = Keyed::of(events);
    let appended = if keyed.is_none() && events.len() <= ROWS {
        write(connection, events, None, to).await
    } else {
        together(connection, events, keyed.as_ref(), to).await
    };
    appended.map_err(|error| {
        if error::is_stale(&error) {
            error::cannot_upgrade(&store.place(), error)
        } else {
            store.error("emit", error)
        }
    })
}

/// Several statements, of which all take effect or none, also on a connection without a transaction and for a caller who
/// commits in spite of the error.
async fn together(
    connection: &mut SqliteConnection,
    events: &[NewEvent],
    keyed: Option<&Keyed<'_>>,
    to: Written,
) -> Result<Duplicates, sqlx::Error> {
    let depth = <Sqlite as Database>::TransactionManager::get_transaction_depth(connection);
    if depth == 0 {
        match connection.begin_with("BEGIN IMMEDIATE").await {
            Ok(mut transaction) => {
                let duplicates = write(&mut transaction, events, keyed, to).await?;
                transaction.commit().await?;
                return Ok(duplicates);
            }
            // Somebody began one with a statement, of which sqlx does not know.
            Err(error) if error::is_within_another(&error) => {}
            Err(error) => return Err(error),
        }
    }
    let mut savepoint = Savepoint { connection, ended: false };
    raw_sql("SAVEPOINT eventbus_emit").execute(&mut *savepoint.connection).await?;
    let written = write(savepoint.connection, events, keyed, to).await;
    let end = match written {
        Ok(_) => "RELEASE eventbus_emit",
        Err(_) => "ROLLBACK TO eventbus_emit; RELEASE eventbus_emit",
    };
    let ended = raw_sql(end).execute(&mut *savepoint.connection).await;
    savepoint.ended = true;
    let duplicates = written?;
    ended.map(|_| duplicates)
}

/// A savepoint inside a transaction of the caller's, who may stop waiting between two statements and commit all the same:
/// then what was written so far is taken back.
///
/// sqlx's own cannot be used: one that is cut off while it begins makes sqlx believe in a depth that is not there, and the
/// caller's commit does nothing.
struct Savepoint<'c> {
    connection: &'c mut SqliteConnection,
    ended: bool,
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // One by one, because nobody waits for the first and the connection's thread would not come to the second. The
        // first poll hands a statement to that thread, which runs it after those that it has already and before any that
        // the caller sends. Where the savepoint was released after all, both fail and nothing happens.
        for end in ["ROLLBACK TO eventbus_emit", "RELEASE eventbus_emit"] {
            let ending = pin!(raw_sql(end).execute(&mut *self.connection));
            let _ = ending.poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}

async fn write(
    connection: &mut SqliteConnection,
    events: &[NewEvent],
    keyed: Option<&Keyed<'_>>,
    to: Written,
) -> Result<Duplicates, sqlx::Error> {
    let duplicates = match keyed {
        Some(keyed) => keyed.duplicates(&key::take(connection, keyed).await?),
        None => Duplicates::new(),
    };
    let written = events.iter().enumerate().filter(|(index, _)| !duplicates.contains_key(index));
    let written: Vec<&NewEvent> = written.map(|(_, new)| new).collect();
    for rows in written.chunks(ROWS) {
        // Other numbers of rows are seldom the same twice: their statements would only crowd the cache.
        let keep = rows.len() == 1 || rows.len() == ROWS;
        let mut insert = match to {
            Written::Log => insert(rows),
            Written::Scheduled(due) => schedule::insert(rows, due),
        };
        insert.build().persistent(keep).execute(&mut *connection).await?;
    }
    Ok(duplicates)
}

/// The columns that the log and the schedule have in common, in the order in which [`bind`] binds them.
macro_rules! common {
    () => {
        "id, type, version, shard, source, tenant, aggregate_id, correlation_id, causation_id, traceparent, tracestate, \
         metadata, data, priority"
    };
}
pub(super) use common;

/// One statement; SQLite numbers its rows in their order.
fn insert(events: &[&NewEvent]) -> QueryBuilder<Sqlite> {
    let mut insert = QueryBuilder::new(concat!("INSERT INTO eventbus_event (", common!(), ") "));
    insert.push_values(events, |mut row, event| bind(&mut row, event));
    insert
}

/// Binds an event to a row.
pub(super) fn bind(row: &mut Separated<'_, Sqlite, &'static str>, new: &NewEvent) {
    let envelope = &new.event.envelope;
    row.push_bind(envelope.id.to_string())
        .push_bind(&envelope.event_type)
        .push_bind(envelope.version)
        .push_bind(columns::slot(new))
        .push_bind(&envelope.source)
        .push_bind(&envelope.tenant)
        .push_bind(&envelope.aggregate_id)
        .push_bind(envelope.correlation_id.map(|id| id.to_string()))
        .push_bind(envelope.causation_id.map(|id| id.to_string()))
        .push_bind(&envelope.traceparent)
        .push_bind(&envelope.tracestate)
        .push_bind(columns::metadata(&envelope.metadata))
        .push_bind(&new.event.data)
        .push_bind(envelope.priority.number());
}
