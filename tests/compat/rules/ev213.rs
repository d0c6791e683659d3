//! EV213: a limit is wider.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(range(max = 5))] n: u32 } }
    new { Placed { id: u64, #[schemars(range(max = 9))] n: u32 } }
}
