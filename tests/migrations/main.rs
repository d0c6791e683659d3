//! The emitted migrations on real servers: what they lead to, by which way, and back.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod histories;
mod installed;
mod reversible;
mod squawk;
mod target;
mod tenants;
mod texts;

/// Two events of one group.
const SHOP: &str = r#"
use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    /// A customer's order.
    Placed {
        #[event(aggregate_id)]
        order_id: String,
        total_cents: i64,
    },
    Shipped { carrier: String },
}
"#;
