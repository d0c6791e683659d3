//! EV405: the keys of a map are of another type.

crate::rules::change! {
    old { Placed { id: u64, counts: BTreeMap<String, u32> } }
    new { Placed { id: u64, counts: BTreeMap<u32, u32> } }
}
