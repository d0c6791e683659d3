//! EV021: the schema is written differently and describes the same.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(extend("oneOf" = [{"type": "string"}]))] note: String } }
    new { Placed { id: u64, note: String } }
}
