//! EV112: a field seems to have another name.

crate::rules::change! {
    old { Placed { id: u64, coupon: String } }
    new { Placed { id: u64, voucher: String } }
}
