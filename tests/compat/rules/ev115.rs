//! EV115: a field has another type of JSON value.

crate::rules::change! {
    old { Placed { id: u64, size: bool } }
    new { Placed { id: u64, size: String } }
}
