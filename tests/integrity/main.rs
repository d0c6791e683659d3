//! What `verify()` finds: corrupted copies of a sound database, check by check, and nothing where nothing is wrong.

#![allow(
    clippy::unwrap_used,
    reason = "all of it is test code, also what stands outside a #[test]"
)]

mod busy;
mod damaged_file;
mod postgres;
mod report;
mod sound;
mod sqlite;
