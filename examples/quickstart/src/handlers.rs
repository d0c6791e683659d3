//! What the shop does with its events. Each handler takes the transaction in which its subscription moves on, so what
//! it writes happens once, however often it is called.

use eventbus_runtime::{Event, HandlerError, Tx};
use shop_events::{Item, OrderCancelled, OrderPlaced, OrderShipped, PaymentEvent};

use crate::database::{Database, Value};

type Handled = Result<(), HandlerError>;

/// Currencies that the books are kept in.
const CURRENCIES: [&str; 3] = ["EUR", "GBP", "USD"];
/// Parcels from this many pieces on jam the label printer once.
const HEAVY: u32 = 8;

/// Counts what was ordered, by article.
pub(crate) async fn count_pieces<S: Database>(mut tx: Tx<S>, event: Event<OrderPlaced>) -> Handled {
    sell::<S>(&mut tx, &event.items, 1).await
}

/// Takes back what a cancelled order had counted.
pub(crate) async fn return_pieces<S: Database>(
    mut tx: Tx<S>,
    event: Event<OrderCancelled>,
) -> Handled {
    sell::<S>(&mut tx, &event.items, -1).await
}

/// Books money in and out. A group as argument means every event of the family.
pub(crate) async fn book_payment<S: Database>(
    mut tx: Tx<S>,
    event: Event<PaymentEvent>,
) -> Handled {
    let (amount, currency) = match &*event {
        PaymentEvent::Completed { amount, currency, .. } => (*amount, currency),
        PaymentEvent::Refunded { amount, currency, .. } => (-amount, currency),
        PaymentEvent::Initiated { .. } | PaymentEvent::Failed { .. } => return Ok(()),
    };
    if !CURRENCIES.contains(&currency.as_str()) {
        // No further attempt would find an account: this goes to the dead letters at once.
        return Err(HandlerError::terminal(format!("the books have no account in {currency}")));
    }
    let sql = "INSERT INTO sales_by_currency (currency, amount) VALUES ($1, $2)
         ON CONFLICT (currency) DO UPDATE SET amount = sales_by_currency.amount + excluded.amount";
    S::execute(&mut tx, sql, &[Value::Text(currency), Value::Number(amount)]).await?;
    Ok(())
}

/// Prints a label. A jammed printer is an error like any other: the relay tries again.
pub(crate) async fn print_label<S: Database>(mut tx: Tx<S>, event: Event<OrderShipped>) -> Handled {
    let pieces: u32 = event.items.iter().map(|item| item.quantity).sum();
    if pieces >= HEAVY && event.attempt() == 1 {
        return Err(HandlerError::retryable(format!(
            "the label printer jammed at {pieces} pieces"
        )));
    }
    let sql = "INSERT INTO shipping_label (order_id, pieces) VALUES ($1, $2)";
    let order = event.order_id.to_string();
    S::execute(&mut tx, sql, &[Value::Text(&order), Value::Number(pieces.into())]).await?;
    Ok(())
}

async fn sell<S: Database>(tx: &mut S::Connection, items: &[Item], sign: i64) -> Handled {
    let sql = "INSERT INTO sales_by_sku (sku, pieces) VALUES ($1, $2)
         ON CONFLICT (sku) DO UPDATE SET pieces = sales_by_sku.pieces + excluded.pieces";
    for item in items {
        let pieces = sign * i64::from(item.quantity);
        S::execute(tx, sql, &[Value::Text(&item.sku), Value::Number(pieces)]).await?;
    }
    Ok(())
}
