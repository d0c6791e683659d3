//! The file of orders: one JSON object a line, and whatever else a hand-kept file holds.

use std::path::Path;

use serde::Deserialize;
use shop_events::Item;
use uuid::Uuid;

use crate::Result;

/// One line of the file: its number, from 1, and the order or why it is none.
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) order: Result<Order, String>,
}

/// An order and what became of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) order_id: Uuid,
    pub(crate) user_id: Uuid,
    pub(crate) email: Option<String>,
    pub(crate) items: Vec<Item>,
    /// In the currency's smallest unit.
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) outcome: Outcome,
    /// The customer left after this order.
    #[serde(default)]
    pub(crate) close_account: bool,
}

/// How far an order came.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    Pending,
    PaymentFailed,
    Cancelled,
    Shipped,
    Delivered,
    Refunded,
}

/// Reads the whole file; a bad line is kept with its reason.
pub(crate) fn read(path: &Path) -> Result<Vec<Line>> {
    let bytes = std::fs::read(path).map_err(|error| {
        format!("cannot read {}: {error}; name a file of orders", path.display())
    })?;
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let lines = lines.filter(|(_, line)| !line.trim_ascii().is_empty());
    Ok(lines.map(|(index, line)| Line { number: index + 1, order: parse(line) }).collect())
}

fn parse(line: &[u8]) -> Result<Order, String> {
    let line = str::from_utf8(line)
        .map_err(|error| format!("no UTF-8 text, at byte {}", error.valid_up_to() + 1))?;
    if line.contains("\\u0000") {
        return Err("holds the character U+0000, which databases cannot keep in text".to_owned());
    }
    let order: Order = serde_json::from_str(line)
        .map_err(|error| error.to_string().replace(" at line 1 column ", ", at column "))?;
    let code = &order.currency;
    if order.items.is_empty() {
        return Err("`items` is empty: an order has at least one".to_owned());
    }
    if order.items.iter().any(|item| item.quantity == 0) {
        return Err("a `quantity` is 0: leave the item out".to_owned());
    }
    if order.amount <= 0 {
        return Err(format!("`amount` is {}: it is positive", order.amount));
    }
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err(format!("`currency` is `{code}`: three capital letters, such as EUR"));
    }
    Ok(order)
}
