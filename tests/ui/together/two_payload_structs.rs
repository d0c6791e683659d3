use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(deny_unknown_fields)]
#[event(version = 2)]
pub struct OrderPlaced {
    #[event(aggregate_id = true)]
    pub id: usize,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct Ping;
