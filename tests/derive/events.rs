//! The events of these suites: three levels, every kind of leaf.

use std::collections::BTreeMap;

use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Everything that the shop announces.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum ShopEvent {
    /// What happens to orders.
    Order(OrderEvent),
    /// What happens to accounts.
    Account(AccountEvent),
    /// What happens to the system itself.
    System(SystemEvent),
}

/// What happens to orders.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum OrderEvent {
    /// A customer placed an order.
    ///
    /// It is not paid yet.
    #[event(version = 2, unreadable(1))]
    Placed {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// The sum, in cents.
        total_cents: u128,
        /// How many of each article number.
        items: BTreeMap<u32, u32>,
        /// What the customer typed in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coupon: Option<String>,
    },
    /// What happens to one line of an order.
    Line(LineEvent),
}

/// What happens to one line of an order.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub(crate) enum LineEvent {
    /// A line was added.
    #[serde(rename_all = "camelCase")]
    Added {
        /// The order.
        #[event(aggregate_id)]
        order_id: Uuid,
        /// How many.
        #[serde(alias = "amount")]
        how_many: u32,
    },
    /// A line was taken out again.
    #[event(name = "dropped")]
    Removed {},
}

/// What happens to accounts.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub(crate) enum AccountEvent {
    /// An account was linked.
    #[event(payload)]
    Linked(AccountLinked),
}

/// An account of another service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccountLinked {
    /// The account.
    #[event(aggregate_id)]
    pub(crate) account_id: String,
    /// The other service.
    #[serde(rename = "service")]
    pub(crate) with: String,
}

/// What happens to the system itself.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq, Eq, Default))]
pub(crate) enum SystemEvent {
    /// The system is alive.
    Ping,
    /// The system started.
    #[event(payload = "Boot")]
    #[serde(default)]
    Started {
        /// On which machine.
        host: String,
    },
}
