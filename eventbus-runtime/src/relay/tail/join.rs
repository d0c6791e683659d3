//! Joining the tail.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::TypeSet;
use crate::relay::shared::{Shared, State};
use crate::relay::tail::queue::Queue;
use crate::relay::tail::{Joining, is_gone};
use crate::store::{LOOK_BACK, Log, Stored};

/// Somebody who listens: who it is, and what waits for it.
#[derive(Debug)]
pub(crate) struct Listener {
    pub(crate) shared: Arc<Shared>,
    pub(crate) queue: Arc<Queue>,
}

/// The tail's end of a listener: nothing comes any more when it goes.
pub(super) struct Fed(Listener);

impl Listener {
    fn again(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), queue: Arc::clone(&self.queue) }
    }

    /// Listens no more, and lets the tail know.
    pub(crate) fn end(&self) {
        self.shared.turn(State::Ended);
        self.shared.wake();
    }
}

impl Fed {
    pub(super) const fn new(listener: Listener) -> Self {
        Self(listener)
    }

    pub(super) fn types(&self) -> &TypeSet {
        &self.0.shared.types
    }

    pub(super) fn is_gone(&self) -> bool {
        is_gone(&self.0.shared)
    }

    pub(super) fn feed(&self, stored: &Arc<Stored>) {
        if self.types().contains(&stored.event.envelope.event_type) {
            self.0.queue.push(stored);
        }
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        self.0.queue.close();
    }
}

/// How many events one look into the past asks for.
const LOOK: usize = 256;

/// Joins the tail: what is committed from now on comes to the listener, after the last `last` events of its types before
/// it that `wanted` lets through.
pub(super) async fn join<S: Log>(
    bus: &EventBus<S>,
    shared: Arc<Shared>,
    last: usize,
    wanted: impl FnMut(&Stored) -> bool + Send,
) -> Result<Listener> {
    bus.hub.add(Arc::clone(&shared));
    let listener = Listener { shared, queue: Arc::default() };
    let leaving = Leaving(Some(&listener));
    let (answer, answered) = oneshot::channel();
    let joining = Joining { listener: listener.again(), answer };
    bus.hub.tail().enter(&bus.store, bus.hub.feed(), joining);
    let gone = |_| Err(Error::new(ErrorKind::Configuration, "the runtime is shutting down"));
    let start = answered.await.unwrap_or_else(gone)?;
    if last > 0 {
        let past = past(&bus.store, &start, &listener.shared.types, last, wanted).await?;
        listener.queue.begin_with(past);
    }
    listener.shared.turn(State::Running);
    leaving.stay();
    Ok(listener)
}

/// Joins the tail with nothing but a queue.
pub(crate) async fn start_stream<S: Log>(
    bus: &EventBus<S>,
    types: TypeSet,
    last: usize,
    wanted: impl FnMut(&Stored) -> bool + Send,
) -> Result<Listener> {
    let shared = Shared::new("stream", types).waking(bus.hub.tail().calls()).passive();
    join(bus, Arc::new(shared), last, wanted).await
}

/// Lets a listener go that has not come to listen: its start failed, or nobody waits for it any more.
struct Leaving<'a>(Option<&'a Listener>);

impl Leaving<'_> {
    fn stay(mut self) {
        self.0 = None;
    }
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if let Some(listener) = self.0 {
            listener.end();
        }
    }
}

/// The newest events before a place that are wanted, oldest first. Looks no farther back than a store does at once, or
/// hardly farther.
async fn past<S: Log>(
    store: &S,
    start: &S::Cursor,
    types: &TypeSet,
    count: usize,
    mut wanted: impl FnMut(&Stored) -> bool + Send,
) -> Result<Vec<Stored>> {
    let (mut found, mut before, mut lowest) = (Vec::new(), i64::MAX, i64::MIN);
    while found.len() < count && before > lowest {
        let events = store.last(start, types, before, LOOK).await?;
        let (Some(oldest), Some(newest)) = (events.first(), events.last()) else { break };
        if before == i64::MAX {
            lowest = newest.position.saturating_sub(LOOK_BACK);
        }
        before = oldest.position;
        let full = events.len() >= LOOK;
        let known = |stored: &Stored| types.contains(&stored.event.envelope.event_type);
        let newest_first = events.into_iter().rev();
        found.extend(newest_first.filter(|stored| known(stored) && wanted(stored)));
        if !full {
            break;
        }
    }
    found.truncate(count);
    found.reverse();
    Ok(found)
}
