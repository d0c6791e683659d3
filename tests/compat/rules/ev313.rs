//! EV313: an enum reads what it does not know, or no longer does.

crate::rules::change! {
    old { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub enum Kind { A, B }
    }
    new { Placed { id: u64, kind: Kind } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        #[schemars(extend("x-extensible-enum" = true))]
        pub enum Kind { A, B }
    }
}
