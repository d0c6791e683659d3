use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[serde(rename_all = "camelCase")]
pub enum OrderEvent {
    Placed { id: u64 },
}
