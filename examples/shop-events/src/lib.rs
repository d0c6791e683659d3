//! The shop's domain events. Types only: this crate compiles neither a database driver nor an async runtime.

use std::collections::BTreeMap;

use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that happens in the shop.
#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    /// What becomes of orders.
    Order(OrderEvent),
    /// What becomes of payments.
    Payment(PaymentEvent),
    /// What the shop's own processes do.
    System(SystemEvent),
    /// What becomes of customers' accounts.
    User(UserEvent),
}

/// What becomes of an order.
#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    /// A customer placed an order.
    Placed {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// Where the order stands.
        status: OrderStatus,
        /// What was ordered; never empty.
        items: Vec<Item>,
    },
    /// The parcel left the warehouse.
    Shipped {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// Where the order stands.
        status: OrderStatus,
        /// What is in the parcel.
        items: Vec<Item>,
    },
    /// The customer has the parcel.
    Delivered {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// Where the order stands.
        status: OrderStatus,
        /// What was delivered.
        items: Vec<Item>,
    },
    /// The order ended before the parcel left.
    Cancelled {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// Where the order stands.
        status: OrderStatus,
        /// What goes back on the shelf.
        items: Vec<Item>,
    },
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Waiting for its payment.
    Pending,
    /// On its way.
    Shipped,
    /// With the customer.
    Delivered,
    /// Ended early.
    Cancelled,
}

/// One position of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Item {
    /// The article's number.
    pub sku: String,
    /// How many pieces, at least one.
    pub quantity: u32,
}

/// What becomes of a payment.
#[derive(Debug, Clone, DomainEvent)]
pub enum PaymentEvent {
    /// The customer was sent to the payment provider.
    Initiated {
        /// The payment.
        #[event(aggregate_id)]
        payment_id: Uuid,
        /// In the currency's smallest unit.
        amount: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// The money arrived.
    Completed {
        /// The payment.
        #[event(aggregate_id)]
        payment_id: Uuid,
        /// In the currency's smallest unit.
        amount: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// The provider refused.
    Failed {
        /// The payment.
        #[event(aggregate_id)]
        payment_id: Uuid,
        /// In the currency's smallest unit.
        amount: i64,
        /// ISO 4217 code.
        currency: String,
    },
    /// The money went back.
    Refunded {
        /// The payment.
        #[event(aggregate_id)]
        payment_id: Uuid,
        /// In the currency's smallest unit.
        amount: i64,
        /// ISO 4217 code.
        currency: String,
    },
}

/// What the shop's own processes do.
#[derive(Debug, Clone, DomainEvent)]
pub enum SystemEvent {
    /// A process came up.
    Started {
        /// Facts worth keeping, by name.
        details: BTreeMap<String, String>,
    },
    /// A process ended in good order.
    Stopped {
        /// Facts worth keeping, by name.
        details: BTreeMap<String, String>,
    },
    /// A process says how it is.
    Health {
        /// Facts worth keeping, by name.
        details: BTreeMap<String, String>,
    },
}

/// What becomes of a customer's account.
#[derive(Debug, Clone, DomainEvent)]
pub enum UserEvent {
    /// An account was opened.
    Created {
        /// The account.
        #[event(aggregate_id)]
        user_id: Uuid,
        /// Where to write to, when the customer said so.
        email: Option<String>,
        /// What changed, old value first; absent for a new account.
        changes: Option<BTreeMap<String, (String, String)>>,
    },
    /// An account changed.
    Updated {
        /// The account.
        #[event(aggregate_id)]
        user_id: Uuid,
        /// Where to write to, when the customer said so.
        email: Option<String>,
        /// What changed, old value first.
        changes: Option<BTreeMap<String, (String, String)>>,
    },
    /// An account was closed.
    Deleted {
        /// The account.
        #[event(aggregate_id)]
        user_id: Uuid,
        /// Where the farewell went, when there was an address.
        email: Option<String>,
        /// What changed, old value first; absent for a closed account.
        changes: Option<BTreeMap<String, (String, String)>>,
    },
}
