//! EV103: a required field is new.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { Placed { id: u64, coupon: String } }
}
