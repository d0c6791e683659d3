//! EV022: a change that cannot be decided.

crate::rules::change! {
    old { Placed { id: u64, #[schemars(extend("contentSchema" = {}))] note: String } }
    new { Placed { id: u64, #[schemars(extend("not" = {"pattern": "(?=a)b"}))] note: String } }
}
