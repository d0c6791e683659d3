use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[event(derive(PartialEq, serde::Serialize))]
pub enum OrderEvent {
    Placed { id: u64 },
}
