//! The toolchain behind `cargo eventbus`: from derived domain events to everything that follows from them.
//!
//! ```text
//! derive ─► catalog ─► schemas/ (committed) ─┬► SQL migrations (PostgreSQL, SQLite)
//!                                            ├► TypeScript
//!                                            └► samples, which the code must go on decoding
//! ```
//!
//! [`cli::main`] is the whole program; the binary calls it and does nothing else.

mod canonical;
pub mod cli;
mod compat;
mod config;
mod diagnostic;
mod discover;
mod emit;
mod generate;
mod migrations;
mod model;
mod output;
mod registry;
mod samples;
mod shell;

pub use crate::diagnostic::{Error, ErrorKind, Place, Result};
