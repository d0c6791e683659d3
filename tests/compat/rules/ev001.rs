//! EV001: an event type is new.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { Placed { id: u64 }, Shipped { id: u64 } }
}
