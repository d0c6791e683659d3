use eventbus_runtime::EventPayload;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderPlaced {
    #[serde(with = "eventbus_runtime::int_string")]
    #[schemars(with = "String")]
    pub id: u32,
}
