//! EV406: the elements of a list are others.

crate::rules::change! {
    old { Placed { id: u64, counts: Vec<u32> } }
    new { Placed { id: u64, counts: Vec<u64> } }
}
