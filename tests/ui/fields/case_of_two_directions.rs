use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[serde(rename_all(serialize = "camelCase", deserialize = "kebab-case"))]
    Placed { id: u64 },
}
