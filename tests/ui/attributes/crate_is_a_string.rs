use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(crate = eventbus_runtime)]
pub enum OrderEvent {
    Placed { id: u64 },
}
