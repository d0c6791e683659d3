//! EV404: a list may be of another length.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(length(max = 9))] tags: Vec<String> } }
    new { Placed { id: u64, #[schemars(length(max = 5))] tags: Vec<String> } }
}
