//! The bus: one handle for emitting and subscribing, cheap to clone.

#[cfg(feature = "relay")]
use std::sync::Arc;

use crate::error::Result;
#[cfg(feature = "relay")]
use crate::relay::Hub;
use crate::store::{NewEvent, Store};

/// Emits events into a store and, with the `relay` feature, hands them to handlers.
///
/// A handle: clones share the store and the running subscriptions.
#[derive(Debug, Clone)]
pub struct EventBus<S: Store> {
    pub(crate) store: S,
    pub(crate) source: String,
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

    /// Tells the subscriptions of this bus that events are tried again.
    #[cfg_attr(
        not(feature = "relay"),
        expect(clippy::unused_self, reason = "only the relay looks")
    )]
    pub(crate) fn look(&self) {
        #[cfg(feature = "relay")]
        self.hub.waker().look();
    }
}
