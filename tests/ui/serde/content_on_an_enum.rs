use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[serde(content = "body")]
pub enum OrderEvent {
    Placed { id: u64 },
}
