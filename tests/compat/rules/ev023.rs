//! EV023: a former name of an event type is no longer read.

crate::rules::change! {
    old { #[event(alias = "order.created", alias = "order.begun")] Placed { id: u64 } }
    new { #[event(alias = "order.begun")] Placed { id: u64 } }
}
