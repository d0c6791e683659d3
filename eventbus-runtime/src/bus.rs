//! The bus: one handle for emitting and subscribing, cheap to clone.

use std::sync::Arc;
use std::time::Duration;

use crate::emit::Groups;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Emitted;
#[cfg(feature = "relay")]
use crate::relay::Hub;
use crate::store::{Log, NewEvent, Start, Store};

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
    pub(crate) emitted: Arc<Emitted>,
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
            emitted: Arc::default(),
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
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration) when its tables are newer than this code, or
    /// where migration files made them: these go on with the next step, and not `migrate()`.
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

    /// Tells what moves scheduled events that there may be others now.
    #[cfg_attr(
        not(feature = "relay"),
        expect(clippy::unused_self, reason = "only the relay moves them")
    )]
    pub(crate) fn wake_schedule(&self) {
        #[cfg(feature = "relay")]
        self.hub.mover().wake();
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

impl<S: Log> EventBus<S> {
    /// Pauses a subscription, in every process: within a second nobody owns it any more, and its place is kept.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the database does not know it; [`ErrorKind::Store`] when the database refuses.
    pub async fn pause(&self, subscription: &str) -> Result<()> {
        known(subscription, self.store.pause(subscription, true).await?)?;
        self.disturb(subscription);
        Ok(())
    }

    /// Lets a paused subscription go on where it stood.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the database does not know it; [`ErrorKind::Store`] when the database refuses.
    pub async fn resume(&self, subscription: &str) -> Result<()> {
        known(subscription, self.store.pause(subscription, false).await?)?;
        self.disturb(subscription);
        Ok(())
    }

    /// Moves a subscription to another place of the log, in every process and whether it runs or not. What was retrying
    /// or parked is forgotten: it comes again where it lies behind the new place. Dead letters stay.
    ///
    /// A transaction that a handler works in meanwhile is not committed; what a plain handler is doing may be done again.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the database does not know the subscription, or no event has the id of
    /// [`Start::After`]; [`ErrorKind::Store`] when the database refuses.
    pub async fn seek(&self, subscription: &str, start: Start) -> Result<()> {
        known(subscription, self.store.seek(subscription, start).await?)?;
        self.disturb(subscription);
        Ok(())
    }

    /// Removes a subscription with its place and all that is in trouble in it. Where it runs, it ends. A subscription
    /// that nobody runs any more keeps old events from being removed, and is removed for that.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the database does not know it; [`ErrorKind::Store`] when the database refuses.
    pub async fn remove_subscription(&self, subscription: &str) -> Result<()> {
        known(subscription, self.store.remove(subscription).await?)?;
        self.disturb(subscription);
        Ok(())
    }

    #[cfg_attr(
        not(feature = "relay"),
        expect(clippy::unused_self, reason = "only the relay runs subscriptions")
    )]
    fn disturb(&self, subscription: &str) {
        #[cfg(feature = "relay")]
        self.hub.waker().disturb(subscription);
        #[cfg(not(feature = "relay"))]
        let _ = subscription;
    }
}

fn known(subscription: &str, known: bool) -> Result<()> {
    if known {
        return Ok(());
    }
    let message = format!("the database knows no subscription `{subscription}`: check its name");
    Err(Error::new(ErrorKind::Configuration, message))
}
