//! The relay: one task per subscription reads the log and hands events to handlers.
//!
//! # The life of a subscription
//!
//! ```text
//!            claimed                        stop
//! Waiting ──────────────► Running ─────────────────────► Ended
//!    ▲                       │ │
//!    │  fenced, store error  │ │  a stored version newer than this code
//!    └───────────────────────┘ └───────────────────────► Stalled
//! ```
//!
//! While another process owns the subscription it waits and asks again. Whatever the database answers that nobody can
//! explain ends the ownership: the next claim reads the true cursor, so that no guess about a lost commit is needed.
//! A stalled subscription has given its ownership back, for a replica with newer code to take.
//!
//! # The life of a delivery
//!
//! A healthy event has no row of its own: the cursor passes it. A row exists only for an event in trouble.
//!
//! ```text
//!                 handled: the cursor passes, no row
//!               ┌──────────────────────────────────►
//!               │
//!   read ───────┤ failed, may be tried again           handled: the row goes
//!   from the    ├──────────────► Retrying ───────────────────►
//!   log         │                ▲ │    ▲ └──┐ failed again: attempts + 1
//!               │         failed │ │    └────┘
//!               │                │ │ attempts used up, or a terminal failure
//!               │                │ └─────────────────────────► Dead
//!               │                │ ◄─ ─ ─ a letter is retried ─ ▲
//!               │ an earlier     │ nothing of its key           │
//!               │ event of its   │ is retrying any more         │
//!               ├──────────────► Parked ────────────────────────┤ terminal failure
//!               │ key is open      └──────► handled: the row goes
//!               │                                               │
//!               └───────────────────────────────────────────────┘
//!                 terminal failure: the cursor passes, a dead letter is written
//! ```
//!
//! The order of one key holds because an event is attempted only when no earlier event of its key has an open row, and
//! because rows and cursor move in one step under one fence. A dead event no longer holds its siblings: they may have been
//! handled when its letter is retried, and those that come once its
//! retry was noticed wait for it.
//!
//! One round reads the troubles and attempts what is due, then reads a page and hands it over. A subscription is
//! *settled* when a whole round that began after the question found neither.

mod attempt;
mod hub;
mod page;
mod plain;
mod revive;
mod round;
mod running;
mod shared;
mod signal;
mod stats;
mod step;
mod transactional;
mod trouble;
mod wanted;
mod worker;

use std::sync::Arc;

use tokio::sync::oneshot;
use tracing::Instrument;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::store::Log;
use crate::subscribe::Spec;

pub(crate) use crate::relay::hub::Hub;
#[cfg(feature = "testing")]
pub(crate) use crate::relay::hub::Waker;
pub use crate::relay::running::Running;
use crate::relay::shared::Shared;
pub use crate::relay::shared::State;
pub use crate::relay::stats::{Counts, Stats};
use crate::relay::worker::Worker;

/// Starts a checked subscription; returns when its first claim was answered.
///
/// The claim runs in the task: a caller that drops this future cuts no statement off.
pub(crate) async fn start<S: Log>(bus: EventBus<S>, spec: Spec<S>) -> Result<Running<S>> {
    let span = tracing::info_span!("subscription", subscription = %spec.name);
    let shared = Arc::new(Shared::new(&spec.name, spec.routes.types()));
    let worker = Worker::new(bus.store.clone(), spec, Arc::clone(&shared));
    let (answer, answered) = oneshot::channel();
    bus.hub.add(Arc::clone(&shared));
    tokio::spawn(worker.run(answer).instrument(span));
    let gone = |_| Err(Error::new(ErrorKind::Configuration, "the runtime is shutting down"));
    answered.await.unwrap_or_else(gone)?;
    Ok(Running::new(bus, shared))
}
