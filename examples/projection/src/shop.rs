//! The shop's orders, their events, and the projection's SQL.

use std::time::Duration;

use eventbus_runtime::{DomainEvent, Event, HandlerError, Retry, SqliteBus, SqliteTx};

use crate::Result;

/// A customer, how many orders, and for how much.
pub(crate) type Line = (String, i64, i64);

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
    /// The customer took it back.
    Cancelled {
        #[event(aggregate_id)]
        order: u32,
        customer: String,
        cents: i64,
    },
}

/// The projection's handler.
pub(crate) async fn count(
    tx: &mut SqliteTx,
    event: &Event<OrderEvent>,
) -> Result<(), HandlerError> {
    let (order, customer, orders, cents) = match &**event {
        OrderEvent::Placed { order, customer, cents } => (*order, customer, 1, *cents),
        OrderEvent::Cancelled { order, customer, cents } => (*order, customer, -1, -*cents),
    };
    sqlx::query(
        "INSERT INTO orders_per_customer (customer, orders, cents) VALUES ($1, $2, $3)
         ON CONFLICT (customer) DO UPDATE SET orders = orders + excluded.orders, cents = cents + excluded.cents",
    )
    .bind(customer)
    .bind(orders)
    .bind(cents)
    .execute(&mut **tx)
    .await?;
    if order % 10 == 7 && event.attempt() == 1 {
        return Err(HandlerError::retryable("failed after it wrote"));
    }
    Ok(())
}

/// Nobody has to wait long for an attempt that is made again.
pub(crate) fn soon() -> Retry {
    Retry { first: Duration::from_millis(20), ..Retry::default() }
}

/// Places sixty orders and takes some of them back; how many events that makes.
pub(crate) async fn trade(bus: &SqliteBus) -> Result<usize> {
    let customers = ["ada", "grace", "hedy", "mary"];
    let mut events = 0;
    for order in 1..=60_u32 {
        let customer = customers[usize::try_from(order)? % customers.len()];
        let cents = i64::from(order) * 35 + 99;
        place(bus, order, customer, cents).await?;
        events += 1;
        if order.is_multiple_of(9) {
            cancel(bus, order, customer, cents).await?;
            events += 1;
        }
    }
    Ok(events)
}

/// An order and its event, in one transaction.
pub(crate) async fn place(bus: &SqliteBus, order: u32, customer: &str, cents: i64) -> Result<()> {
    let mut tx = bus.begin().await?;
    let sql = "INSERT INTO orders (id, customer, cents) VALUES ($1, $2, $3)";
    sqlx::query(sql).bind(order).bind(customer).bind(cents).execute(&mut *tx).await?;
    let customer = customer.to_owned();
    bus.emit(&mut tx, OrderPlaced { order, customer, cents }).await?;
    Ok(tx.commit().await?)
}

async fn cancel(bus: &SqliteBus, order: u32, customer: &str, cents: i64) -> Result<()> {
    let mut tx = bus.begin().await?;
    sqlx::query("DELETE FROM orders WHERE id = $1").bind(order).execute(&mut *tx).await?;
    let customer = customer.to_owned();
    bus.emit(&mut tx, OrderCancelled { order, customer, cents }).await?;
    Ok(tx.commit().await?)
}

/// Makes the orders' table and the projection's.
pub(crate) async fn create_tables(bus: &SqliteBus) -> Result<()> {
    for sql in [
        "CREATE TABLE orders (id INTEGER PRIMARY KEY, customer TEXT NOT NULL, cents INTEGER NOT NULL)",
        "CREATE TABLE orders_per_customer (
             customer TEXT PRIMARY KEY, orders INTEGER NOT NULL, cents INTEGER NOT NULL)",
    ] {
        sqlx::query(sql).execute(bus.pool()).await?;
    }
    Ok(())
}

/// What the projection holds.
pub(crate) async fn projection(bus: &SqliteBus) -> Result<Vec<Line>> {
    let sql = "SELECT customer, orders, cents FROM orders_per_customer ORDER BY customer";
    Ok(sqlx::query_as(sql).fetch_all(bus.pool()).await?)
}

/// What it should hold: the same, out of the orders themselves.
pub(crate) async fn orders(bus: &SqliteBus) -> Result<Vec<Line>> {
    let sql =
        "SELECT customer, count(*), sum(cents) FROM orders GROUP BY customer ORDER BY customer";
    Ok(sqlx::query_as(sql).fetch_all(bus.pool()).await?)
}

/// Deletes all of the projection.
pub(crate) async fn empty_projection(bus: &SqliteBus) -> Result<()> {
    sqlx::query("DELETE FROM orders_per_customer").execute(bus.pool()).await?;
    Ok(())
}
