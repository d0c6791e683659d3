//! EV116: a type was wrapped, named or written out, and its values are the same.

crate::rules::change! {
    old { Placed { id: u64, size: String } }
    new { Placed { id: u64, size: Size } } with {
        #[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
        pub struct Size(pub String);
    }
}
