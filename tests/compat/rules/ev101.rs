//! EV101: an optional field is new.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { Placed { id: u64, coupon: Option<String> } }
}
