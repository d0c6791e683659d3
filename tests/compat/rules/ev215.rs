//! EV215: a value is written in another way.

crate::rules::change! {
    old { Placed { id: u64, n: f64 } }
    new { Placed { id: u64, n: String } }
}
