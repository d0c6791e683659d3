//! EV117: fields moved into an object or out of one.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: Size }
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Size { pub width: u32, pub height: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub width: u32, pub height: u32 }
    }
}
