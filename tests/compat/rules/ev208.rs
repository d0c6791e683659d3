//! EV208: a number became text, or text a number.

crate::rules::change! {
    old { Placed { id: u64, n: u32 } }
    new { Placed { id: u64, n: String } }
}
