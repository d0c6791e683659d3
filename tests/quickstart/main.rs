//! The quickstart as a user runs it: its report, its second run, its faults, and SIGKILL at random moments.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod crash;
mod faults;
mod report;
mod run;
