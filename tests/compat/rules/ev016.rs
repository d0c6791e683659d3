//! EV016: an event type was split.

crate::rules::change! {
    old { Placed { id: u64, cents: i64, coupon: String } }
    new { Opened { id: u64, cents: i64 }, Redeemed { id: u64, coupon: String } }
}
