//! Joining the tail.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::TypeSet;
use crate::relay::shared::{Shared, State};
use crate::relay::tail::inbox::Inbox;
use crate::relay::tail::marks::Marks;
use crate::relay::tail::queue::Queue;
use crate::relay::tail::{Joining, is_gone};
use crate::store::{LOOK_BACK, Log, Stored};
use crate::watch::Key;

/// Somebody who listens: who it is, and what waits for it.
#[derive(Debug)]
pub(crate) struct Listener<I = Queue> {
    pub(crate) shared: Arc<Shared>,
    pub(crate) inbox: Arc<I>,
}

/// The tail's end of a listener: nothing comes any more when it goes.
pub(super) struct Fed {
    shared: Arc<Shared>,
    inbox: Arc<dyn Inbox>,
}

impl<I> Listener<I> {
    /// Listens no more, and lets the tail know.
    pub(crate) fn end(&self) {
        self.shared.turn(State::Ended);
        self.shared.wake();
    }
}

impl Fed {
    pub(super) fn types(&self) -> &TypeSet {
        &self.shared.types
    }

    pub(super) fn is_gone(&self) -> bool {
        is_gone(&self.shared)
    }

    pub(super) fn feed(&self, stored: &Arc<Stored>) {
        if self.types().contains(&stored.event.envelope.event_type) {
            self.inbox.put(stored);
        }
    }

    pub(super) fn page_ends(&self) {
        self.inbox.page_ends();
    }
}

impl Drop for Fed {
    fn drop(&mut self) {
        self.inbox.close();
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
    let (entered, start) = enter(bus, shared, Arc::<Queue>::default()).await?;
    let listener = entered.listener();
    if last > 0 {
        let past = past(&bus.store, &start, &listener.shared.types, last, wanted).await?;
        listener.inbox.begin_with(past);
    }
    Ok(entered.stay())
}

/// Joins the tail: what is committed after the place that is answered comes to the inbox.
async fn enter<S: Log, I: Inbox + 'static>(
    bus: &EventBus<S>,
    shared: Arc<Shared>,
    inbox: Arc<I>,
) -> Result<(Entered<I>, S::Cursor)> {
    bus.hub.add(Arc::clone(&shared));
    let fed = Fed { shared: Arc::clone(&shared), inbox: Arc::<I>::clone(&inbox) };
    let entered = Entered(Some(Listener { shared, inbox }));
    let (answer, answered) = oneshot::channel();
    bus.hub.tail().enter(&bus.store, bus.hub.feed(), Joining { fed, answer });
    let gone = |_| Err(Error::new(ErrorKind::Configuration, "the runtime is shutting down"));
    let start = answered.await.unwrap_or_else(gone)?;
    Ok((entered, start))
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

/// Joins the tail with nothing but marks.
pub(crate) async fn start_watch<S: Log>(
    bus: &EventBus<S>,
    types: TypeSet,
    keys: Arc<[Key]>,
) -> Result<Listener<Marks>> {
    let shared = Shared::new("watch", types).waking(bus.hub.tail().calls()).passive();
    let (entered, _) = enter(bus, Arc::new(shared), Arc::new(Marks::new(keys))).await?;
    Ok(entered.stay())
}

/// A listener that has joined. It is let go unless it comes to listen: its start may fail, or nobody wait for it any more.
struct Entered<I>(Option<Listener<I>>);

impl<I> Entered<I> {
    fn listener(&self) -> &Listener<I> {
        self.0.as_ref().expect("it is taken out only where it stays")
    }

    fn stay(mut self) -> Listener<I> {
        let listener = self.0.take().expect("it stays once");
        listener.shared.turn(State::Running);
        listener
    }
}

impl<I> Drop for Entered<I> {
    fn drop(&mut self) {
        if let Some(listener) = &self.0 {
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
