//! A log that is one table becomes the first partition of one.
//!
//! The table has to be known to have no number behind the partition's last one before it is locked, or it would be read
//! then. So a constraint says so first, which is added unchecked, checked while everybody goes on, and dropped with the swap.
//! Until then nobody can have a number behind it: it lies a whole partition ahead of the last one.

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, raw_sql};

use crate::error::{Error, ErrorKind, Result};
use crate::store::postgres::PgStore;
use crate::store::postgres::epoch;
use crate::store::postgres::partition::{PARTITION, ahead, layout, run};
use crate::store::postgres::patience::{self, Patience};

/// While the table is checked, neither emitters nor readers wait for it; a vacuum that is under way gives way.
const CHECK: &str = "SET LOCAL lock_timeout = '10s'";

pub(super) async fn convert(store: &PgStore, size: i64) -> Result<()> {
    let failed = |error| store.error(PARTITION, error);
    let mut errand = store.errand(PARTITION).await?;
    let found = async {
        if layout(store, &mut errand).await.map_err(failed)?.is_partitioned {
            return Ok(true);
        }
        refuse_dependents(store, &mut errand).await.map(|()| false)
    };
    let found = found.await;
    if store.end(errand, found).await? {
        return Ok(());
    }
    let mut patience = Patience::new(PARTITION);
    loop {
        match step(store, size).await {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            Err(error) => {
                if let Err(told) = patience.again(store, error).await {
                    return Err(let_go(store, told).await);
                }
            }
        }
    }
}

/// Goes on from where it is; whether that was the last step.
async fn step(store: &PgStore, size: i64) -> Result<bool, sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let done = async {
        let connection = &mut *transaction;
        if layout(store, connection).await?.is_partitioned {
            return Ok(true);
        }
        let last = epoch::now(store, connection).await?.last;
        let checks = unchecked(store, connection).await?;
        match bound(store, connection).await? {
            Some((upto, true)) if checks.is_empty() && upto > last => {
                swap(store, connection, upto, size).await
            }
            Some((upto, _)) if !checks.is_empty() && upto - last > size / 2 => {
                raw_sql(CHECK).execute(&mut *connection).await?;
                run(connection, &checks).await?;
                Ok(false)
            }
            _ => add_bound(store, connection, last, size).await.map(|()| false),
        }
    };
    let done = done.await;
    patience::end(store, transaction, done).await
}

/// What checks the constraints that nobody has checked: a partition has to keep what its parent says.
async fn unchecked(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    store
        .query_scalar(
            "SELECT format('ALTER TABLE eventbus_event VALIDATE CONSTRAINT %I', conname) FROM pg_constraint \
             WHERE conrelid = 'eventbus_event'::regclass AND contype = 'c' AND NOT convalidated ORDER BY conname",
        )
        .fetch_all(connection)
        .await
}

/// The number that the constraint lets nobody go beyond, and whether it was checked.
async fn bound(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<Option<(i64, bool)>, sqlx::Error> {
    store
        .query_as(
            "SELECT substring(pg_get_constraintdef(oid) FROM '<= ''?([0-9]+)')::bigint, convalidated FROM pg_constraint \
             WHERE conrelid = 'eventbus_event'::regclass AND conname = 'eventbus_event_upto'",
        )
        .fetch_optional(connection)
        .await
}

/// Says where the first partition will end: a partition's size ahead, and in a large log, whose check takes long, farther.
async fn add_bound(
    store: &PgStore,
    connection: &mut PgConnection,
    last: i64,
    size: i64,
) -> Result<(), sqlx::Error> {
    let dropped: Option<i64> = store
        .query_scalar("SELECT dropped FROM eventbus_retention")
        .fetch_optional(&mut *connection)
        .await?;
    let events = last - dropped.unwrap_or(0);
    let upto = last.saturating_add(size.max(events / 8));
    let sql = format!(
        "ALTER TABLE eventbus_event DROP CONSTRAINT IF EXISTS eventbus_event_upto, \
         ADD CONSTRAINT eventbus_event_upto CHECK (position <= {upto}) NOT VALID"
    );
    raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(drop)
}

/// Takes the constraint away again where nothing came of it, because it would stand in the way of numbers that are still to
/// come; what is told then.
async fn let_go(store: &PgStore, told: Error) -> Error {
    let mut patience = Patience::new(PARTITION);
    let left = loop {
        match drop_bound(store).await {
            Ok(()) => return told,
            Err(error) => {
                if let Err(error) = patience.again(store, error).await {
                    break error;
                }
            }
        }
    };
    let message = format!(
        "{told}; and the constraint eventbus_event_upto could not be taken away again, which refuses events behind its \
         number: run this again before they come so far, or drop it"
    );
    Error::new(told.kind(), message).with_source(left)
}

async fn drop_bound(store: &PgStore) -> Result<(), sqlx::Error> {
    let mut transaction = patience::begin(store).await?;
    let gone = async {
        if bound(store, &mut transaction).await?.is_none() {
            return Ok(());
        }
        let sql = "ALTER TABLE eventbus_event DROP CONSTRAINT IF EXISTS eventbus_event_upto";
        raw_sql(sql).execute(&mut *transaction).await.map(drop)
    };
    let gone = gone.await;
    patience::end(store, transaction, gone).await
}

/// Puts a partitioned table in the place of the log. Nobody has the log meanwhile, so that no number is given out.
async fn swap(
    store: &PgStore,
    connection: &mut PgConnection,
    upto: i64,
    size: i64,
) -> Result<bool, sqlx::Error> {
    raw_sql("LOCK TABLE eventbus_event IN ACCESS EXCLUSIVE MODE").execute(&mut *connection).await?;
    // What was found before the lock was had may be gone: another process may have done it.
    let is_ours = !layout(store, connection).await?.is_partitioned
        && bound(store, connection).await? == Some((upto, true));
    if !is_ours {
        return Ok(false);
    }
    let last = epoch::now(store, connection).await?.last;
    let statements: Vec<String> = store
        .query_scalar(include_str!("swap.sql"))
        .bind(upto)
        .bind(last)
        .fetch_all(&mut *connection)
        .await?;
    run(connection, &statements).await?;
    ahead::add(store, connection, None).await?;
    ahead::add(store, connection, Some((upto + 1, upto.saturating_add(size) + 1))).await?;
    tracing::info!(upto, size, "the log is partitioned");
    Ok(true)
}

/// What knows the table and not its name would go on with the first partition alone.
async fn refuse_dependents(store: &PgStore, connection: &mut PgConnection) -> Result<()> {
    let found: Vec<String> = store
        .query_scalar(
            "SELECT DISTINCT pg_describe_object(d.classid, d.objid, 0) FROM pg_depend AS d \
             LEFT JOIN pg_constraint AS k ON d.classid = 'pg_constraint'::regclass AND k.oid = d.objid \
             LEFT JOIN pg_rewrite AS r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid \
             LEFT JOIN pg_class AS v ON v.oid = r.ev_class \
             WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = 'eventbus_event'::regclass \
             AND (d.classid IN ('pg_proc'::regclass, 'pg_publication_rel'::regclass) OR k.contype = 'f' OR v.relkind <> 'v') \
             UNION SELECT 'index ' || indexrelid::regclass || ', which is not valid,' FROM pg_index \
             WHERE indrelid = 'eventbus_event'::regclass AND NOT (indisvalid AND indisready) ORDER BY 1",
        )
        .fetch_all(connection)
        .await
        .map_err(|error| store.error(PARTITION, error))?;
    if found.is_empty() {
        return Ok(());
    }
    let message = format!(
        "{}: cannot {PARTITION}: {} would stay with the first partition: drop what it is, and create it again afterwards",
        store.place(),
        found.join(" and ")
    );
    Err(Error::new(ErrorKind::Configuration, message))
}
