//! EV203: an integer got a sign or lost it.

crate::rules::change! {
    old { Placed { id: u64, n: u32 } }
    new { Placed { id: u64, n: i32 } }
}
