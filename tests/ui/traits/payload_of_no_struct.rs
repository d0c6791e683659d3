use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(payload)]
    Placed(OrderPlaced),
}

#[derive(Debug)]
pub struct OrderPlaced {
    pub id: u64,
}
