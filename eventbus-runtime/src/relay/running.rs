//! The handle of a subscription that was started.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::bus::EventBus;
use crate::dead_letter::{DeadLetter, LetterFilter};
use crate::error::{Error, Result};
use crate::relay::shared::{Shared, State};
use crate::relay::stats::Stats;
use crate::relay::{hub, lanes};
use crate::store::Log;
use crate::subscribe::Spec;

/// A subscription that was started in this process.
///
/// Dropping it changes nothing while its bus is there: the subscription runs on. It ends by [`Running::shutdown`], by
/// [`EventBus::shutdown`], or gracefully by itself when the bus, its clones and every handle of it are dropped. A
/// handler that owns a clone of the bus keeps it running.
#[derive(Clone)]
pub struct Running<S: Log> {
    pub(super) bus: EventBus<S>,
    pub(super) spec: Arc<Spec<S>>,
    pub(super) lanes: Arc<[Arc<Shared>]>,
}

impl<S: Log> Running<S> {
    /// The handle of its lanes, of which there is one at least.
    pub(super) fn new(bus: EventBus<S>, spec: Arc<Spec<S>>, lanes: Vec<Arc<Shared>>) -> Self {
        Self { bus, spec, lanes: lanes.into() }
    }

    /// The subscription's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.lanes[0].name
    }

    /// What it is doing now.
    #[must_use]
    pub fn state(&self) -> State {
        lanes::state(&self.lanes)
    }

    /// Why it stalled, when its state is [`State::Stalled`].
    #[must_use]
    pub fn stalled(&self) -> Option<Error> {
        self.lanes.iter().find_map(|shared| shared.stalled())
    }

    /// What it did in this process since it was started.
    #[must_use]
    pub fn stats(&self) -> Stats {
        lanes::stats(&self.lanes)
    }

    /// The events that it gave up on, oldest first; also those of earlier processes and of other replicas.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        let filter = LetterFilter::all().subscription(self.name());
        self.bus.dead_letters().list(&filter, None, usize::MAX).await
    }

    /// Resolves when everything that was committed before the call is handled or dead, and nothing is being retried or
    /// waits behind what is. While another process owns the subscription this one cannot know, and goes on waiting.
    ///
    /// # Errors
    /// When the subscription stalled or ended before it was settled, or when an event in trouble has no handler here
    /// ([`ErrorKind::HandlerMissing`](crate::ErrorKind::HandlerMissing)).
    pub async fn settled(&self) -> Result<()> {
        lanes::settled(&self.lanes).await
    }

    /// Ends the subscription: it finishes the event in hand, commits and gives its ownership back. Waits 30 s for it.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`](crate::ErrorKind::HandlerTimeout) when a handler did not end in time; the message
    /// names it. [`ErrorKind::Store`](crate::ErrorKind::Store) when none was running and the database did not answer.
    pub async fn shutdown(&self) -> Result<()> {
        hub::shutdown(&self.lanes, hub::DEADLINE).await
    }

    /// The same with a deadline of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`](crate::ErrorKind::HandlerTimeout) when a handler did not end in time; the message
    /// names it. [`ErrorKind::Store`](crate::ErrorKind::Store) when none was running and the database did not answer.
    pub async fn shutdown_within(&self, deadline: Duration) -> Result<()> {
        hub::shutdown(&self.lanes, deadline).await
    }
}

impl<S: Log> fmt::Debug for Running<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("subscription", &self.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
