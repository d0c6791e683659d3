//! What was done to dead letters, and by whom.

use sqlx::Row;
use sqlx::sqlite::{SqliteConnection, SqliteRow};
use uuid::Uuid;

use crate::dead_letter::Action;
use crate::error::Result;
use crate::store::columns;
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::page::uuid;

pub(super) async fn record(
    store: &SqliteStore,
    connection: &mut SqliteConnection,
    action: &Action,
) -> Result<()> {
    let recorded = sqlx::query(
        "INSERT INTO eventbus_action (id, at, who, action, subject, count, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
         ON CONFLICT (id) DO UPDATE SET count = count + excluded.count",
    )
    .bind(action.id.to_string())
    .bind(action.at)
    .bind(&action.who)
    .bind(&action.action)
    .bind(&action.subject)
    .bind(i64::try_from(action.count).unwrap_or(i64::MAX))
    .bind(&action.reason)
    .execute(connection)
    .await;
    recorded.map(drop).map_err(|error| store.error("record an action", error))
}

pub(super) async fn list(
    store: &SqliteStore,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Action>> {
    let rows = sqlx::query(
        "SELECT id, at, who, action, subject, count, reason FROM eventbus_action \
         WHERE ?1 IS NULL OR id < ?1 ORDER BY id DESC LIMIT ?2",
    )
    .bind(before.map(|id| id.to_string()))
    .bind(columns::limit(limit))
    .fetch_all(&store.pool)
    .await;
    let actions = rows.and_then(|rows| rows.iter().map(action).collect());
    actions.map_err(|error| store.error("read the actions", error))
}

fn action(row: &SqliteRow) -> Result<Action, sqlx::Error> {
    let count: i64 = row.try_get("count")?;
    Ok(Action {
        id: uuid(row.try_get("id")?, "id")?,
        at: row.try_get("at")?,
        who: row.try_get("who")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        count: u64::try_from(count).unwrap_or(0),
        reason: row.try_get("reason")?,
    })
}
