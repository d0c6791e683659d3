//! What the runtime promises, on real servers with everything in place: the derive, the bus and its databases.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod bloat;
#[cfg(unix)]
mod cancelled;
mod detour_killed;
#[cfg(unix)]
mod epochs;
mod partitions_killed;
mod retention_killed;
#[cfg(unix)]
mod schedule;
#[cfg(unix)]
mod silent;
#[cfg(unix)]
mod slowly;
#[cfg(unix)]
mod split_brain;
#[cfg(unix)]
mod waking;
mod watching;
mod writers;
