//! EV403: a tuple has other elements.

crate::rules::change! {
    old { Placed { id: u64, pair: (u32, String) } }
    new { Placed { id: u64, pair: (u32, u32) } }
}
