//! The shop's orders, their events, and the query.

use std::time::Duration;

use eventbus_runtime::{DomainEvent, SqliteBus};
use sqlx::SqlitePool;
use tokio::time::sleep;

use crate::Result;

/// A state, how many orders are in it, and for how much.
pub(crate) type Line = (String, i64, i64);

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub(crate) enum OrderEvent {
    /// A customer placed an order.
    Placed {
        #[event(aggregate_id)]
        order: u32,
    },
    /// The customer paid for it.
    Paid {
        #[event(aggregate_id)]
        order: u32,
    },
    /// It is on its way.
    Shipped {
        #[event(aggregate_id)]
        order: u32,
    },
}

/// How many orders later something becomes of one.
type Step = (u32, fn(u32) -> OrderEvent);

const STEPS: [Step; 3] = [
    (0, |order| OrderEvent::Placed { order }),
    (8, |order| OrderEvent::Paid { order }),
    (16, |order| OrderEvent::Shipped { order }),
];

/// The query: it begins its transaction itself, so it sees every commit that it was called for.
pub(crate) async fn board(pool: SqlitePool) -> Result<Vec<Line>> {
    let sql = "SELECT state, count(*), sum(cents) FROM orders GROUP BY state ORDER BY min(step)";
    Ok(sqlx::query_as(sql).fetch_all(&pool).await?)
}

pub(crate) async fn create_tables(bus: &SqliteBus) -> Result<()> {
    let sql = "CREATE TABLE orders (
         id INTEGER PRIMARY KEY, cents INTEGER NOT NULL, state TEXT NOT NULL, step INTEGER NOT NULL)";
    sqlx::query(sql).execute(bus.pool()).await?;
    Ok(())
}

/// The other process: it takes orders, is paid some time later, and ships still later.
pub(crate) async fn trade(url: &str, orders: u32, rest: Duration) -> Result<()> {
    let bus = SqliteBus::connect(url).await?;
    for turn in 1..=orders + 16 {
        for (later, event) in STEPS {
            let order = turn.checked_sub(later).filter(|order| (1..=orders).contains(order));
            if let Some(order) = order {
                change(&bus, event(order)).await?;
                sleep(rest).await;
            }
        }
    }
    Ok(())
}

/// The row and its event, in one transaction.
async fn change(bus: &SqliteBus, event: OrderEvent) -> Result<()> {
    let (order, state, step) = match event {
        OrderEvent::Placed { order } => (order, "placed", 1),
        OrderEvent::Paid { order } => (order, "paid", 2),
        OrderEvent::Shipped { order } => (order, "shipped", 3),
    };
    let mut tx = bus.begin().await?;
    let sql = "INSERT INTO orders (id, cents, state, step) VALUES ($1, $2, $3, $4)
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, step = excluded.step";
    let cents = 99 + order * 35;
    sqlx::query(sql).bind(order).bind(cents).bind(state).bind(step).execute(&mut *tx).await?;
    bus.emit(&mut tx, event).await?;
    Ok(tx.commit().await?)
}
