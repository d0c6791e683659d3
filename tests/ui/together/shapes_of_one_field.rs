use eventbus_runtime::DomainEvent;

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed {
        #[event(int = "hex", opaque = true, tenant_id, tenant_id)]
        #[serde(rename(serialize = "a", deserialize = "b"), skip_serializing_if = "f")]
        id: usize,
        sizes: std::collections::HashMap<f64, serde_json::Value>,
    },
}
