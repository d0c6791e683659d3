//! EV105: a required field is gone.

crate::rules::change! {
    old { Placed { id: u64, coupon: String } }
    new { Placed { id: u64 } }
}
