use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[serde(deny_unknown_fields)]
pub enum OrderEvent {
    Placed { id: u64 },
}
