//! EV313: an enum reads what it does not know, or no longer does.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B, #[serde(other, skip_serializing)] Unknown }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B }
    }
}
