//! What the tail puts in front of one listener.

use std::sync::Arc;
use std::task::{Context, Waker};

use crate::store::Stored;

/// Where a listener finds what was read for it. Whoever fills it never waits.
pub(crate) trait Inbox: Send + Sync {
    /// An event of the listener's types was committed.
    fn put(&self, stored: &Arc<Stored>);

    /// All of a page was put.
    fn page_ends(&self) {}

    /// Nothing comes any more.
    fn close(&self);
}

/// The task that waits at an inbox: the last one that asked.
#[derive(Debug, Default)]
pub(super) struct Waiter(Option<Waker>);

impl Waiter {
    pub(super) fn wait(&mut self, context: &Context<'_>) {
        match &mut self.0 {
            Some(waker) => waker.clone_from(context.waker()),
            None => self.0 = Some(context.waker().clone()),
        }
    }

    pub(super) fn wake(&mut self) {
        if let Some(waker) = self.0.take() {
            waker.wake();
        }
    }
}
