//! EV113: a field has another name, and still reads the former one.

crate::rules::change! {
    old { Placed { id: u64, coupon: String } }
    new { Placed { id: u64, #[serde(alias = "coupon")] voucher: String } }
}
