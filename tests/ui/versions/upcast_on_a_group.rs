use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    #[event(upcast(1 => OrderPlacedV1))]
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { id: u64 },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlacedV1 {
    pub id: u64,
}
