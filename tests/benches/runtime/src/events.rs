//! The event that is measured with, and where the random ones come from.

use eventbus_runtime::DomainEvent;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Result;

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Item {
    sku: String,
    quantity: u32,
    price_cents: i64,
}

/// What happens to orders.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub(crate) enum OrderEvent {
    /// A customer placed an order.
    Placed {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// Who ordered.
        customer: String,
        /// The sum, in cents.
        total_cents: i64,
        /// Of the sum.
        currency: String,
        /// What was ordered.
        items: Vec<Item>,
        /// What the customer typed in.
        note: String,
    },
}

/// Orders of one length in JSON, whatever is in them.
#[derive(Debug)]
pub(crate) struct Orders {
    random: StdRng,
    note: String,
}

impl Orders {
    /// The same ones for the same seed; each payload is `bytes` long.
    pub(crate) fn new(seed: u64, bytes: usize) -> Result<Self> {
        let mut orders = Self { random: StdRng::seed_from_u64(seed), note: String::new() };
        let bare = serde_json::to_string(&orders.next())?.len();
        let missing = bytes.checked_sub(bare).ok_or("a payload cannot be so short")?;
        orders.note = "please ring twice ".chars().cycle().take(missing).collect();
        Ok(orders)
    }

    /// The next one. Every number in it has the same count of digits.
    pub(crate) fn next(&mut self) -> OrderPlaced {
        let mut item = || Item {
            sku: format!("SKU-{}", self.random.random_range(1_000..10_000)),
            quantity: self.random.random_range(1..10),
            price_cents: self.random.random_range(1_000..10_000),
        };
        let items = vec![item(), item()];
        OrderPlaced {
            order_id: Uuid::from_u128(self.random.random()),
            customer: format!("customer-{}", self.random.random_range(100_000..1_000_000)),
            total_cents: self.random.random_range(10_000..100_000),
            currency: "EUR".to_owned(),
            items,
            note: self.note.clone(),
        }
    }

    /// The next `count` ones.
    pub(crate) fn take(&mut self, count: usize) -> Vec<OrderPlaced> {
        (0..count).map(|_| self.next()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Orders;

    #[test]
    fn every_payload_has_the_length_that_was_asked_for() {
        let mut orders = Orders::new(7, 300).unwrap();
        for order in orders.take(100) {
            assert_eq!(serde_json::to_string(&order).unwrap().len(), 300);
        }
    }
}
