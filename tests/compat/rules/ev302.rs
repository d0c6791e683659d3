//! EV302: a variant is new, and old consumers read what they do not know.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, #[serde(other)] Other }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B, #[serde(other)] Other }
    }
}
