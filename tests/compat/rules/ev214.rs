//! EV214: a pattern is another one.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(regex(pattern = "^[a-c]+$"))] n: String } }
    new { Placed { id: u64, #[schemars(regex(pattern = "^[b-d]+$"))] n: String } }
}
