//! The runtime's own tables.

use sqlx::postgres::{PgConnectOptions, PgConnection, Postgres};
use sqlx::{Row, SqlSafeStr, raw_sql};

use crate::error::Result;
use crate::migrations::{POSTGRES, found, latest};
use crate::store::postgres::error::{error, place};
use crate::store::postgres::{PgStore, epoch};
use crate::store::transaction::{Abandoned, Transaction};
use crate::store::{Store, schema};

/// Runs what is missing. An advisory lock lets one process at a time do so; nobody waits for a lock for longer than ten
/// seconds, because everybody else would wait behind it.
pub(super) async fn migrate(store: &PgStore) -> Result<()> {
    let failed = |error| store.error("migrate", error);
    // A later statement must see what another process did while we waited for the lock.
    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED".into_sql_str();
    let begun = Transaction::begin(&store.pool, Some(begin), Abandoned::Close).await?;
    let mut transaction = begun.map_err(failed)?;
    if is_made_by_files(store, &mut transaction).await.map_err(failed)? {
        return Err(schema::made_by_files(&store.place()));
    }
    if version(store, &mut transaction).await.map_err(failed)? != latest(POSTGRES) {
        lock(store, &mut transaction).await.map_err(failed)?;
        let found = version(store, &mut transaction).await.map_err(failed)?;
        refuse_newer(store, found)?;
        run(&mut transaction, found).await.map_err(failed)?;
    }
    // Whoever emits may read where the tables are, and not write it.
    if !epoch::is_here(store, &mut transaction).await.map_err(failed)? {
        epoch::adopt(store, &mut transaction).await.map_err(failed)?;
    }
    store.commit(transaction).await
}

async fn lock(store: &PgStore, transaction: &mut Transaction<Postgres>) -> Result<(), sqlx::Error> {
    store.query("SET LOCAL lock_timeout = '10s'").execute(&mut **transaction).await?;
    // A step that moves rows must fail rather than see a part of them.
    store.query("SET LOCAL row_security = off").execute(&mut **transaction).await?;
    store
        .query("SELECT pg_advisory_xact_lock(hashtextextended('eventbus.migrate', 0))")
        .execute(&mut **transaction)
        .await?;
    Ok(())
}

async fn run(transaction: &mut Transaction<Postgres>, found: i64) -> Result<(), sqlx::Error> {
    for step in POSTGRES.iter().filter(|step| i64::from(step.version) > found) {
        tracing::debug!(
            version = step.version,
            name = step.name,
            "migrating the tables of eventbus"
        );
        raw_sql(step.sql).execute(&mut **transaction).await?;
    }
    Ok(())
}

fn refuse_newer(store: &PgStore, found: i64) -> Result<()> {
    match latest(POSTGRES) {
        known if found > known => Err(schema::newer(&store.place(), found, known)),
        _ => Ok(()),
    }
}

/// Whether migration files made the tables, as far as this user may know. Who may not has no right to migrate either.
async fn is_made_by_files(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<bool, sqlx::Error> {
    let may_read = store.query_scalar(
        "SELECT coalesce(has_table_privilege(to_regclass('eventbus_type')::oid, 'SELECT'), false)",
    );
    if !may_read.fetch_one(&mut *connection).await? {
        return Ok(false);
    }
    store.query_scalar("SELECT EXISTS (SELECT FROM eventbus_type)").fetch_one(connection).await
}

/// Refuses a connection to tables of another version, as far as its user may know of them. Nothing is known of the way to
/// the server yet, so that these statements have no names.
pub(super) async fn refuse_other(
    options: &PgConnectOptions,
    connection: &mut PgConnection,
) -> Result<()> {
    let failed = |cause| error(options, "look for the tables of eventbus", cause);
    let may_read = raw_sql(
        "SELECT has_table_privilege(to_regclass('eventbus_schema')::oid, 'SELECT'), \
         has_table_privilege(to_regclass('eventbus_type')::oid, 'SELECT')",
    );
    let may_read = may_read.fetch_one(&mut *connection).await.map_err(failed)?;
    let may_read = |column: usize| may_read.get::<Option<bool>, _>(column).unwrap_or(false);
    if !may_read(0) {
        return Ok(());
    }
    let version = raw_sql("SELECT version::bigint FROM eventbus_schema");
    let version = version.fetch_optional(&mut *connection).await.map_err(failed)?;
    let Some(version) = version.map(|row| row.get::<i64, _>(0)) else { return Ok(()) };
    let by_files = if version < latest(POSTGRES) && may_read(1) {
        let types = raw_sql("SELECT EXISTS (SELECT FROM eventbus_type)");
        Some(types.fetch_one(connection).await.map_err(failed)?.get(0))
    } else {
        None
    };
    schema::refuse_other(&place(options), version, latest(POSTGRES), by_files)
}

/// The version of the tables, 0 where there are none.
async fn version(store: &PgStore, connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    let tables = tables(store, connection).await?;
    if !tables.iter().any(|table| table == "eventbus_schema") {
        return Ok(0);
    }
    let version: Option<i64> = store
        .query_scalar("SELECT version::bigint FROM eventbus_schema")
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(version) = version {
        return Ok(version);
    }
    // Somebody emptied the table: the others say how far they are.
    let found = found(POSTGRES, &tables);
    store
        .query("INSERT INTO eventbus_schema (version) VALUES ($1::integer)")
        .bind(found)
        .execute(connection)
        .await?;
    Ok(found)
}

/// Our tables, and their columns. Read from the catalog's own table: what `to_regclass` remembers may be older than the lock that was just
/// waited for.
async fn tables(
    store: &PgStore,
    connection: &mut PgConnection,
) -> Result<Vec<String>, sqlx::Error> {
    store.query_scalar(
        "SELECT relname::text FROM pg_catalog.pg_class WHERE relname LIKE 'eventbus\\_%' AND pg_table_is_visible(oid) \
         UNION ALL SELECT c.relname || '.' || a.attname FROM pg_catalog.pg_class AS c \
         JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped \
         WHERE c.relname LIKE 'eventbus\\_%' AND c.relkind IN ('r', 'p') AND pg_table_is_visible(c.oid)",
    )
    .fetch_all(connection)
    .await
}
