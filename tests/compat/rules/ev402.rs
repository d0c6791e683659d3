//! EV402: a list became a set, or a set a list.

crate::rules::change! {
    old { Placed { id: u64, tags: Vec<String> } }
    new { Placed { id: u64, tags: BTreeSet<String> } }
}
