//! What a subscription has done with an event.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::error::Result;
use crate::store::postgres::{PgStore, start};
use crate::store::{Found, Handled, columns};

/// The cursor of the event's shard is behind it where the event is visible in the snapshot that is done, or in the one
/// that is being delivered and its number is reached; what an older epoch wrote is behind every cursor of a newer one. Where
/// its tenant or its priority has a detour in the shard, the cursor of the narrowest is meant.
const FIND: &str = "\
    SELECT e.type, c.epoch > e.epoch OR c.epoch = e.epoch AND (pg_visible_in_snapshot(e.xid, c.from_snapshot) \
        OR pg_visible_in_snapshot(e.xid, c.to_snapshot) AND e.position <= c.position), \
        d.position IS NOT NULL, l.message \
    FROM eventbus_event AS e \
    JOIN eventbus_shard AS s ON s.subscription = $2 AND s.shard = e.shard::integer \
        * (SELECT count(*) FROM eventbus_shard WHERE subscription = $2) / 1024 \
    CROSS JOIN LATERAL (SELECT 1 + t.everybody::integer AS rank, t.epoch, t.from_snapshot, t.to_snapshot, t.position FROM eventbus_detour AS t \
        WHERE t.subscription = $2 AND t.shard = s.shard AND (t.everybody OR t.tenant = coalesce(e.tenant, '')) \
        AND t.priority IN (-1, e.priority) \
        UNION ALL SELECT 3, s.epoch, s.from_snapshot, s.to_snapshot, s.position ORDER BY rank LIMIT 1) AS c \
    LEFT JOIN eventbus_delivery AS d ON d.subscription = $2 AND d.position = e.position \
    LEFT JOIN eventbus_dead_letter AS l ON l.subscription = $2 AND l.position = e.position AND l.source = 'event' \
    WHERE e.position = $1";

pub(super) async fn handled(store: &PgStore, subscription: &str, event: Uuid) -> Result<Handled> {
    let mut errand = store.errand(&format!("ask what `{subscription}` has handled")).await?;
    let handled = ask(store, &mut errand, subscription, event).await;
    store.end(errand, handled).await
}

async fn ask(
    store: &PgStore,
    connection: &mut PgConnection,
    subscription: &str,
    event: Uuid,
) -> Result<Handled> {
    let failed = |error| store.error(&format!("ask what `{subscription}` has handled"), error);
    let handles: Option<String> = store
        .query_scalar("SELECT handles::text FROM eventbus_subscription WHERE name = $1")
        .bind(subscription)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    let Some(handles) = handles else { return Ok(Handled::Unknown) };
    let handles = columns::read_handles(subscription, &handles)?;
    let found = find(store, connection, subscription, event).await.map_err(failed)?;
    Ok(Handled::of(found, &handles))
}

async fn find(
    store: &PgStore,
    connection: &mut PgConnection,
    subscription: &str,
    event: Uuid,
) -> Result<Option<Found>, sqlx::Error> {
    let Some((position, _)) = start::find(store, connection, event).await? else { return Ok(None) };
    let row: Option<(String, bool, bool, Option<String>)> =
        store.query_as(FIND).bind(position).bind(subscription).fetch_optional(connection).await?;
    Ok(row.map(|(event_type, passed, open, dead)| Found { event_type, passed, open, dead }))
}
