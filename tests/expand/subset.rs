//! A choice of events that other enums declare.

use eventbus_runtime::{DomainEvent, EventSubset};

/// What billing reads.
#[derive(Debug, Clone, PartialEq, EventSubset)]
pub enum Billing {
    /// One event.
    Placed(OrderPlaced),
    /// A whole family.
    Refund(RefundEvent),
}

/// What happens to orders.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "order", derive(PartialEq))]
pub enum OrderEvent {
    /// A customer placed an order.
    Placed,
}

/// What happens to refunds.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "refund", derive(PartialEq))]
pub enum RefundEvent {
    /// The money is on its way back.
    Sent,
}
