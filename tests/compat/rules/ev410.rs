//! EV410: a field of any JSON became typed, or a typed one any JSON.

crate::rules::change! {
    old { Placed { id: u64, data: String } }
    new { Placed { id: u64, #[event(opaque)] data: serde_json::Value } }
}
