//! Subscriptions and their shards: made, found, taken, given back, moved.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::postgres::{PgArguments, PgConnection, PgRow, Postgres};
use sqlx::query::Query;
use uuid::Uuid;

use crate::error::Result;
use crate::store::postgres::cursor::Bound;
use crate::store::postgres::epoch::{self, fence};
use crate::store::postgres::replica::{alive, now};
use crate::store::postgres::{PgCursor, PgStore, start, tenants};
use crate::store::{
    Handles, Held, Registration, Replica, Roster, Shard, Start, Track, columns, first_fence,
};

/// A shard's columns, of the table `s`.
macro_rules! shard_columns {
    () => {
        concat!(
            "s.shard, ",
            fence!("s"),
            " AS fence, s.owner, s.epoch, s.from_snapshot::text, s.from_floor, s.to_snapshot::text, s.to_floor, \
             s.to_ceiling, s.position"
        )
    };
}

/// The columns of a detour, of the table `t`.
macro_rules! detour_columns {
    () => {
        "t.tenant, t.priority::bigint AS priority, t.everybody, t.epoch AS d_epoch, t.from_snapshot::text AS d_from_snapshot, t.from_floor AS d_from_floor, \
         t.to_snapshot::text AS d_to_snapshot, t.to_floor AS d_to_floor, t.to_ceiling AS d_to_ceiling, \
         t.position AS d_position"
    };
}

pub(super) async fn register(store: &PgStore, registration: &Registration) -> Result<()> {
    let subscription = &registration.subscription;
    let what = format!("register subscription `{subscription}`");
    let mut errand = store.errand(&what).await?;
    let registered = make(store, &mut errand, registration, &what).await;
    store.end(errand, registered).await
}

async fn make(
    store: &PgStore,
    connection: &mut PgConnection,
    registration: &Registration,
    what: &str,
) -> Result<()> {
    let subscription = &registration.subscription;
    let failed = |error| store.error(what, error);
    tenants::sees_all(store, connection, what).await?;
    // The dead are kept for a day, for whoever looks for what happened.
    let known: Option<i32> = store
        .query_scalar(concat!(
            "WITH old AS (DELETE FROM eventbus_replica WHERE subscription = $1 AND alive_until < ",
            now!(),
            " - 86400000) SELECT 1 FROM eventbus_subscription WHERE name = $1",
        ))
        .bind(subscription)
        .fetch_optional(&mut *connection)
        .await
        .map_err(failed)?;
    if known.is_some() {
        return Ok(());
    }
    let cursor = start::resolve(store, connection, registration.start).await?;
    let shards: Vec<i16> = numbers(0..registration.shards);
    let query = store.query(concat!(
        "WITH new AS (INSERT INTO eventbus_subscription (name, handles, seen_at) VALUES ($1, $2::json, ",
        now!(),
        ") ON CONFLICT DO NOTHING RETURNING name) \
         INSERT INTO eventbus_shard (subscription, shard, epoch, from_snapshot, from_floor, to_snapshot, to_floor, \
             to_ceiling, position, fence) \
         SELECT name, shard, $4, $5::pg_snapshot, $6, $7::pg_snapshot, $8, $9, $10, $11 FROM new, UNNEST($3::smallint[]) AS shard",
    ))
    .bind(subscription)
    .bind(columns::handles(&registration.handles))
    .bind(shards);
    let query = bind(query, &cursor).bind(first_fence());
    query.execute(connection).await.map(drop).map_err(failed)
}

pub(super) async fn declare(
    store: &PgStore,
    subscription: &str,
    seen: &Handles,
    handles: &Handles,
) -> Result<()> {
    let query = store.query(
        "UPDATE eventbus_subscription SET handles = $3::json WHERE name = $1 AND handles::text = $2",
    )
    .bind(subscription)
    .bind(columns::handles(seen))
    .bind(columns::handles(handles));
    store.execute(&format!("declare what subscription `{subscription}` handles"), query).await?;
    Ok(())
}

pub(super) async fn roster(
    store: &PgStore,
    subscription: &str,
) -> Result<Option<Roster<PgCursor>>> {
    let what = format!("look at subscription `{subscription}`");
    let failed = |error| store.error(&what, error);
    let mut errand = store.errand(&what).await?;
    let found: Option<(bool, String, i64)> = store
        .query_as(concat!(
            "SELECT paused, handles::text, ",
            now!(),
            " - seen_at FROM eventbus_subscription WHERE name = $1",
        ))
        .bind(subscription)
        .fetch_optional(&mut *errand)
        .await
        .map_err(failed)?;
    let Some((paused, handles, unseen)) = found else { return store.end(errand, Ok(None)).await };
    let alive = alive(store, &mut errand, subscription).await.map_err(failed)?;
    // Where the tables were just restored, their owners learn of it here.
    epoch::now(store, &mut errand).await.map_err(failed)?;
    let statement = concat!(
        "SELECT ",
        shard_columns!(),
        ", d.* FROM eventbus_shard AS s LEFT JOIN LATERAL (SELECT ",
        detour_columns!(),
        " FROM eventbus_detour AS t WHERE t.subscription = s.subscription AND t.shard = s.shard) AS d ON true \
         WHERE s.subscription = $1 ORDER BY s.shard"
    );
    let rows = store.query(statement).bind(subscription).fetch_all(&mut *errand).await;
    let rows = store.end(errand, rows.map_err(failed)).await?;
    let shards = rows.iter().map(|row| Ok((shard(row)?, detour(row)?)));
    let shards = columns::with_detours(shards).map_err(failed)?;
    let handles = columns::read_handles(subscription, &handles)?;
    Ok(Some(Roster { paused, handles, unseen, alive, shards }))
}

pub(super) async fn take(
    store: &PgStore,
    replica: &Replica,
    shards: &[Held],
) -> Result<Vec<Shard<PgCursor>>> {
    let (numbers, fences) = arrays(shards);
    let query = store
        .query(concat!(
            "UPDATE eventbus_shard AS s SET owner = $1, fence = s.fence + 1, \
             detours_of = CASE WHEN s.detours_of IS NOT NULL THEN $1 END, \
             priorities_of = CASE WHEN s.priorities_of IS NOT NULL THEN $1 END \
         FROM UNNEST($3::smallint[], $4::bigint[]) AS h (shard, fence) \
         WHERE s.subscription = $2 AND s.shard = h.shard AND h.fence = ",
            fence!("s"),
            " RETURNING ",
            shard_columns!(),
        ))
        .bind(replica.id)
        .bind(&replica.subscription)
        .bind(numbers)
        .bind(fences);
    let what = format!("take shards of subscription `{}`", replica.subscription);
    let mut errand = store.errand(&what).await?;
    let taken = async {
        tenants::sees_all(store, &mut errand, &what).await?;
        let failed = |error| store.error(&what, error);
        let rows = query.fetch_all(&mut *errand).await.map_err(failed)?;
        let taken = rows.iter().map(shard).collect::<Result<Vec<_>, _>>().map_err(failed)?;
        with_detours(store, &mut errand, &replica.subscription, taken).await.map_err(failed)
    };
    let taken = taken.await;
    store.end(errand, taken).await
}

/// Reads the detours of shards that were just taken: nobody else moves them any more.
async fn with_detours(
    store: &PgStore,
    connection: &mut PgConnection,
    subscription: &str,
    mut taken: Vec<Shard<PgCursor>>,
) -> Result<Vec<Shard<PgCursor>>, sqlx::Error> {
    let statement = concat!(
        "SELECT t.shard, ",
        detour_columns!(),
        " FROM eventbus_detour AS t WHERE t.subscription = $1"
    );
    let rows = store.query(statement).bind(subscription).fetch_all(connection).await?;
    for row in &rows {
        let number: i16 = row.try_get("shard")?;
        let of = taken.iter_mut().find(|shard| i16::try_from(shard.held.shard) == Ok(number));
        if let Some(shard) = of {
            shard.detours.extend(detour(row)?);
        }
    }
    Ok(taken)
}

pub(super) async fn give(store: &PgStore, subscription: &str, shards: &[Held]) -> Result<()> {
    let (numbers, fences) = arrays(shards);
    let query = store.query(concat!(
        "UPDATE eventbus_shard AS s SET owner = NULL FROM UNNEST($2::smallint[], $3::bigint[]) AS h (shard, fence) \
         WHERE s.subscription = $1 AND s.shard = h.shard AND h.fence = ",
        fence!("s"),
    ))
    .bind(subscription)
    .bind(numbers)
    .bind(fences);
    store.execute(&format!("give shards of subscription `{subscription}` back"), query).await?;
    Ok(())
}

pub(super) async fn pause(store: &PgStore, subscription: &str, paused: bool) -> Result<bool> {
    let query = store
        .query("UPDATE eventbus_subscription SET paused = $2 WHERE name = $1")
        .bind(subscription)
        .bind(paused);
    let what = if paused { "pause" } else { "resume" };
    let done = store.execute(&format!("{what} subscription `{subscription}`"), query).await?;
    Ok(done.rows_affected() == 1)
}

pub(super) async fn seek(store: &PgStore, subscription: &str, to: Start) -> Result<bool> {
    let what = format!("move subscription `{subscription}`");
    let mut errand = store.errand(&what).await?;
    let cursor = start::resolve(store, &mut errand, to).await?;
    // One statement: its parts succeed together or not at all. Retention keeps everybody from locking a subscription's row
    // while it drops events.
    let query = store.query(
        "WITH forgotten AS (DELETE FROM eventbus_delivery WHERE subscription = $1 AND state <> 'dead'), \
             ended AS (DELETE FROM eventbus_detour WHERE subscription = $1) \
         UPDATE eventbus_shard SET owner = NULL, fence = fence + 1, detours_of = NULL, priorities_of = NULL, epoch = $2, from_snapshot = $3::pg_snapshot, \
             from_floor = $4, to_snapshot = $5::pg_snapshot, to_floor = $6, to_ceiling = $7, position = $8 \
         WHERE subscription = (SELECT name FROM eventbus_subscription WHERE name = $1 FOR KEY SHARE)",
    )
    .bind(subscription);
    let moved = bind(query, &cursor).execute(&mut *errand).await;
    let moved = store.end(errand, moved.map_err(|error| store.error(&what, error))).await?;
    Ok(moved.rows_affected() > 0)
}

pub(super) async fn remove(store: &PgStore, subscription: &str) -> Result<bool> {
    let query = store.query("DELETE FROM eventbus_subscription WHERE name = $1").bind(subscription);
    let removed = store.execute(&format!("remove subscription `{subscription}`"), query).await?;
    Ok(removed.rows_affected() == 1)
}

/// Binds a cursor: epoch, from and its floor, to, its floor and its ceiling, position.
pub(super) fn bind<'q>(query: PgQuery<'q>, cursor: &'q PgCursor) -> PgQuery<'q> {
    query
        .bind(cursor.epoch)
        .bind(&*cursor.from.snapshot)
        .bind(cursor.from.floor)
        .bind(&*cursor.to.snapshot)
        .bind(cursor.to.floor)
        .bind(cursor.to_ceiling)
        .bind(cursor.position)
}

type PgQuery<'q> = Query<'q, Postgres, PgArguments>;

/// Numbers and fences, as two arrays.
pub(super) fn arrays(shards: &[Held]) -> (Vec<i16>, Vec<i64>) {
    (numbers(shards.iter().map(|held| held.shard)), shards.iter().map(|held| held.fence).collect())
}

/// Numbers of shards as SQL takes them.
pub(super) fn numbers(shards: impl IntoIterator<Item = u16>) -> Vec<i16> {
    let number = |shard| i16::try_from(shard).expect("there are at most 1,024 shards");
    shards.into_iter().map(number).collect()
}

fn shard(row: &PgRow) -> Result<Shard<PgCursor>, sqlx::Error> {
    let number: i16 = row.try_get("shard")?;
    let number = u16::try_from(number).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Shard {
        held: Held { shard: number, fence: row.try_get("fence")? },
        owner: row.try_get::<Option<Uuid>, _>("owner")?,
        cursor: cursor(row)?,
        detours: BTreeMap::new(),
    })
}

/// The track of a detour and how far it has come, where the row has one.
fn detour(row: &PgRow) -> Result<Option<(Track, PgCursor)>, sqlx::Error> {
    let Some(tenant) = row.try_get("tenant")? else { return Ok(None) };
    let track = columns::read_track(tenant, row.try_get("priority")?, row.try_get("everybody")?);
    let columns = [
        "d_epoch",
        "d_from_snapshot",
        "d_from_floor",
        "d_to_snapshot",
        "d_to_floor",
        "d_to_ceiling",
        "d_position",
    ];
    Ok(Some((track, place(row, columns)?)))
}

/// Reads the columns of a place.
pub(super) fn cursor(row: &PgRow) -> Result<PgCursor, sqlx::Error> {
    let columns = [
        "epoch",
        "from_snapshot",
        "from_floor",
        "to_snapshot",
        "to_floor",
        "to_ceiling",
        "position",
    ];
    place(row, columns)
}

/// The same of columns with these names.
fn place(row: &PgRow, columns: [&str; 7]) -> Result<PgCursor, sqlx::Error> {
    let [epoch, from, from_floor, to, to_floor, to_ceiling, position] = columns;
    let bound = |snapshot, floor| -> Result<Bound, sqlx::Error> {
        let text: &str = row.try_get(snapshot)?;
        Ok(Bound { snapshot: text.into(), floor: row.try_get(floor)? })
    };
    Ok(PgCursor {
        epoch: row.try_get(epoch)?,
        from: bound(from, from_floor)?,
        to: bound(to, to_floor)?,
        to_ceiling: row.try_get(to_ceiling)?,
        position: row.try_get(position)?,
    })
}
