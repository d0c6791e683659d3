//! EV017: event types were merged.

crate::rules::change! {
    old { Opened { id: u64, cents: i64 }, Redeemed { id: u64, coupon: String } }
    new {
        Placed { id: u64, cents: i64, coupon: String },
        #[event(retired = "2026-01-31")]
        Opened { id: u64, cents: i64 },
        #[event(retired = "2026-01-31")]
        Redeemed { id: u64, coupon: String },
    }
}
