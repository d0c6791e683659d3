use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(into = "Stored")]
pub struct OrderPlaced {
    pub id: u64,
}

#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Stored;

impl From<OrderPlaced> for Stored {
    fn from(_: OrderPlaced) -> Self {
        Self
    }
}
