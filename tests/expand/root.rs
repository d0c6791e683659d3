//! A root: nothing but groups.

use eventbus_runtime::DomainEvent;

/// Everything that the shop announces.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub enum ShopEvent {
    /// What happens to orders.
    Order(OrderEvent),
    /// What happens to payments.
    #[event(name = "money")]
    Payment(PaymentEvent),
}

/// What happens to orders.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub enum OrderEvent {
    /// A customer placed an order.
    Placed,
}

/// What happens to payments.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub enum PaymentEvent {
    /// The money is there.
    Received,
}
