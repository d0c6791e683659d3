//! EV303: a variant is gone.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B, C }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B }
    }
}
