//! EV212: a limit is narrower.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(length(max = 9))] n: String } }
    new { Placed { id: u64, #[schemars(length(max = 5))] n: String } }
}
