//! EV004: an event type is retired.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(retired = "2026-01-31")] Placed { id: u64 } }
}
