//! EV205: a number with a fraction became an integer.

crate::rules::change! {
    old { Placed { id: u64, n: f64 } }
    new { Placed { id: u64, n: u32 } }
}
