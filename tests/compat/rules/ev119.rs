//! EV119: unknown fields are refused from now on.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Part { pub size: u32 }
    }
}
