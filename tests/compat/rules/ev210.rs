//! EV210: a text lost its format.

crate::rules::change! {
    old { Placed { id: u64, n: Uuid } }
    new { Placed { id: u64, n: String } }
}
