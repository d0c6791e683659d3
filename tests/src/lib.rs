//! What the suites share: databases to test on, programs to run, random numbers.

pub mod postgres;
pub mod program;
pub mod random;
pub mod sqlite;
pub mod toolchain;

/// The README's code compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
