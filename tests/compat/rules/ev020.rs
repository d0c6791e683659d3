//! EV020: only words or the order of fields changed.

crate::rules::change! {
    old { Placed { id: u64, note: String } }
    new { /// A customer placed an order.
 Placed { note: String, id: u64 } }
}
