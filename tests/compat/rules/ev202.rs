//! EV202: an integer got a narrower type.

crate::rules::change! {
    old { Placed { id: u64, n: u32 } }
    new { Placed { id: u64, n: u8 } }
}
