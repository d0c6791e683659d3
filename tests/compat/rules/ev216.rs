//! EV216: a single character became a text.

crate::rules::change! {
    old { Placed { id: u64, n: char } }
    new { Placed { id: u64, n: String } }
}
