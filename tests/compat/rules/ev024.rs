//! EV024: a former name of an event type is read as another one.

crate::rules::change! {
    old { #[event(alias = "order.created")] Placed { id: u64 }, Paid { cents: u64 } }
    new { Placed { id: u64 }, #[event(alias = "order.created")] Paid { cents: u64 } }
}
