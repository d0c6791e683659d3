use eventbus_runtime::DomainEvent;
use serde::{Deserialize, Serialize};

#[derive(Debug, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, DomainEvent)]
pub enum OrderEvent {
    Placed { item: Item },
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Item;
