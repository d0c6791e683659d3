//! EV407: a type inside a payload has another name.

crate::rules::change! {
    old { Placed { id: u64, part: Part } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Part { pub size: u32 }
    }
    new { Placed { id: u64, part: Piece } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Piece { pub size: u32 }
    }
}
