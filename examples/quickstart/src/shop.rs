//! The shop's own tables and the import: one transaction for an order, its rows and its events.

use std::error::Error;

use eventbus_runtime::{Emittable, ErrorKind, EventBus};
use shop_events::{
    OrderCancelled, OrderDelivered, OrderPlaced, OrderShipped, OrderStatus, PaymentCompleted,
    PaymentFailed, PaymentInitiated, PaymentRefunded, UserCreated, UserDeleted, UserUpdated,
};
use uuid::Uuid;

use crate::Result;
use crate::database::{Database, Value};
use crate::input::{Line, Order, Outcome};

const TABLES: [&str; 5] = [
    "CREATE TABLE IF NOT EXISTS shop_order (
        order_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, amount BIGINT NOT NULL, currency TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS shop_user (user_id TEXT PRIMARY KEY, email TEXT)",
    "CREATE TABLE IF NOT EXISTS sales_by_sku (sku TEXT PRIMARY KEY, pieces BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS sales_by_currency (currency TEXT PRIMARY KEY, amount BIGINT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS shipping_label (order_id TEXT PRIMARY KEY, pieces BIGINT NOT NULL)",
];

/// What became of the lines of a file.
#[derive(Default)]
pub(crate) struct Imported {
    pub(crate) lines: usize,
    pub(crate) fresh: usize,
    pub(crate) known: usize,
    pub(crate) refused: Vec<(usize, String)>,
}

/// What became of one line.
enum Fate {
    Fresh,
    Known,
    Refused(String),
}

/// Creates the tables that are missing.
pub(crate) async fn create_tables<S: Database>(bus: &EventBus<S>) -> Result<()> {
    let mut tx = bus.store().begin().await?;
    for sql in TABLES {
        S::execute(&mut tx, sql, &[]).await?;
    }
    Ok(bus.store().commit(tx).await?)
}

/// Emits one event in a transaction of its own.
pub(crate) async fn note<S: Database, E: Emittable>(bus: &EventBus<S>, event: E) -> Result<()> {
    let mut tx = bus.store().begin().await?;
    bus.emit(&mut tx, event).await?;
    Ok(bus.store().commit(tx).await?)
}

/// Imports every good line that is not there yet, and says so as it goes.
pub(crate) async fn import<S: Database>(bus: &EventBus<S>, lines: &[Line]) -> Result<Imported> {
    let mut imported = Imported { lines: lines.len(), ..Imported::default() };
    for (index, line) in lines.iter().enumerate() {
        let fate = match &line.order {
            Ok(order) => import_order(bus, order).await.or_else(refused)?,
            Err(reason) => Fate::Refused(reason.clone()),
        };
        match fate {
            Fate::Fresh => imported.fresh += 1,
            Fate::Known => imported.known += 1,
            Fate::Refused(reason) => {
                eprintln!("line {}: {reason}", line.number);
                imported.refused.push((line.number, reason));
            }
        }
        if (index + 1) % 50 == 0 {
            eprintln!("read {} of {} lines", index + 1, lines.len());
        }
    }
    Ok(imported)
}

/// What the bus refuses is a bad line like any other; everything else ends the import.
fn refused(error: Box<dyn Error + Send + Sync>) -> Result<Fate> {
    match error.downcast_ref::<eventbus_runtime::Error>() {
        Some(refusal) if refusal.kind() == ErrorKind::ValidationFailed => {
            Ok(Fate::Refused(refusal.to_string()))
        }
        _ => Err(error),
    }
}

/// The primary key decides whether an order is new, in the transaction that also carries its events: an order is either
/// here with all of its events or not at all.
async fn import_order<S: Database>(bus: &EventBus<S>, order: &Order) -> Result<Fate> {
    let mut tx = bus.store().begin().await?;
    let (order_id, user_id) = (order.order_id.to_string(), order.user_id.to_string());
    let added = S::execute(
        &mut tx,
        "INSERT INTO shop_order (order_id, user_id, amount, currency) VALUES ($1, $2, $3, $4)
         ON CONFLICT (order_id) DO NOTHING",
        &[
            Value::Text(&order_id),
            Value::Text(&user_id),
            Value::Number(order.amount),
            Value::Text(&order.currency),
        ],
    )
    .await?;
    if added == 0 {
        bus.store().rollback(tx).await?;
        return Ok(Fate::Known);
    }
    open_account(bus, &mut tx, order).await?;
    tell(bus, &mut tx, order).await?;
    if order.close_account {
        close_account(bus, &mut tx, order).await?;
    }
    bus.store().commit(tx).await?;
    Ok(Fate::Fresh)
}

/// Opens the customer's account or notes a new address.
async fn open_account<S: Database>(
    bus: &EventBus<S>,
    tx: &mut S::Connection,
    order: &Order,
) -> Result<()> {
    let (user_id, email) = (order.user_id, order.email.clone());
    let text = user_id.to_string();
    let row = [Value::Text(&text), Value::OptionalText(email.as_deref())];
    let insert =
        "INSERT INTO shop_user (user_id, email) VALUES ($1, $2) ON CONFLICT (user_id) DO NOTHING";
    let update = "UPDATE shop_user SET email = $2 WHERE user_id = $1 AND email <> $2";
    if S::execute(tx, insert, &row).await? == 1 {
        bus.emit(&mut *tx, UserCreated { user_id, email, changes: None }).await?;
    } else if S::execute(tx, update, &row).await? == 1 {
        let change = ("old address".to_owned(), "new address".to_owned());
        let changes = Some([("email".to_owned(), change)].into());
        bus.emit(&mut *tx, UserUpdated { user_id, email, changes }).await?;
    }
    Ok(())
}

async fn close_account<S: Database>(
    bus: &EventBus<S>,
    tx: &mut S::Connection,
    order: &Order,
) -> Result<()> {
    let user_id = order.user_id;
    let delete = "DELETE FROM shop_user WHERE user_id = $1";
    S::execute(tx, delete, &[Value::Text(&user_id.to_string())]).await?;
    bus.emit(&mut *tx, UserDeleted { user_id, email: order.email.clone(), changes: None }).await?;
    Ok(())
}

/// Tells what happened to an order, from its placing to its outcome.
async fn tell<S: Database>(bus: &EventBus<S>, tx: &mut S::Connection, order: &Order) -> Result<()> {
    let Order { order_id, items, amount, currency, outcome, .. } = order;
    let (order_id, items) = (*order_id, || items.clone());
    // A payment is another aggregate than its order, with an id that a second import finds again.
    let payment_id = Uuid::from_u128(!order_id.as_u128());
    let (amount, currency) = (*amount, || currency.clone());

    let status = OrderStatus::Pending;
    bus.emit(&mut *tx, OrderPlaced { order_id, status, items: items() }).await?;
    bus.emit(&mut *tx, PaymentInitiated { payment_id, amount, currency: currency() }).await?;
    match outcome {
        Outcome::Pending => return Ok(()),
        Outcome::PaymentFailed => {
            bus.emit(&mut *tx, PaymentFailed { payment_id, amount, currency: currency() }).await?;
        }
        _ => {
            bus.emit(&mut *tx, PaymentCompleted { payment_id, amount, currency: currency() })
                .await?;
        }
    }
    if let Outcome::PaymentFailed | Outcome::Cancelled = outcome {
        let status = OrderStatus::Cancelled;
        bus.emit(&mut *tx, OrderCancelled { order_id, status, items: items() }).await?;
    }
    if let Outcome::Shipped | Outcome::Delivered | Outcome::Refunded = outcome {
        let status = OrderStatus::Shipped;
        bus.emit(&mut *tx, OrderShipped { order_id, status, items: items() }).await?;
    }
    if let Outcome::Delivered | Outcome::Refunded = outcome {
        let status = OrderStatus::Delivered;
        bus.emit(&mut *tx, OrderDelivered { order_id, status, items: items() }).await?;
    }
    if let Outcome::Cancelled | Outcome::Refunded = outcome {
        bus.emit(&mut *tx, PaymentRefunded { payment_id, amount, currency: currency() }).await?;
    }
    Ok(())
}
