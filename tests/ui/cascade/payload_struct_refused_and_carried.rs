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

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlaced {
    pub id: usize,
}

pub fn use_it(placed: OrderPlaced) -> ShopEvent {
    assert_eq!(OrderPlaced::TYPE, placed.event_type());
    OrderEvent::from(placed).into()
}
