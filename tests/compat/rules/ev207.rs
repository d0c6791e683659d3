//! EV207: an integer can be larger than JavaScript counts exactly.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { Placed { id: u64, #[serde(default)] n: i64 } }
}
