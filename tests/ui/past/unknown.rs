use eventbus_runtime::{DomainEvent, RawEvent};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
    // Not marked.
    Unknown(RawEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
    #[event(unknown, version = 2, name = "other", alias = "a.b", retired = "2026-01-31")]
    Other(RawEvent),
    #[event(unknown)]
    Another(RawEvent),
    #[event(unknown)]
    Text(String),
    #[event(unknown)]
    Fields { event: RawEvent },
    #[event(unknown)]
    Nothing,
}

fn main() {}
