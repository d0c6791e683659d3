//! The in-memory store: what a unit test of handlers and of emitting code runs on.
//!
//! It behaves like the databases do: an event is invisible until its transaction commits, a dropped transaction is
//! rolled back, a subscription has one owner, and a stale owner can commit nothing. Nothing of it outlives the process.
//!
//! [`suite`] is for whoever writes a store: what every store must do, as tests.
//!
//! [`assert_upcasts`] is for a test of the payloads that former code stored.

mod bus;
mod memory;
pub mod suite;
mod upcast;

pub use crate::testing::bus::MemoryBus;
pub use crate::testing::memory::{MemoryConnection, MemoryCursor, MemoryStore, MemoryTransaction};
pub use crate::testing::suite::exercise_store;
pub use crate::testing::upcast::assert_upcasts;
