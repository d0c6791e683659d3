//! What a subscription has done with an event.

use uuid::Uuid;

use crate::error::Result;
use crate::store::sqlite::{SqliteStore, start};
use crate::store::{Found, Handled, columns};

const FIND: &str = "\
    SELECT e.type, e.position <= coalesce(t.position, y.position, c.position), d.position IS NOT NULL, l.message \
    FROM eventbus_event AS e \
    JOIN eventbus_shard AS c ON c.subscription = ?2 AND c.shard = e.shard \
        * (SELECT count(*) FROM eventbus_shard WHERE subscription = ?2) / 1024 \
    LEFT JOIN eventbus_detour AS t ON t.subscription = ?2 AND t.shard = c.shard AND NOT t.everybody \
        AND t.tenant = coalesce(e.tenant, '') AND t.priority IN (-1, e.priority) \
    LEFT JOIN eventbus_detour AS y ON y.subscription = ?2 AND y.shard = c.shard AND y.everybody \
        AND y.priority = e.priority \
    LEFT JOIN eventbus_delivery AS d ON d.subscription = ?2 AND d.position = e.position \
    LEFT JOIN eventbus_dead_letter AS l ON l.subscription = ?2 AND l.position = e.position AND l.source = 'event' \
    WHERE e.position = ?1";

pub(super) async fn handled(
    store: &SqliteStore,
    subscription: &str,
    event: Uuid,
) -> Result<Handled> {
    let failed = |error| store.error(&format!("ask what `{subscription}` has handled"), error);
    let handles: Option<String> =
        sqlx::query_scalar("SELECT handles FROM eventbus_subscription WHERE name = ?1")
            .bind(subscription)
            .fetch_optional(&store.pool)
            .await
            .map_err(failed)?;
    let Some(handles) = handles else { return Ok(Handled::Unknown) };
    let handles = columns::read_handles(subscription, &handles)?;
    let found = find(store, subscription, event).await.map_err(failed)?;
    Ok(Handled::of(found, &handles))
}

async fn find(
    store: &SqliteStore,
    subscription: &str,
    event: Uuid,
) -> Result<Option<Found>, sqlx::Error> {
    let Some(position) = start::find(store, event).await? else { return Ok(None) };
    let row: Option<(String, bool, bool, Option<String>)> =
        sqlx::query_as(FIND).bind(position).bind(subscription).fetch_optional(&store.pool).await?;
    Ok(row.map(|(event_type, passed, open, dead)| Found { event_type, passed, open, dead }))
}
