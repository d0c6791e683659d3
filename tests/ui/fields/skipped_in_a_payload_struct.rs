use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlaced {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<u32>,
}
