use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(tag = "kind")]
pub struct OrderPlaced {
    pub id: u64,
}
