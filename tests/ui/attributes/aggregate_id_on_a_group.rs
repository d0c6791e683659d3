use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(#[event(aggregate_id)] OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
}
