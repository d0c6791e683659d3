//! By hand on PostgreSQL.

use std::hint::black_box;

use eventbus_runtime::Envelope;
use futures_util::TryStreamExt;
use sqlx::postgres::{PgConnection, PgPool, PgRow};
use sqlx::{Acquire, Row};
use uuid::Uuid;

use crate::Result;
use crate::by_hand::{Columns, NewRow, PAGE};
use crate::events::OrderPlaced;
use crate::ours::Tally;
use crate::place::SOURCE;

/// The application's own tables.
pub(crate) const TABLES: &str = "
    CREATE TABLE shop_order (id uuid PRIMARY KEY, customer text NOT NULL, total_cents bigint NOT NULL);
    CREATE TABLE sale (order_id uuid NOT NULL, total_cents bigint NOT NULL);";

/// The epoch of a log that was never restored elsewhere. By hand it is read once, when the program connects.
const EPOCH: i32 = 1;

/// The business row that an event stands beside.
pub(crate) async fn order(connection: &mut PgConnection, order: &OrderPlaced) -> Result<()> {
    sqlx::query("INSERT INTO shop_order (id, customer, total_cents) VALUES ($1, $2, $3)")
        .bind(order.order_id)
        .bind(&order.customer)
        .bind(order.total_cents)
        .execute(connection)
        .await?;
    Ok(())
}

/// The row that a handler writes for an event.
pub(crate) async fn project(
    connection: &mut PgConnection,
    order: &OrderPlaced,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sale (order_id, total_cents) VALUES ($1, $2)")
        .bind(order.order_id)
        .bind(order.total_cents)
        .execute(connection)
        .await?;
    Ok(())
}

/// One event, one row of `VALUES`.
pub(crate) async fn emit(connection: &mut PgConnection, order: &OrderPlaced) -> Result<()> {
    let row = NewRow::of(order)?;
    sqlx::query(
        "INSERT INTO eventbus_event (epoch, source, type, version, shard, id, aggregate_id, data) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8::json)",
    )
    .bind(EPOCH)
    .bind(SOURCE)
    .bind(row.event_type)
    .bind(row.version)
    .bind(row.shard)
    .bind(row.id)
    .bind(row.aggregate_id)
    .bind(row.data)
    .execute(connection)
    .await?;
    Ok(())
}

/// The same, and the statement itself finds out in which cluster and epoch it writes, as the runtime's does.
pub(crate) async fn emit_checked(connection: &mut PgConnection, order: &OrderPlaced) -> Result<()> {
    let row = NewRow::of(order)?;
    let done = sqlx::query(
        "INSERT INTO eventbus_event (epoch, source, type, version, shard, id, aggregate_id, data) \
         SELECT s.epoch, $1, $2, $3, $4, $5, $6, $7::json FROM eventbus_schema AS s \
         WHERE s.cluster = (SELECT system_identifier::text FROM pg_control_system())",
    )
    .bind(SOURCE)
    .bind(row.event_type)
    .bind(row.version)
    .bind(row.shard)
    .bind(row.id)
    .bind(row.aggregate_id)
    .bind(row.data)
    .execute(connection)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err("the cluster is another one".into()) }
}

/// Many events, one statement: an array for each column that differs between events.
pub(crate) async fn emit_all(connection: &mut PgConnection, orders: &[OrderPlaced]) -> Result<()> {
    let rows: Vec<NewRow> = orders.iter().map(NewRow::of).collect::<Result<_>>()?;
    sqlx::query(
        "INSERT INTO eventbus_event (epoch, source, type, version, shard, id, aggregate_id, data) \
         SELECT $1, $2, e.type, e.version, e.shard, e.id, e.aggregate_id, e.data::json \
         FROM UNNEST($3::text[], $4::integer[], $5::smallint[], $6::uuid[], $7::text[], $8::text[]) \
             AS e (type, version, shard, id, aggregate_id, data)",
    )
    .bind(EPOCH)
    .bind(SOURCE)
    .bind(rows.iter().map(|row| row.event_type).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.version).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.shard).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.aggregate_id.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.data.as_str()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(())
}

/// How many rows of the log differ in more than id and number: where one order was emitted in several ways, one.
pub(crate) async fn different_rows(connection: &mut PgConnection) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT DISTINCT epoch, shard, version, correlation_id, causation_id, type, source, tenant, \
         aggregate_id, traceparent, tracestate, metadata::text, data::text FROM eventbus_event) AS d",
    );
    Ok(count.fetch_one(connection).await?)
}

/// Hands the log over page by page; the cursor is written durably after each.
///
/// A page is read between two snapshots, as the runtime reads it: `position > last` would be no slower and would lose
/// events beside open transactions.
pub(crate) async fn drain_plain(
    pool: PgPool,
    name: String,
    columns: Columns,
    tally: Tally,
) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let mut place = Place::claim(&mut connection, name).await?;
    while place.position < place.ceiling {
        let mut last = 0;
        let (query, upto) = place.page(columns);
        let mut rows = query.fetch(&mut *connection);
        let mut read = 0;
        while let Some(row) = rows.try_next().await? {
            let (position, order) = event(&row, columns)?;
            tally.note(&order);
            (last, read) = (position, read + 1);
        }
        drop(rows);
        place.reach(last, read, upto);
        place.save(&mut connection).await?;
    }
    Ok(())
}

/// The same where the handler works in the transaction that moves the cursor; `writes` says whether it writes its row.
pub(crate) async fn drain_transactional(
    pool: PgPool,
    name: String,
    writes: bool,
    tally: Tally,
) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let mut place = Place::claim(&mut connection, name).await?;
    while place.position < place.ceiling {
        let mut transaction = connection.begin().await?;
        let (query, upto) = place.page(Columns::Needed);
        let mut rows = query.fetch(&mut *transaction);
        let mut orders = Vec::new();
        let (mut last, mut read) = (0, 0);
        while let Some(row) = rows.try_next().await? {
            let (position, order) = event(&row, Columns::Needed)?;
            tally.note(&order);
            (last, read) = (position, read + 1);
            if writes {
                orders.push(order);
            }
        }
        drop(rows);
        for order in &orders {
            project(&mut transaction, order).await?;
        }
        place.reach(last, read, upto);
        place.save(&mut transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// The subscription's one cursor, in the hands of its owner, and the one window that holds everything that is stored.
struct Place {
    name: String,
    fence: i64,
    to: String,
    ceiling: i64,
    position: i64,
}

/// Nothing is visible in it: where a log begins.
const NOTHING: &str = "3:3:";

/// How many numbers one statement looks at.
const RANGE: i64 = 2_000;

type Query<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

impl Place {
    async fn claim(connection: &mut PgConnection, name: String) -> Result<Self> {
        let (to, ceiling): (String, i64) = sqlx::query_as(
            "SELECT pg_current_snapshot()::text, coalesce(pg_sequence_last_value('eventbus_event_position_seq'), 0)",
        )
        .fetch_one(&mut *connection)
        .await?;
        let fence = sqlx::query_scalar(
            "WITH new AS (INSERT INTO eventbus_subscription (name) VALUES ($1) ON CONFLICT DO NOTHING) \
             INSERT INTO eventbus_shard AS s (subscription, shard, fence, epoch, from_snapshot, from_floor, to_snapshot, \
                 to_floor, to_ceiling, position) \
             VALUES ($1, 0, 1, $2, $3::pg_snapshot, 0, $4::pg_snapshot, 0, $5, 0) \
             ON CONFLICT (subscription, shard) DO UPDATE SET fence = s.fence + 1 RETURNING fence",
        )
        .bind(&name)
        .bind(EPOCH)
        .bind(NOTHING)
        .bind(&to)
        .bind(ceiling)
        .fetch_one(connection)
        .await?;
        Ok(Self { name, fence, to, ceiling, position: 0 })
    }

    /// The statement that reads the next page, and the number up to which it looks.
    fn page(&self, columns: Columns) -> (Query<'_>, i64) {
        macro_rules! page {
            ($columns:literal) => {
                concat!(
                    "SELECT ",
                    $columns,
                    " FROM eventbus_event WHERE position > $3 AND position <= $4 AND epoch = $5 AND type = $6 \
                     AND NOT pg_visible_in_snapshot(xid, (SELECT $1::pg_snapshot)) \
                     AND pg_visible_in_snapshot(xid, (SELECT $2::pg_snapshot)) ORDER BY position LIMIT $7"
                )
            };
        }
        let statement = match columns {
            Columns::Needed => page!("position, id, data"),
            Columns::All => page!(
                "position, id, data, type, version, source, tenant, aggregate_id, correlation_id, causation_id, \
                 traceparent, tracestate, metadata"
            ),
        };
        let upto = self.position.saturating_add(RANGE).min(self.ceiling);
        let query = sqlx::query(statement)
            .bind(NOTHING)
            .bind(&self.to)
            .bind(self.position)
            .bind(upto)
            .bind(EPOCH)
            .bind(OrderPlaced::TYPE)
            .bind(PAGE);
        (query, upto)
    }

    /// Moves behind the last event of a page; behind the whole range where the page was not full.
    fn reach(&mut self, last: i64, read: i64, upto: i64) {
        self.position = if read < PAGE { upto } else { last };
    }

    /// Writes the place down; the snapshots are the same all through the window.
    async fn save(&self, connection: &mut PgConnection) -> Result<()> {
        let moved = sqlx::query(
            "UPDATE eventbus_shard SET position = $3 WHERE subscription = $1 AND shard = 0 AND fence = $2",
        )
        .bind(&self.name)
        .bind(self.fence)
        .bind(self.position)
        .execute(connection)
        .await?;
        if moved.rows_affected() == 1 { Ok(()) } else { Err("somebody else took over".into()) }
    }
}

/// Reads a row, `json` as the text that it travels as.
fn event(row: &PgRow, columns: Columns) -> Result<(i64, OrderPlaced)> {
    let position: i64 = row.try_get(0)?;
    let id: Uuid = row.try_get(1)?;
    let order: OrderPlaced = serde_json::from_str(row.try_get_unchecked(2)?)?;
    match columns {
        Columns::Needed => drop(black_box(id)),
        Columns::All => drop(black_box(envelope(row, id)?)),
    }
    Ok((position, order))
}

fn envelope(row: &PgRow, id: Uuid) -> Result<Envelope> {
    let metadata: Option<&str> = row.try_get_unchecked(12)?;
    Ok(Envelope {
        id,
        event_type: row.try_get(3)?,
        version: u32::try_from(row.try_get::<i32, _>(4)?)?,
        source: row.try_get(5)?,
        tenant: row.try_get(6)?,
        aggregate_id: row.try_get(7)?,
        correlation_id: row.try_get(8)?,
        causation_id: row.try_get(9)?,
        traceparent: row.try_get(10)?,
        tracestate: row.try_get(11)?,
        priority: eventbus_runtime::Priority::Normal,
        metadata: metadata.map(serde_json::from_str).transpose()?.unwrap_or_default(),
    })
}
