//! Typed domain events for Rust: what a derived enum is, what travels, and the bus that carries it.
//!
//! Without features this crate is types only: the [`DomainEvent`] derive, the [`Envelope`] and the [`Filter`]. A crate
//! that only defines events compiles neither a database driver nor an async runtime. The features add the rest:
//!
//! | feature | adds |
//! |---|---|
//! | `sqlite` | emit into an SQLite file |
//! | `postgres` | emit into PostgreSQL |
//! | `relay` | subscriptions: read the log and hand events to handlers |
//! | `opentelemetry` | events take the trace of the current `tracing` span along, and the spans of handlers continue it |
//! | `metrics` | counters, histograms and gauges through the `metrics` facade: see [`observe`] |
//! | `testing` | the in-memory store for unit tests |

#[cfg(feature = "store")]
mod archive;
#[cfg(feature = "store")]
mod bus;
mod catalog;
mod catalog_main;
#[cfg(feature = "store")]
mod clock;
#[cfg(feature = "store")]
mod context;
#[cfg(feature = "store")]
pub mod dead_letter;
#[cfg(feature = "store")]
mod emit;
mod envelope;
#[cfg(feature = "relay")]
mod ephemeral;
mod error;
mod event;
mod filter;
#[cfg(feature = "relay")]
mod handler;
pub mod int_string;
#[cfg(feature = "store")]
pub mod integrity;
pub mod migrations;
#[cfg(feature = "store")]
pub mod observe;
#[cfg(feature = "relay")]
mod plan;
mod priority;
#[cfg(feature = "relay")]
mod relay;
#[cfg(feature = "relay")]
mod replay;
#[cfg(feature = "store")]
mod retention;
#[cfg(feature = "store")]
mod schedule;
#[cfg(feature = "opentelemetry")]
mod span;
#[cfg(feature = "store")]
pub mod stats;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "relay")]
mod stream;
#[cfg(feature = "relay")]
mod subscribe;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "store")]
mod to_the_end;
#[cfg(feature = "relay")]
mod watch;

#[doc(hidden)]
pub mod __private;

pub use eventbus_macros::{DomainEvent, EventPayload, EventSubset};

#[cfg(feature = "store")]
pub use crate::bus::EventBus;
pub use crate::catalog::{
    Catalog, Compat, CompatDocument, CompatMode, Document, Group, GroupDocument, Leaf,
    LeafDocument, Node, Source, SourceDocument, Upcast, UpcastDocument,
};
#[cfg(feature = "store")]
pub use crate::context::Context;
#[cfg(feature = "store")]
pub use crate::dead_letter::{
    Action, Content, DeadLetter, DeadLetters, FailedAttempt, LetterFilter, Operator, Retried,
};
#[cfg(feature = "store")]
pub use crate::emit::{
    BusTx, Emit, Emitting, MAX_AGGREGATE_ID, MAX_BATCH, MAX_BATCH_BYTES, MAX_EVENT_KEY,
    MAX_PAYLOAD, MAX_TENANT_ID, Receipt, Receipts, Target,
};
pub use crate::envelope::{Envelope, RawEvent};
#[cfg(feature = "relay")]
pub use crate::ephemeral::{Ephemeral, MOST_REPLAYED};
pub use crate::error::{Error, ErrorKind, HandlerError, Result};
pub use crate::event::{Delivery, DomainEvent, Emittable, Event, EventPayload, Events};
pub use crate::filter::{EventFilter, Filter, TypePattern, TypeSet};
#[cfg(all(feature = "relay", feature = "testing"))]
pub use crate::handler::MemoryTx;
#[cfg(all(feature = "relay", feature = "postgres"))]
pub use crate::handler::PgTx;
#[cfg(all(feature = "relay", feature = "sqlite"))]
pub use crate::handler::SqliteTx;
#[cfg(feature = "relay")]
pub use crate::handler::{Arguments, EventArgument, Handler, TransactionArgument, Tx};
#[cfg(feature = "relay")]
pub use crate::plan::backoff::Retry;
#[cfg(feature = "relay")]
pub use crate::plan::breaker::Breaker;
#[cfg(feature = "relay")]
pub use crate::plan::limit::{LimitBy, RateLimit};
#[cfg(feature = "relay")]
pub use crate::plan::verdict::OnFailure;
pub use crate::priority::Priority;
#[cfg(feature = "relay")]
pub use crate::relay::{Counts, Listening, Running, State, Stats};
#[cfg(feature = "relay")]
pub use crate::replay::{DryRun, Progress, Replay, ReplayFilter, Replaying};
#[cfg(feature = "store")]
pub use crate::retention::{Retain, Retained};
#[cfg(feature = "store")]
pub use crate::schedule::{MAX_DELAY, ScheduleFilter, Scheduled, ScheduledEvents};
#[cfg(feature = "postgres")]
pub use crate::store::postgres::{PgBus, PgStore};
#[cfg(feature = "sqlite")]
pub use crate::store::sqlite::{SqliteBus, SqliteStore};
#[cfg(feature = "store")]
pub use crate::store::{NewEvent, Start};
#[cfg(feature = "relay")]
pub use crate::stream::{EventStream, StreamBuilder, StreamError};
#[cfg(feature = "relay")]
pub use crate::subscribe::Subscribe;
#[cfg(feature = "testing")]
pub use crate::testing::{MemoryBus, MemoryStore};
#[cfg(feature = "relay")]
pub use crate::watch::{Changed, Key, Live, Watch};
