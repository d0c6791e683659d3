use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[event(schema = String)]
        #[serde(with = "hex", skip_serializing_if = "Option::is_none")]
        digest: Option<u64>,
    },
}
