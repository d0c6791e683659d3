use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderShipped {
    #[event(int = "string")]
    pub cents: u64,
    #[event(int = "string")]
    pub fee: Option<i128>,
    #[event(schema = String)]
    pub weight: u32,
    #[event(event_key)]
    pub first: u32,
    #[event(event_key)]
    pub second: u32,
}
