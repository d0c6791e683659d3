//! How a relay learns that another process has written: SQLite counts the commits of others for each connection.
//!
//! While somebody waits, one connection asks for that count now and then, which reads a few bytes of shared memory.

use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnection, SqlitePool};
use tokio::time::sleep;

use crate::store::bell::Ringer;

/// How often it asks.
const EVERY: Duration = Duration::from_millis(20);

/// How long it waits after a failure.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks as long as the bell is there.
pub(super) async fn listen(bell: Ringer, pool: SqlitePool) {
    while bell.is_there() {
        if let Err(error) = compare(&bell, &pool).await {
            tracing::warn!(%error, "cannot ask SQLite for the commits of others: polling once a second");
        }
        sleep(PATIENCE).await;
    }
}

/// Rings whenever the count has changed.
async fn compare(bell: &Ringer, pool: &SqlitePool) -> Result<(), sqlx::Error> {
    // Beside the pool, which may be small and is for others.
    let mut connection = pool.connect_options().connect().await?;
    let mut last = None;
    while bell.somebody_sleeps().await {
        let now = Some(version(&mut connection).await?);
        if now != last {
            bell.ring();
        }
        last = now;
        sleep(EVERY).await;
    }
    Ok(())
}

async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("PRAGMA data_version").fetch_one(connection).await
}
