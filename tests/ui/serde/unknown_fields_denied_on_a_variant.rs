use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[serde(deny_unknown_fields)]
    Placed { id: u64 },
}
