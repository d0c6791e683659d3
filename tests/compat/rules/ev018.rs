//! EV018: the aggregate's id is another field.

crate::rules::change! {
    old { Placed { #[event(aggregate_id)] id: u64, customer: u64 } }
    new { Placed { id: u64, #[event(aggregate_id)] customer: u64 } }
}
