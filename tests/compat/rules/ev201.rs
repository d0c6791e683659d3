//! EV201: an integer got a wider type.

crate::rules::change! {
    old { Placed { id: u64, n: u32 } }
    new { Placed { id: u64, n: u64 } }
}
