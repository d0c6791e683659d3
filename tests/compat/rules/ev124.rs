//! EV124: a field is only read or only written from now on.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: u32, #[serde(default)] pub hint: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: u32, #[serde(default, skip_serializing)] pub hint: u32 }
    }
}
