//! EV003: an event type is gone from the code.

crate::rules::change! {
    old { Placed { id: u64 }, Shipped { id: u64, carrier: String } }
    new { Placed { id: u64 } }
}
