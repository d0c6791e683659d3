use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    #[event(external)]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(prefix = "orders")]
pub enum OrderEvent {
    Placed { id: u64 },
}
