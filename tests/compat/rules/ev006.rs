//! EV006: an event type has another name on the wire.

crate::rules::change! {
    old { Placed { id: u64, total: i64 } }
    new { Ordered { id: u64, total: i64 } }
}
