//! The runtime's own tables.

use sqlx::raw_sql;
use sqlx::sqlite::SqliteConnection;

use crate::error::Result;
use crate::migrations::{SQLITE, found, latest};
use crate::store::sqlite::{SqliteStore, error};
use crate::store::{Store, schema};

/// Runs what is missing. `BEGIN IMMEDIATE` lets one process at a time do so.
pub(super) async fn migrate(store: &SqliteStore) -> Result<()> {
    let failed = |error| store.error("migrate", error);
    let mut transaction = store.begin().await?;
    let tables = tables(&mut transaction).await.map_err(failed)?;
    if is_made_by_files(&mut transaction, &tables).await.map_err(failed)? {
        return Err(schema::made_by_files(&named(&store.place())));
    }
    let found = version(&mut transaction, &tables).await.map_err(failed)?;
    if found > latest(SQLITE) {
        return Err(schema::newer(&named(&store.place()), found, latest(SQLITE)));
    }
    for step in SQLITE.iter().filter(|step| i64::from(step.version) > found) {
        tracing::debug!(
            version = step.version,
            name = step.name,
            "migrating the tables of eventbus"
        );
        raw_sql(step.sql).execute(&mut *transaction).await.map_err(failed)?;
    }
    store.commit(transaction).await
}

/// Refuses a connection to tables of another version.
pub(super) async fn refuse_other(place: &str, connection: &mut SqliteConnection) -> Result<()> {
    let failed = |cause| error::error(&place, "look for the tables of eventbus", cause);
    let tables = tables(connection).await.map_err(failed)?;
    if !has(&tables, "eventbus_schema") {
        return Ok(());
    }
    let version = recorded(connection).await.map_err(failed)?;
    let by_files = is_made_by_files(connection, &tables).await.map_err(failed)?;
    let Some(version) = version else { return Ok(()) };
    schema::refuse_other(&named(place), version, latest(SQLITE), Some(by_files))
}

/// Whether migration files made the tables.
async fn is_made_by_files(
    connection: &mut SqliteConnection,
    tables: &[String],
) -> Result<bool, sqlx::Error> {
    if !has(tables, "eventbus_type") {
        return Ok(false);
    }
    sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM eventbus_type)").fetch_one(connection).await
}

/// Our tables, and their columns.
async fn tables(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'eventbus_*' UNION ALL \
         SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
         WHERE t.type = 'table' AND t.name GLOB 'eventbus_*'",
    )
    .fetch_all(connection)
    .await
}

fn named(place: &str) -> String {
    format!("SQLite database `{place}`")
}

fn has(tables: &[String], table: &str) -> bool {
    tables.iter().any(|name| name == table)
}

async fn recorded(connection: &mut SqliteConnection) -> Result<Option<i64>, sqlx::Error> {
    sqlx::query_scalar("SELECT version FROM eventbus_schema").fetch_optional(connection).await
}

/// The version of the tables, 0 where there are none.
async fn version(connection: &mut SqliteConnection, tables: &[String]) -> Result<i64, sqlx::Error> {
    if !has(tables, "eventbus_schema") {
        return Ok(0);
    }
    if let Some(version) = recorded(connection).await? {
        return Ok(version);
    }
    // Somebody emptied the table: the others say how far they are.
    let found = found(SQLITE, tables);
    sqlx::query("INSERT INTO eventbus_schema (version) VALUES (?1)")
        .bind(found)
        .execute(connection)
        .await?;
    Ok(found)
}
