//! The bus: one handle for emitting and subscribing, cheap to clone.

use std::sync::Arc;
use std::time::Duration;

use crate::emit::Groups;
use crate::error::Result;
#[cfg(feature = "relay")]
use crate::relay::Hub;
use crate::store::{DeadLetter, Log, NewEvent, Store};

/// How long a key is kept unless the bus is told otherwise.
const KEY_WINDOW: Duration = Duration::from_hours(24);

/// Emits events into a store and, with the `relay` feature, hands them to handlers.
///
/// A handle: clones share the store and the running subscriptions.
#[derive(Debug, Clone)]
pub struct EventBus<S: Store> {
    pub(crate) store: S,
    pub(crate) source: String,
    pub(crate) key_window: Duration,
    pub(crate) groups: Arc<Groups>,
    #[cfg(feature = "relay")]
    pub(crate) hub: Arc<Hub>,
}

impl<S: Store> EventBus<S> {
    /// A bus on a store.
    #[must_use]
    pub fn on(store: S) -> Self {
        Self {
            store,
            source: "eventbus".to_owned(),
            key_window: KEY_WINDOW,
            groups: Arc::default(),
            #[cfg(feature = "relay")]
            hub: Arc::default(),
        }
    }

    /// Names the service that emits: the envelope's `source`, a URI reference.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<String>) -> Self {
        self.source = source.into();
        self
    }

    /// For how long a second event of a key is a duplicate, 24 h by default: see [`Emitting::key`].
    ///
    /// It goes for the keys that this bus takes from now on. An emitter that meets an expired key takes it over, and one
    /// in 64 removes up to 256 expired ones, so that the table of keys stays as large as the window asks.
    ///
    /// [`Emitting::key`]: crate::Emitting::key
    #[must_use]
    pub fn with_key_window(mut self, window: Duration) -> Self {
        self.key_window = window;
        self
    }

    /// The store underneath.
    #[must_use]
    pub fn store(&self) -> &S {
        &self.store
    }

    /// Brings the runtime's tables to the version of this code; a no-op where they are.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses,
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when its tables are newer than this code.
    pub async fn migrate(&self) -> Result<()> {
        self.store.migrate().await
    }

    /// Tells the subscriptions of this bus that something was committed, or is about to be: they look at once instead
    /// of at their next poll. Does nothing without the `relay` feature.
    pub fn wake(&self) {
        #[cfg(feature = "relay")]
        self.hub.waker().wake();
    }

    /// The same for the subscriptions that want one of these events.
    #[cfg_attr(
        not(feature = "relay"),
        expect(clippy::unused_self, reason = "only the relay wakes")
    )]
    pub(crate) fn wake_for(&self, events: &[NewEvent]) {
        #[cfg(feature = "relay")]
        self.hub.waker().wake_for(events.iter().map(|new| &new.event));
        #[cfg(not(feature = "relay"))]
        let _ = events;
    }
}

impl<S: Log> EventBus<S> {
    /// The events that subscriptions gave up on, oldest first.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn dead_letters(&self) -> Result<Vec<DeadLetter>> {
        self.store.dead_letters(None).await
    }

    /// The events that one subscription gave up on, oldest first.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn dead_letters_of(&self, subscription: &str) -> Result<Vec<DeadLetter>> {
        self.store.dead_letters(Some(subscription)).await
    }
}
