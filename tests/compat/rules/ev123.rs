//! EV123: the values of a map are others.

crate::rules::change! {
    old { Placed { id: u64, counts: BTreeMap<String, u32> } }
    new { Placed { id: u64, counts: BTreeMap<String, u64> } }
}
