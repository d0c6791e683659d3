//! EV013: the version does not follow the one in the registry.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(version = 3, unreadable(1, 2))] Placed { id: u64 } }
}
