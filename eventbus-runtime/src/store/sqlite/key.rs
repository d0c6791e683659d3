//! Taking the keys of events.

use std::collections::HashMap;

use sqlx::sqlite::SqliteConnection;
use uuid::Uuid;

use crate::store::Keyed;
use crate::store::columns::{self, SWEEP};
use crate::store::keys::{self, Name};

/// Takes a key that is free or has expired.
const TAKE: &str = "\
    INSERT INTO eventbus_key (tenant, key, event_id, expires_at) \
    VALUES (?1, ?2, ?3, CAST(unixepoch('subsec') * 1000 AS INTEGER) + ?4) \
    ON CONFLICT (tenant, key) DO UPDATE SET event_id = excluded.event_id, expires_at = excluded.expires_at \
        WHERE eventbus_key.expires_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER)";

/// Removes some expired keys.
const REMOVE: &str = "\
    DELETE FROM eventbus_key WHERE (tenant, key) IN ( \
        SELECT tenant, key FROM eventbus_key WHERE expires_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER) \
        ORDER BY expires_at LIMIT ?1)";

/// Takes the keys that are free; answers with the others and the events that have them. There is one writer, so that
/// nobody is waited for.
pub(super) async fn take<'a>(
    connection: &mut SqliteConnection,
    keyed: &Keyed<'a>,
) -> Result<HashMap<Name<'a>, Uuid>, sqlx::Error> {
    let mut winners = HashMap::new();
    for (name, new) in keyed.names() {
        let taken = sqlx::query(TAKE)
            .bind(name.0)
            .bind(name.1)
            .bind(new.event.envelope.id.to_string())
            .bind(
                i64::try_from(keys::window(new).as_millis())
                    .expect("a hundred years in milliseconds fit"),
            )
            .execute(&mut *connection)
            .await?;
        if taken.rows_affected() == 0 {
            winners.insert(name, winner(connection, name).await?);
        }
    }
    if columns::sweeps(&keyed.firsts) {
        sqlx::query(REMOVE).bind(SWEEP).execute(connection).await?;
    }
    Ok(winners)
}

async fn winner(connection: &mut SqliteConnection, name: Name<'_>) -> Result<Uuid, sqlx::Error> {
    let id: String =
        sqlx::query_scalar("SELECT event_id FROM eventbus_key WHERE tenant = ?1 AND key = ?2")
            .bind(name.0)
            .bind(name.1)
            .fetch_one(connection)
            .await?;
    id.parse().map_err(|error: uuid::Error| sqlx::Error::Decode(error.into()))
}
