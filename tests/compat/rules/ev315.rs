//! EV315: the number of a variant is another.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(extend("enum" = [1, 2]))] kind: u8 } }
    new { Placed { id: u64, #[schemars(extend("enum" = [1, 3]))] kind: u8 } }
}
