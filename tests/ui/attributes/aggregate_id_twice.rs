use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[event(aggregate_id)]
        id: u64,
        #[event(aggregate_id)]
        user: u64,
    },
}
