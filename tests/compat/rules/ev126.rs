//! EV126: a field that may be missing is no longer read under another name.

crate::rules::change! {
    old { Placed { id: u64, #[serde(alias = "coupon")] voucher: Option<String> } }
    new { Placed { id: u64, voucher: Option<String> } }
}
