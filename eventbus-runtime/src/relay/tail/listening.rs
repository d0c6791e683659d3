//! The handle of an ephemeral subscription that was started.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::error::Result;
use crate::relay::hub;
use crate::relay::shared::{Shared, State};
use crate::relay::stats::Stats;

/// An ephemeral subscription that was started.
///
/// It ends when this is dropped, by [`Listening::shutdown`], by [`EventBus::shutdown`](crate::EventBus::shutdown), or
/// when the bus and its clones are dropped.
#[must_use = "an ephemeral subscription ends when its handle is dropped"]
pub struct Listening {
    shared: Arc<Shared>,
}

impl Listening {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// What it is doing now.
    #[must_use]
    pub fn state(&self) -> State {
        self.shared.state()
    }

    /// What it did since it was started: `dead` counts the events that were dropped after their last attempt, `missed`
    /// those that it was too slow for.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.shared.stats().clone()
    }

    /// Ends it: it finishes the events in hand and drops those that wait or would be tried again. Waits 30 s for it.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`](crate::ErrorKind::HandlerTimeout) when a handler did not end in time; the message
    /// names it.
    pub async fn shutdown(&self) -> Result<()> {
        hub::shutdown_one(&self.shared).await
    }

    /// The same with a deadline of the caller's.
    ///
    /// # Errors
    /// [`ErrorKind::HandlerTimeout`](crate::ErrorKind::HandlerTimeout) when a handler did not end in time; the message
    /// names it.
    pub async fn shutdown_within(&self, deadline: Duration) -> Result<()> {
        hub::shutdown(std::slice::from_ref(&self.shared), deadline).await
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl fmt::Debug for Listening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listening").field("state", &self.state()).finish_non_exhaustive()
    }
}
