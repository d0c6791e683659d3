use eventbus_runtime::DomainEvent;

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    #[event(payload)]
    Placed(OrderPlaced),
}

#[derive(Debug, Clone)]
pub struct OrderPlaced {
    pub id: u64,
}

fn main() {}
