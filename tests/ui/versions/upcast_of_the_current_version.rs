use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(version = 2, upcast(1 => OrderPlacedV1, 2 => OrderPlacedV1))]
    Placed { id: u64 },
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlacedV1 {
    pub id: u64,
}

impl From<OrderPlacedV1> for OrderPlaced {
    fn from(old: OrderPlacedV1) -> Self {
        Self { id: old.id }
    }
}
