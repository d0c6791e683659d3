//! The relay: one task per replica of a subscription reads the log and hands events to handlers.
//!
//! # The life of a replica
//!
//! ```text
//!            shards taken                 stop, or the subscription is removed
//! Waiting ──────────────────► Running ────────────────────────────────────────► Ended
//!    ▲                         │ │ │ ▲
//!    │  the last one given back│ │ └─┘ fenced, store error: its shards are taken anew
//!    └─────────────────────────┘ │
//!                                ├──► Suspended  a breaker is open; the shards are kept, and nothing is attempted
//!                                ├──► Paused     an operator paused it; all shards are given back
//!                                ├──► Outdated   newer code is there; all shards are left to it
//!                                └──► Stalled    an event needs newer code; its shard is given back, the others go on
//! ```
//!
//! Once a second each replica looks at the roster and moves towards its share of the shards: see [`keeper`]. Whatever
//! the database answers that nobody can explain ends the ownership of the shards concerned: taking them again reads the
//! true cursor, so that no guess about a lost commit is needed.
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
//! One round reads the troubles of each place and hands over what is due, then reads a page and hands that over, both in the
//! same way: [`in_hand`]. Subscriptions that stand at one place read their pages together: see [`feed`]. A place is the shards that stand at one cursor. A subscription is *settled* when a whole round that began after the question found
//! neither, and nothing is open in the shards of others.

mod attempt;
mod batch;
mod detour;
mod feed;
mod group;
mod hub;
mod in_hand;
mod keeper;
mod lanes;
mod mover;
mod page;
mod place;
mod plain;
mod replay;
mod revive;
mod round;
mod running;
mod shared;
mod signal;
mod stats;
mod step;
mod tail;
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
pub(crate) use crate::relay::lanes::Lanes;
pub(crate) use crate::relay::replay::Part;
pub use crate::relay::running::Running;
use crate::relay::shared::Shared;
pub use crate::relay::shared::State;
pub use crate::relay::stats::{Counts, Stats};
pub use crate::relay::tail::Listening;
pub(crate) use crate::relay::tail::{
    Hit, Listener, Marks, Next, start_ephemeral, start_stream, start_watch,
};

/// Starts a checked subscription, or a replay of a part of the log; returns when it is registered and its first look at the
/// roster was answered.
///
/// Both run in the task: a caller that drops this future cuts no statement off. The task ends then, whatever it came to.
pub(crate) async fn start<S: Log>(
    bus: EventBus<S>,
    spec: Spec<S>,
    part: Option<&Part<S::Cursor>>,
) -> Result<Running<S>> {
    let lanes = lanes::count(&bus.store, &spec)?;
    let span = tracing::info_span!("subscription", subscription = %spec.name);
    let spec = Arc::new(spec);
    let mut starting = Starting(Vec::with_capacity(lanes));
    for worker in lanes::workers(&bus, &spec, part, lanes) {
        let (answer, answered) = oneshot::channel();
        bus.hub.add(Arc::clone(&worker.shared));
        starting.0.push(Arc::clone(&worker.shared));
        tokio::spawn(worker.run(answer).instrument(span.clone()));
        let gone = |_| Err(Error::new(ErrorKind::Configuration, "the runtime is shutting down"));
        answered.await.unwrap_or_else(gone)?;
    }
    bus.hub.mover().start(&bus);
    Ok(Running::new(bus, spec, std::mem::take(&mut starting.0)))
}

/// Stops the lanes of which nobody gets a handle: they would run on, and a second start would be further replicas.
struct Starting(Vec<Arc<Shared>>);

impl Drop for Starting {
    fn drop(&mut self) {
        self.0.iter().for_each(|shared| shared.stop());
    }
}
