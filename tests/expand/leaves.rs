//! A group of struct and unit variants.

use eventbus_runtime::DomainEvent;

/// What happens to orders.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "order", derive(PartialEq))]
pub enum OrderEvent {
    /// A customer placed an order.
    ///
    /// It is not paid yet.
    #[event(version = 2, unreadable(1))]
    Placed {
        /// The order.
        #[event(aggregate_id)]
        order_id: u64,
        /// The sum, in cents.
        total_cents: i64,
        /// What the customer typed in,
        /// if anything.
        coupon: Option<String>,
    },
    /// The order is on its way.
    #[event(name = "sent", payload = "Shipment")]
    Shipped {
        /// The order.
        #[event(aggregate_id)]
        order_id: u64,
    },
    /// No order is accepted any more.
    Closed,
    /// Orders are accepted again.
    Opened {},
}
