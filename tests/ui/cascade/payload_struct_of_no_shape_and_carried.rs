use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    #[event(payload)]
    Placed(OrderPlaced),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlaced(pub u64);

pub fn use_it(placed: OrderPlaced) -> ShopEvent {
    OrderEvent::from(placed).into()
}
