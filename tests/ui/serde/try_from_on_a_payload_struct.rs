use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(try_from = "Stored")]
pub struct OrderPlaced {
    pub id: u64,
}

#[derive(Debug, Deserialize, JsonSchema)]
pub struct Stored;

impl TryFrom<Stored> for OrderPlaced {
    type Error = String;

    fn try_from(_: Stored) -> Result<Self, String> {
        Ok(Self { id: 1 })
    }
}
