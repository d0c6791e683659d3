//! EV307: a variant with data is new or gone.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A { size: u32 } }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A { size: u32 }, B { width: u32 } }
    }
}
