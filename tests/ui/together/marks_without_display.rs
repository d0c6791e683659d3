use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent {
    Placed {
        #[event(tenant_id)]
        tenant: Option<Vec<u16>>,
        #[event(event_key)]
        key: Vec<u16>,
    },
}

#[derive(Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct OrderShipped {
    #[event(tenant_id)]
    pub tenant: Vec<u16>,
    #[event(event_key)]
    pub key: Option<Vec<u16>>,
}
