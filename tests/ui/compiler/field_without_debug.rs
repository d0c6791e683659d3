use eventbus_runtime::DomainEvent;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(DomainEvent)]
pub enum OrderEvent {
    Placed { item: Item },
}

#[derive(Clone, Serialize, Deserialize, JsonSchema)]
pub struct Item;
