//! EV019: a field that the envelope is filled from is gone or may be missing.

crate::rules::change! {
    old { Placed { id: u64, #[event(tenant_id)] tenant: String } }
    new { Placed { id: u64, tenant: String } }
}
