//! EV008: a Rust type or variant has another name, and the name on the wire is the same.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(name = "placed")] Ordered { id: u64 } }
}
