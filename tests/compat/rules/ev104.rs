//! EV104: an optional field is gone.

crate::rules::change! {
    old { Placed { id: u64, coupon: Option<String> } }
    new { Placed { id: u64 } }
}
