//! EV011: an event type has a new version.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(version = 2, upcast(1 => PlacedV1))] Placed { id: u64, total: i64 } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema, EventPayload)]
        pub struct PlacedV1 { pub id: u64 }
        impl From<PlacedV1> for OrderPlaced {
            fn from(old: PlacedV1) -> Self { Self { id: old.id, total: 0 } }
        }
    }
}
