//! EV314: a type became one of several.

crate::rules::change! {
    old { Placed { id: u64, kind: String } }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        #[serde(untagged)]
        pub enum Kind { A(String), B(u32) }
    }
}
