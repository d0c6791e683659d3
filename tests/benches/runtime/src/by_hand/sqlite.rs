//! By hand on SQLite.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::{Arc, LazyLock};

use eventbus_runtime::Envelope;
use futures_util::TryStreamExt;
use sqlx::sqlite::{SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};
use uuid::Uuid;

use crate::Result;
use crate::by_hand::{Columns, NewRow, PAGE};
use crate::events::OrderPlaced;
use crate::ours::Tally;
use crate::place::SOURCE;

/// The application's own tables.
pub(crate) const TABLES: &str = "
    CREATE TABLE shop_order (id TEXT PRIMARY KEY, customer TEXT NOT NULL, total_cents INTEGER NOT NULL) STRICT;
    CREATE TABLE sale (order_id TEXT NOT NULL, total_cents INTEGER NOT NULL) STRICT;";

/// How many rows one statement of a batch writes.
pub(crate) const BATCH: usize = 100;

/// The business row that an event stands beside.
pub(crate) async fn order(connection: &mut SqliteConnection, order: &OrderPlaced) -> Result<()> {
    sqlx::query("INSERT INTO shop_order (id, customer, total_cents) VALUES (?1, ?2, ?3)")
        .bind(order.order_id.to_string())
        .bind(&order.customer)
        .bind(order.total_cents)
        .execute(connection)
        .await?;
    Ok(())
}

/// The row that a handler writes for an event.
pub(crate) async fn project(
    connection: &mut SqliteConnection,
    order: &OrderPlaced,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO sale (order_id, total_cents) VALUES (?1, ?2)")
        .bind(order.order_id.to_string())
        .bind(order.total_cents)
        .execute(connection)
        .await?;
    Ok(())
}

macro_rules! insert {
    ($tail:literal) => {
        concat!(
            "INSERT INTO eventbus_event (source, type, version, shard, id, aggregate_id, data) VALUES ",
            $tail
        )
    };
}

/// One event, one row of `VALUES`.
pub(crate) async fn emit(connection: &mut SqliteConnection, order: &OrderPlaced) -> Result<()> {
    let row = NewRow::of(order)?;
    let query = sqlx::query(insert!("(?, ?, ?, ?, ?, ?, ?)"));
    bind(query, row).execute(connection).await?;
    Ok(())
}

/// The statement of a full batch.
static ROWS: LazyLock<Arc<str>> = LazyLock::new(|| {
    let mut statement = insert!("(?, ?, ?, ?, ?, ?, ?)").to_owned();
    for _ in 1..BATCH {
        let _ = write!(statement, ", (?, ?, ?, ?, ?, ?, ?)");
    }
    statement.into()
});

/// Many events, as many rows of `VALUES` as a prepared statement has.
pub(crate) async fn emit_all(
    connection: &mut SqliteConnection,
    orders: &[OrderPlaced],
) -> Result<()> {
    let mut full = orders.chunks_exact(BATCH);
    for orders in full.by_ref() {
        let query = sqlx::query(AssertSqlSafe(Arc::clone(&ROWS)));
        let rows = orders.iter().map(NewRow::of);
        let query =
            rows.into_iter().try_fold(query, |query, row| row.map(|row| bind(query, row)))?;
        query.execute(&mut *connection).await?;
    }
    for order in full.remainder() {
        emit(&mut *connection, order).await?;
    }
    Ok(())
}

type Query<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

fn bind(query: Query<'_>, row: NewRow) -> Query<'_> {
    query
        .bind(SOURCE)
        .bind(row.event_type)
        .bind(row.version)
        .bind(row.shard)
        .bind(row.id.to_string())
        .bind(row.aggregate_id)
        .bind(row.data)
}

/// How many rows of the log differ in more than id and number: where one order was emitted in several ways, one.
pub(crate) async fn different_rows(connection: &mut SqliteConnection) -> Result<i64> {
    let count = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT DISTINCT type, version, shard, source, tenant, aggregate_id, correlation_id, \
         causation_id, traceparent, tracestate, metadata, data FROM eventbus_event)",
    );
    Ok(count.fetch_one(connection).await?)
}

/// Hands the log over page by page; the cursor is written durably after each. With one writer `position > last` loses
/// nothing.
pub(crate) async fn drain_plain(
    pool: SqlitePool,
    name: String,
    columns: Columns,
    tally: Tally,
) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let mut place = Place::claim(&mut connection, name).await?;
    loop {
        let before = place.position;
        let mut rows = place.page(columns).fetch(&mut *connection);
        let mut last = before;
        while let Some(row) = rows.try_next().await? {
            let (position, order) = event(&row, columns)?;
            tally.note(&order);
            last = position;
        }
        drop(rows);
        if last == before {
            return Ok(());
        }
        place.position = last;
        place.save(&mut connection).await?;
    }
}

/// The same where the handler works in the transaction that moves the cursor; `writes` says whether it writes its row.
pub(crate) async fn drain_transactional(
    pool: SqlitePool,
    name: String,
    writes: bool,
    tally: Tally,
) -> Result<()> {
    let mut connection = pool.acquire().await?;
    let mut place = Place::claim(&mut connection, name).await?;
    loop {
        let before = place.position;
        let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
        let mut rows = place.page(Columns::Needed).fetch(&mut *transaction);
        let mut orders = Vec::new();
        let mut last = before;
        while let Some(row) = rows.try_next().await? {
            let (position, order) = event(&row, Columns::Needed)?;
            tally.note(&order);
            last = position;
            if writes {
                orders.push(order);
            }
        }
        drop(rows);
        for order in &orders {
            project(&mut transaction, order).await?;
        }
        if last == before {
            return Ok(transaction.rollback().await?);
        }
        place.position = last;
        place.save(&mut transaction).await?;
        transaction.commit().await?;
    }
}

/// The subscription's one cursor, in the hands of its owner.
struct Place {
    name: String,
    fence: i64,
    position: i64,
}

impl Place {
    async fn claim(connection: &mut SqliteConnection, name: String) -> Result<Self> {
        sqlx::query("INSERT INTO eventbus_subscription (name) VALUES (?1) ON CONFLICT DO NOTHING")
            .bind(&name)
            .execute(&mut *connection)
            .await?;
        let (fence, position) = sqlx::query_as(
            "INSERT INTO eventbus_shard (subscription, shard, fence, position) VALUES (?1, 0, 1, 0) \
             ON CONFLICT (subscription, shard) DO UPDATE SET fence = fence + 1 RETURNING fence, position",
        )
        .bind(&name)
        .fetch_one(connection)
        .await?;
        Ok(Self { name, fence, position })
    }

    fn page(&self, columns: Columns) -> Query<'_> {
        macro_rules! page {
            ($columns:literal) => {
                concat!(
                    "SELECT ",
                    $columns,
                    " FROM eventbus_event WHERE position > ?1 AND type = ?2 ORDER BY position LIMIT ?3"
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
        sqlx::query(statement).bind(self.position).bind(OrderPlaced::TYPE).bind(PAGE)
    }

    async fn save(&self, connection: &mut SqliteConnection) -> Result<()> {
        let moved = sqlx::query(
            "UPDATE eventbus_shard SET position = ?3 WHERE subscription = ?1 AND shard = 0 AND fence = ?2",
        )
        .bind(&self.name)
        .bind(self.fence)
        .bind(self.position)
        .execute(connection)
        .await?;
        if moved.rows_affected() == 1 { Ok(()) } else { Err("somebody else took over".into()) }
    }
}

fn event(row: &SqliteRow, columns: Columns) -> Result<(i64, OrderPlaced)> {
    let position: i64 = row.try_get(0)?;
    let id = Uuid::try_parse(row.try_get(1)?)?;
    let order: OrderPlaced = serde_json::from_str(row.try_get(2)?)?;
    match columns {
        Columns::Needed => drop(black_box(id)),
        Columns::All => drop(black_box(envelope(row, id)?)),
    }
    Ok((position, order))
}

fn envelope(row: &SqliteRow, id: Uuid) -> Result<Envelope> {
    let uuid = |at: usize| -> Result<Option<Uuid>> {
        Ok(row.try_get::<Option<&str>, _>(at)?.map(Uuid::try_parse).transpose()?)
    };
    let metadata: Option<&str> = row.try_get(12)?;
    Ok(Envelope {
        id,
        event_type: row.try_get(3)?,
        version: row.try_get(4)?,
        source: row.try_get(5)?,
        tenant: row.try_get(6)?,
        aggregate_id: row.try_get(7)?,
        correlation_id: uuid(8)?,
        causation_id: uuid(9)?,
        traceparent: row.try_get(10)?,
        tracestate: row.try_get(11)?,
        priority: eventbus_runtime::Priority::Normal,
        metadata: metadata.map(serde_json::from_str).transpose()?.unwrap_or_default(),
    })
}
