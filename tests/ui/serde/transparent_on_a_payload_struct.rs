use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(transparent)]
pub struct OrderPlaced {
    pub id: u64,
}
