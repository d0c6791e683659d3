//! EV114: the case of field names changed.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub unit_price: u32, pub unit_size: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub struct Part { pub unit_price: u32, pub unit_size: u32 }
    }
}
