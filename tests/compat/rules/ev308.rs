//! EV308: the data of a variant is other.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A { size: u32 }, B }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A { size: u64 }, B }
    }
}
