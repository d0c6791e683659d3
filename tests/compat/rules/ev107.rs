//! EV107: an optional field became required.

crate::rules::change! {
    old { Placed { id: u64, coupon: Option<String> } }
    new { Placed { id: u64, coupon: String } }
}
