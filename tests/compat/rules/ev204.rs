//! EV204: an integer became a number with a fraction.

crate::rules::change! {
    old { Placed { id: u64, n: u32 } }
    new { Placed { id: u64, n: f64 } }
}
