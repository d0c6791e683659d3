//! EV401: one value became a list, or a list one value.

crate::rules::change! {
    old { Placed { id: u64, tag: String } }
    new { Placed { id: u64, tag: Vec<String> } }
}
