//! The suite that every store passes, for whoever writes one.
//!
//! # What to write
//!
//! A store is a handle, cheap to clone, on one database: traits of [`store`](crate::store), each on top of the one
//! before. In this order each step can be tested before the next is begun:
//!
//! 1. [`Store`](crate::store::Store): transactions, and events appended in them. An event is stored as it is, its payload
//!    byte for byte, with a number, its **position**, and with its slot, which
//!    [`NewEvent::slot`](crate::store::NewEvent::slot) computes. Whatever is dropped in the middle, a `begin`, a `commit`,
//!    a whole transaction, must leave the connections usable.
//! 2. A [`Cursor`](crate::store::Cursor), and of [`Log`](crate::store::Log) the methods `page`, `register` and `roster`: reading. Where transactions commit in another order than they take their positions in, a position alone is no
//!    cursor: whoever reads on behind the highest one loses what commits later. That is the one law that is easily
//!    broken without being noticed; [`PgCursor`](crate::store::postgres::PgCursor) keeps it with two snapshots.
//! 3. The rest of [`Log`](crate::store::Log): shards are taken under a **fence**, which is raised with each taking, and
//!    [`advance`](crate::store::Log::advance) moves cursors and delivery rows inside an open transaction, under fences
//!    that nobody has raised meanwhile. The check has to hold until that transaction ends: lock the shards' rows, or check
//!    again at the commit. A tenant with a backlog has cursors of its own in shards, [`Way`](crate::store::Way): they move
//!    under the same fences.
//! 4. [`Letters`](crate::store::Letters): dead letters and the actions on them. What a filter means
//!    [`LetterFilter::matches`](crate::LetterFilter::matches) says of a letter in hand.
//! 5. [`Figures`](crate::store::Figures): what the relay counted, added up, and what waits, counted.
//! 6. [`Integrity`](crate::store::Integrity): rows as they are stored, and the checks that the store can make on itself.
//! 7. [`Schedule`](crate::store::Schedule), and [`Store::schedule`](crate::store::Store::schedule): events that wait until
//!    they are due by the database's clock.
//! 8. [`Retention`]: how far the log is settled, what holds events, and batches that delete as far as nothing does.
//!
//! [`Log::capabilities`](crate::store::Log::capabilities) says what the store can do beyond that. What it declares the suite tests, without exception; a
//! case that needs what it does not declare says so and is passed over.
//!
//! Errors have a kind that the relay acts on: [`Fenced`](crate::ErrorKind::Fenced) ends an ownership,
//! [`TransactionRollback`](crate::ErrorKind::TransactionRollback) is tried again, and
//! [`Configuration`](crate::ErrorKind::Configuration) says what to do. All others are
//! [`Store`](crate::ErrorKind::Store). Times are milliseconds since 1970; those of leases are read from the database's
//! clock, which all processes share, and all others are arguments.
//!
//! # How to run it
//!
//! A [`StoreFixture`] gives each case a database of its own. [`store_suite!`](crate::store_suite) makes a `#[test]` of
//! each case, so that a runner shows which fails:
//!
//! ```
//! use eventbus_runtime::testing::MemoryStore;
//! use eventbus_runtime::testing::suite::StoreFixture;
//!
//! /// A database of one test's own; a temporary file or a schema goes when it is dropped.
//! struct InMemory(MemoryStore);
//!
//! impl StoreFixture for InMemory {
//!     type Store = MemoryStore;
//!
//!     async fn fresh() -> Self {
//!         Self(MemoryStore::new())
//!     }
//!
//!     async fn store(&self) -> MemoryStore {
//!         // A store of a database connects anew here.
//!         self.0.clone()
//!     }
//! }
//!
//! mod in_memory {
//!     use super::InMemory;
//!
//!     eventbus_runtime::store_suite!(InMemory);
//! }
//! # fn main() {
//! #     eventbus_runtime::testing::exercise_store::<InMemory>();
//! # }
//! ```
//!
//! [`exercise_store`] runs all of them in one test instead. The cases need the feature `testing` and nothing else;
//! they run on tokio's current-thread runtime. What is the store's own, its migrations for instance, its errors or what
//! several processes do to one database, wants tests beside the suite, and [`tools`] is what its cases are written with.
#![expect(
    clippy::unwrap_used,
    reason = "a case is a test, and reports by panicking, although it is compiled into the library"
)]

mod append;
mod cases;
mod detour;
mod integrity;
mod letter;
mod meeting;
mod operate;
mod operator;
mod overlap;
mod ownership;
mod page;
mod pending;
mod priority;
mod replay;
mod replica;
mod retention;
mod schedule;
mod start;
mod stats;
pub mod tools;
mod trouble;

use std::future::Future;

use crate::bus::EventBus;
use crate::store::Retention;
pub use crate::testing::suite::cases::{exercise_store, run};

/// A database for one case of the suite, which nobody else uses. It goes when this is dropped.
#[diagnostic::on_unimplemented(
    message = "`{Self}` makes no database for the suite",
    label = "no fixture of a store",
    note = "implement `StoreFixture` for a type that keeps one fresh database, as the docs of `testing::suite` show"
)]
pub trait StoreFixture: Sized {
    /// The store on it.
    type Store: Retention;

    /// A new database. Whether it has the runtime's tables is all the same: the suite migrates it.
    fn fresh() -> impl Future<Output = Self>;

    /// Another handle on it, with connections of its own as another process would have them. A database that one handle
    /// alone can use gives clones of that handle.
    fn store(&self) -> impl Future<Output = Self::Store>;
}

/// A bus on a handle of its own.
async fn bus<F: StoreFixture>(fixture: &F) -> EventBus<F::Store> {
    EventBus::on(fixture.store().await)
}
