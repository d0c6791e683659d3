//! The shop's orders, their events, and the projection's SQL.

use std::ops::RangeInclusive;

use eventbus_runtime::{DomainEvent, Event, HandlerError, SqliteBus, SqliteTx};

use crate::Result;

/// A customer, and for how much.
pub(crate) type Line = (String, i64);

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub(crate) enum OrderEvent {
    /// A customer placed an order.
    Placed {
        #[event(aggregate_id)]
        order: u32,
        customer: String,
        cents: i64,
    },
}

/// Adds an order to the projection.
pub(crate) async fn add(tx: &mut SqliteTx, event: &Event<OrderPlaced>) -> Result<(), HandlerError> {
    sqlx::query(
        "INSERT INTO turnover (customer, cents) VALUES ($1, $2)
         ON CONFLICT (customer) DO UPDATE SET cents = cents + excluded.cents",
    )
    .bind(&event.customer)
    .bind(event.cents)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Places orders, each with its event in one transaction; how many.
pub(crate) async fn trade(bus: &SqliteBus, orders: RangeInclusive<u32>) -> Result<usize> {
    let customers = ["ada", "grace", "hedy", "mary"];
    let mut placed = 0;
    for order in orders {
        let customer = customers[usize::try_from(order)? % customers.len()].to_owned();
        let cents = i64::from(order) * 35 + 99;
        let mut tx = bus.begin().await?;
        let sql = "INSERT INTO orders (id, customer, cents) VALUES ($1, $2, $3)";
        sqlx::query(sql).bind(order).bind(&customer).bind(cents).execute(&mut *tx).await?;
        bus.emit(&mut tx, OrderPlaced { order, customer, cents }).await?;
        tx.commit().await?;
        placed += 1;
    }
    Ok(placed)
}

/// Makes the orders' table and the projection's.
pub(crate) async fn create_tables(bus: &SqliteBus) -> Result<()> {
    for sql in [
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, cents INTEGER NOT NULL)",
        "CREATE TABLE turnover (customer TEXT PRIMARY KEY, cents INTEGER NOT NULL)",
    ] {
        sqlx::query(sql).execute(bus.pool()).await?;
    }
    Ok(())
}

/// What the projection holds.
pub(crate) async fn projection(bus: &SqliteBus) -> Result<Vec<Line>> {
    let sql = "SELECT customer, cents FROM turnover ORDER BY customer";
    Ok(sqlx::query_as(sql).fetch_all(bus.pool()).await?)
}

/// What it should hold: the same, out of the orders up to a number.
pub(crate) async fn orders(bus: &SqliteBus, last: u32) -> Result<Vec<Line>> {
    let sql = "SELECT customer, sum(cents) FROM orders WHERE id <= $1 GROUP BY customer ORDER BY customer";
    Ok(sqlx::query_as(sql).bind(last).fetch_all(bus.pool()).await?)
}
