use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(from = "Stored")]
pub struct OrderPlaced {
    pub id: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Stored;

impl From<Stored> for OrderPlaced {
    fn from(_: Stored) -> Self {
        Self { id: 1 }
    }
}
