//! EV118: a default is another value.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        fn one() -> u32 { 1 }
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { #[serde(default = "one")] pub count: u32 }
    }
    new { Placed { id: u64, part: Part } } with {
        fn two() -> u32 { 2 }
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { #[serde(default = "two")] pub count: u32 }
    }
}
