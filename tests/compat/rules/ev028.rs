//! EV028: an event type asks for less than it did.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(compat = "none")] Placed { id: String } }
}
