use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
#[serde(rename = "Orders")]
pub enum OrderEvent {
    Placed { id: u64 },
}
