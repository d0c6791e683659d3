//! EV108: a required field became optional.

crate::rules::change! {
    old { Placed { id: u64, coupon: String } }
    new { Placed { id: u64, coupon: Option<String> } }
}
