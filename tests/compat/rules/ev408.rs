//! EV408: a name stands for another type.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part (pub u32);
    }
}
