//! What was done to dead letters, and by whom.

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use uuid::Uuid;

use crate::dead_letter::Action;
use crate::error::Result;
use crate::store::columns;
use crate::store::postgres::PgStore;

pub(super) async fn record(
    store: &PgStore,
    connection: &mut PgConnection,
    action: &Action,
) -> Result<()> {
    let recorded = store
        .query(
            "INSERT INTO eventbus_action (id, at, who, action, subject, count, reason) \
         VALUES ($1, $2, $3, $4, $5::json, $6, $7) \
         ON CONFLICT (id) DO UPDATE SET count = eventbus_action.count + excluded.count",
        )
        .bind(action.id)
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
    store: &PgStore,
    before: Option<Uuid>,
    limit: usize,
) -> Result<Vec<Action>> {
    let query = store
        .query(
        "SELECT id, at, who, action, subject::text AS subject, count, reason FROM eventbus_action \
         WHERE $1::uuid IS NULL OR id < $1 ORDER BY id DESC LIMIT $2",
    )
    .bind(before)
    .bind(columns::limit(limit));
    let rows = store.fetch_all("read the actions", query).await?;
    let actions = rows.iter().map(action).collect::<Result<_, _>>();
    actions.map_err(|error| store.error("read the actions", error))
}

fn action(row: &PgRow) -> Result<Action, sqlx::Error> {
    let count: i64 = row.try_get("count")?;
    Ok(Action {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        who: row.try_get("who")?,
        action: row.try_get("action")?,
        subject: row.try_get("subject")?,
        count: u64::try_from(count).unwrap_or(0),
        reason: row.try_get("reason")?,
    })
}
