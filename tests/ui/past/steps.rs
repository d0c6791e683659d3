use eventbus_runtime::{DomainEvent, EventPayload};

#[derive(Debug, DomainEvent)]
#[event(prefix = "order")]
pub enum OrderEvent {
    // No step leads from the first version to the second.
    #[event(version = 3, upcast(1 => PlacedV1, 2 => PlacedV2))]
    Placed { id: u64 },
    // No step leads to the current version.
    #[event(version = 2, upcast(1 => PlacedV1))]
    Shipped { id: u64 },
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
pub struct PlacedV1 {
    id: u32,
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema, EventPayload)]
pub struct PlacedV2 {
    id: u32,
}

impl From<PlacedV2> for OrderPlaced {
    fn from(old: PlacedV2) -> Self {
        Self { id: old.id.into() }
    }
}

fn main() {}
