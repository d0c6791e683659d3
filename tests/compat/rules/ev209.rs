//! EV209: a text got a format.

crate::rules::change! {
    old { Placed { id: u64, n: String } }
    new { Placed { id: u64, n: Uuid } }
}
