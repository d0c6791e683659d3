//! The checker of histories, and short runs of real processes under faults.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod checker;
mod random;
mod short;
