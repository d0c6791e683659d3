//! EV110: an optional field is left out instead of null.

crate::rules::change! {
    old { Placed { id: u64, coupon: Option<String> } }
    new { Placed { id: u64, #[serde(skip_serializing_if = "Option::is_none")] coupon: Option<String> } }
}
