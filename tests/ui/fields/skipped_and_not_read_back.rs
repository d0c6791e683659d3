use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        items: Vec<u32>,
    },
}
