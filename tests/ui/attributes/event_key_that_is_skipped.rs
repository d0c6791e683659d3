use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[event(event_key)]
        #[serde(skip)]
        id: u64,
    },
}
