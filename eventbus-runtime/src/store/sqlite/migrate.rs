//! The runtime's own tables.

use sqlx::raw_sql;
use sqlx::sqlite::SqliteConnection;

use crate::error::{Error, ErrorKind, Result};
use crate::migrations::{SQLITE, found, latest};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// Runs what is missing. `BEGIN IMMEDIATE` lets one process at a time do so.
pub(super) async fn migrate(store: &SqliteStore) -> Result<()> {
    let failed = |error| store.error("migrate", error);
    let mut transaction = store.begin().await?;
    let found = version(&mut transaction).await.map_err(failed)?;
    if found > latest(SQLITE) {
        return Err(Error::new(
            ErrorKind::Configuration,
            format!(
                "SQLite database `{}`: the tables of eventbus have version {found}, this program knows up to {}: it is \
                 older than the program that migrated them; deploy the newer one",
                store.place(),
                latest(SQLITE)
            ),
        ));
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

/// The version of the tables, 0 where there are none.
async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let tables: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'eventbus_*' UNION ALL \
         SELECT t.name || '.' || c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c \
         WHERE t.type = 'table' AND t.name GLOB 'eventbus_*'",
    )
    .fetch_all(&mut *connection)
    .await?;
    if !tables.iter().any(|table| table == "eventbus_schema") {
        return Ok(0);
    }
    let version: Option<i64> = sqlx::query_scalar("SELECT version FROM eventbus_schema")
        .fetch_optional(&mut *connection)
        .await?;
    if let Some(version) = version {
        return Ok(version);
    }
    // Somebody emptied the table: the others say how far they are.
    let found = found(SQLITE, &tables);
    sqlx::query("INSERT INTO eventbus_schema (version) VALUES (?1)")
        .bind(found)
        .execute(connection)
        .await?;
    Ok(found)
}
