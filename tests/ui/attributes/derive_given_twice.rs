use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(derive(PartialEq, Eq, PartialEq))]
pub enum OrderEvent {
    Placed { id: u64 },
}
