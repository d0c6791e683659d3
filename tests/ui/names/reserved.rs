use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Eventbus(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
}

fn main() {}
