use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct Ping;

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct Moved(pub u32, pub u32);

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub enum Either {
    Left,
    Right,
}

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(transparent)]
pub struct Renamed {
    pub name: String,
}

#[derive(Debug, Clone, DomainEvent)]
pub enum ShopEvent {
    Order(OrderEvent),
}

#[derive(Debug, Clone, DomainEvent)]
pub enum OrderEvent {
    #[event(payload = "OrderMoved")]
    Placed { id: u64 },
    #[event(payload = "OrderMoved")]
    Shipped { id: u64 },
}

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "text")]
pub enum Event {
    Created { note: String },
    String { note: String },
}

fn main() {
    let _ = Created { note: String::from("a") };
}
