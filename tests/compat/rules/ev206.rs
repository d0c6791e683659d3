//! EV206: a number has another precision.

crate::rules::change! {
    old { Placed { id: u64, n: f64 } }
    new { Placed { id: u64, n: f32 } }
}
