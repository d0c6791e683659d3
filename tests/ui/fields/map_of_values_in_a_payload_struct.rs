use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlaced {
    pub note: serde_json::Map<String, serde_json::Value>,
}
