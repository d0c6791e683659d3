//! EV025: a version that was read is given up.

crate::rules::change! {
    old { Placed { id: u64 } }
    new { #[event(version = 2, unreadable(1))] Placed { id: u64, total: i64 } }
}
