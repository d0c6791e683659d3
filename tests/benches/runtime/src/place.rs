//! Databases to measure on: the tables of the runtime, and the application's own beside them.

use eventbus_runtime::{PgBus, SqliteBus};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::postgres::PgPoolOptions;

use crate::Result;
use crate::by_hand;

/// The name of the service that emits.
pub(crate) const SOURCE: &str = "/shop";

/// A PostgreSQL database with the server's default durability. Both sides use the pool of the bus.
pub(crate) async fn postgres(connections: usize) -> Result<(PgBus, PgDatabase)> {
    let database = PgDatabase::durable().await;
    let most = u32::try_from(connections)?;
    let pool = PgPoolOptions::new()
        .min_connections(most)
        .max_connections(most)
        .connect(&database.url())
        .await?;
    sqlx::raw_sql(by_hand::postgres::TABLES).execute(&pool).await?;
    Ok((PgBus::new(pool).with_source(SOURCE), database))
}

/// An SQLite file, opened as the runtime opens it: WAL, one flush to the disk per commit.
pub(crate) async fn sqlite() -> Result<(SqliteBus, SqliteFile)> {
    let file = SqliteFile::new();
    let bus = file.bus().await.with_source(SOURCE);
    sqlx::raw_sql(by_hand::sqlite::TABLES).execute(bus.pool()).await?;
    Ok((bus, file))
}
