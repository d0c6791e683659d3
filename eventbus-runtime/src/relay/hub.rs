//! The running subscriptions of one bus.

use std::any::Any;
use std::collections::BTreeMap;
#[cfg(feature = "metrics")]
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use crate::bus::EventBus;
use crate::envelope::RawEvent;
use crate::error::{Error, ErrorKind, Result};
use crate::relay::feed::Feed;
use crate::relay::lanes::Lanes;
use crate::relay::mover::Mover;
use crate::relay::shared::Shared;
use crate::relay::signal::Signals;
use crate::relay::tail::Tail;
use crate::stats::Books;
use crate::store::{Cursor, Log};

/// How long a shutdown waits for handlers unless it is told otherwise.
pub(super) const DEADLINE: Duration = Duration::from_secs(30);

/// What the clones of a bus share. When the last of them is gone, its subscriptions end.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    waker: Waker,
    tail: Tail,
    /// Where the cursors of subscriptions stood when somebody last looked, and since when.
    looks: Mutex<BTreeMap<String, (String, Option<Instant>)>>,
    /// Those that the gauges tell of.
    #[cfg(feature = "metrics")]
    told: Mutex<BTreeSet<String>>,
    mover: Mover,
    /// An `Arc<Feed<S::Cursor>>`, from the first subscription on.
    feed: OnceLock<Arc<dyn Any + Send + Sync>>,
    books: Books,
}

/// Wakes subscriptions that have nothing to do.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waker(Arc<Mutex<Vec<Arc<Shared>>>>);

impl Waker {
    /// Wakes every subscription.
    pub(crate) fn wake(&self) {
        self.subscriptions().iter().for_each(|shared| shared.wake());
    }

    /// Wakes every subscription for events in trouble that somebody else wrote rows of.
    pub(crate) fn look(&self) {
        self.subscriptions().iter().for_each(|shared| shared.look());
    }

    /// Wakes the subscriptions that want one of these events; the others would read the log for nothing.
    pub(crate) fn wake_for<'a>(&self, events: impl Iterator<Item = &'a RawEvent> + Clone) {
        for shared in self.subscriptions().iter() {
            if events.clone().any(|event| shared.types.contains(&event.envelope.event_type)) {
                shared.wake();
            }
        }
    }

    /// Lets the replicas of a subscription look at the roster at once.
    pub(crate) fn disturb(&self, subscription: &str) {
        let subscriptions = self.subscriptions();
        let named = subscriptions.iter().filter(|shared| shared.name == subscription);
        named.for_each(|shared| shared.disturb());
    }

    pub(super) fn subscriptions(&self) -> MutexGuard<'_, Vec<Arc<Shared>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hub {
    pub(crate) fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// What reads for those who listen without a durable place.
    pub(super) const fn tail(&self) -> &Tail {
        &self.tail
    }

    /// What moves scheduled events.
    pub(crate) const fn mover(&self) -> &Mover {
        &self.mover
    }

    /// Where durable subscriptions count.
    pub(crate) const fn books(&self) -> &Books {
        &self.books
    }

    /// What durable subscriptions read together.
    pub(super) fn feed<C: Cursor>(&self) -> Arc<Feed<C>> {
        let feed = self.feed.get_or_init(|| Arc::new(Feed::<C>::default()));
        Arc::clone(feed).downcast().expect("a bus has one store")
    }

    pub(super) fn add(&self, shared: Arc<Shared>) {
        let mut subscriptions = self.subscriptions();
        subscriptions.retain(|shared| !shared.is_over());
        subscriptions.push(shared);
    }

    /// The durable subscriptions by name, without those that ended because they were asked to. A replay is to end, and whoever
    /// waits for that is told how it did.
    pub(crate) fn durable(&self) -> BTreeMap<String, Lanes> {
        let mut by_name: BTreeMap<String, Vec<Arc<Shared>>> = BTreeMap::new();
        for shared in self.subscriptions().iter().filter(|shared| shared.is_durable()) {
            if !(shared.is_over() && (shared.is_stopping() || shared.is_replay())) {
                by_name.entry(shared.name.clone()).or_default().push(Arc::clone(shared));
            }
        }
        by_name.into_iter().map(|(name, lanes)| (name, Lanes(lanes))).collect()
    }

    /// For how long a subscription's cursors have been seen where they are, by whoever moves them.
    pub(crate) fn unmoved(&self, name: &str, cursors: &str) -> Duration {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let since = match looks.get(name) {
            Some((before, since)) if before == cursors => *since,
            Some(_) => Some(Instant::now()),
            None => None,
        };
        looks.insert(name.to_owned(), (cursors.to_owned(), since));
        since.map_or(Duration::MAX, |since| since.elapsed())
    }

    /// From now on the gauges tell of these; of which they told before and do not any more.
    #[cfg(feature = "metrics")]
    pub(crate) fn tell(&self, names: BTreeSet<String>) -> Vec<String> {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = told.difference(&names).cloned().collect();
        *told = names;
        gone
    }

    fn subscriptions(&self) -> MutexGuard<'_, Vec<Arc<Shared>>> {
        self.waker.subscriptions()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.subscriptions().iter().for_each(|shared| shared.stop());
    }
}

impl<S: Log> EventBus<S> {
    /// Ends every subscription of this bus: each finishes the event in hand and commits. Waits 30 s for them.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`] when a handler did not end in time; the message names it.
    /// [`ErrorKind::Store`] when none was running and the database did not answer.
    pub async fn shutdown(&self) -> Result<()> {
        self.shutdown_within(DEADLINE).await
    }

    /// The same with a deadline of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`] when a handler did not end in time; the message names it.
    /// [`ErrorKind::Store`] when none was running and the database did not answer.
    pub async fn shutdown_within(&self, deadline: Duration) -> Result<()> {
        let running = self.hub.subscriptions().clone();
        shutdown(&running, deadline).await
    }

    /// Runs until the process is asked to end (SIGINT or SIGTERM, elsewhere Ctrl-C), then shuts down. A second signal
    /// ends the wait for it at once, with the error that a shutdown has whose deadline has passed.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the signals cannot be listened for;
    /// [`ErrorKind::HandlerTimeout`] as in [`EventBus::shutdown`].
    pub async fn run_until_signal(&self) -> Result<()> {
        let mut signals = Signals::listen()?;
        let name = signals.next().await?;
        tracing::info!(signal = name, "shutting down");
        tokio::select! {
            biased;
            ended = self.shutdown() => ended,
            second = signals.next() => {
                let name = second?;
                let running = self.hub.subscriptions().clone();
                late(&running).map_or(Ok(()), |(kind, late)| {
                    Err(Error::new(kind, format!("not ended before a second signal, {name}: {late}")))
                })
            }
        }
    }
}

/// Stops subscriptions and waits for their ends, for all of them until one deadline.
pub(super) async fn shutdown(running: &[Arc<Shared>], within: Duration) -> Result<()> {
    running.iter().for_each(|shared| shared.stop());
    let deadline = Instant::now() + within;
    for shared in running {
        // Who is late is asked when the deadline has passed, of all of them at one time.
        let _ = timeout_at(deadline, shared.ended()).await;
    }
    match late(running) {
        None => Ok(()),
        Some((kind, late)) => Err(Error::new(kind, format!("not ended within {within:?}: {late}"))),
    }
}

/// What keeps subscriptions from ending: a handler, or else the database.
fn late(running: &[Arc<Shared>]) -> Option<(ErrorKind, String)> {
    let late: Vec<_> = running.iter().filter(|shared| !shared.is_over()).collect();
    let in_handlers = late.iter().any(|shared| !shared.busy().is_empty());
    let kind = if in_handlers { ErrorKind::HandlerTimeout } else { ErrorKind::Store };
    let described: Vec<_> = late.iter().map(|shared| shared.describe()).collect();
    (!late.is_empty()).then(|| (kind, described.join("; ")))
}

/// Stops one subscription with the usual deadline.
pub(super) async fn shutdown_one(shared: &Arc<Shared>) -> Result<()> {
    shutdown(std::slice::from_ref(shared), DEADLINE).await
}
