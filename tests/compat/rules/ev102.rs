//! EV102: a field with a default is new.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { Placed { id: u64, #[serde(default)] quantity: u32 } }
}
