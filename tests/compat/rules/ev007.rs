//! EV007: an event type has another name, and still reads the former one.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(alias = "order.placed")] Ordered { id: u64 } }
}
