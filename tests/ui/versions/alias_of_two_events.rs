use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(alias = "order.created")]
    Placed { id: u64 },
    #[event(alias = "order.created")]
    Opened { id: u64 },
}
