use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    Placed {
        count: usize,
        difference: Option<isize>,
        gone: Option<Option<u32>>,
        photo: Vec<u8>,
        sizes: Vec<usize>,
        name: &'static str,
        before: Option<Box<Self>>,
    },
}

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderShipped {
    pub weight: usize,
}

fn main() {}
