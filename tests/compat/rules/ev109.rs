//! EV109: a required field got a default for readers.

crate::rules::change! {
    old { Placed { id: u64, coupon: String } }
    new { Placed { id: u64, #[serde(default)] coupon: String } }
}
