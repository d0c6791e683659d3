use eventbus_runtime::{DomainEvent, EventSubset};

#[derive(Debug, DomainEvent)]
pub enum AppEvent {
    Billing(Billing),
}

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
    Shipped { id: u64 },
}

#[derive(Debug, EventSubset)]
pub enum Billing {
    Placed(OrderPlaced),
}
