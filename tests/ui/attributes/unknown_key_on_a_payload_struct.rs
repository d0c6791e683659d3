use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
#[event(crat = "eventbus_runtime")]
pub struct OrderPlaced {
    pub id: u64,
}
