//! What waits for one listener. It is bounded, and whoever fills it never waits: where there is no room, the oldest goes,
//! and the listener is told how many did.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::relay::tail::inbox::{Inbox, Waiter};
use crate::store::Stored;

/// How many events wait for a listener at most.
pub(crate) const BUFFER: usize = 256;

/// What a listener gets next.
pub(crate) enum Next {
    /// An event.
    Event(Arc<Stored>),
    /// It was too slow for so many events, which stood before all that follow.
    Missed(u64),
}

/// The queue of one listener.
#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// What was there before it listened; it counts for no bound but the one that it was asked under.
    past: VecDeque<Arc<Stored>>,
    live: VecDeque<Arc<Stored>>,
    missed: u64,
    closed: bool,
    waiter: Waiter,
}

impl Queue {
    /// Puts what was there before in front.
    pub(super) fn begin_with(&self, past: Vec<Stored>) {
        self.inner().past = past.into_iter().map(Arc::new).collect();
    }

    /// What is there now.
    pub(crate) fn take(&self) -> Option<Next> {
        self.inner().take()
    }

    /// Takes the next, or waits for it; `None` when nothing comes any more.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Option<Next>> {
        let mut inner = self.inner();
        match inner.take() {
            None if !inner.closed => {
                inner.waiter.wait(context);
                Poll::Pending
            }
            next => Poll::Ready(next),
        }
    }

    /// Resolves when there is something to take; with `false` when nothing comes any more.
    pub(crate) async fn filled(&self) -> bool {
        poll_fn(|context| {
            let mut inner = self.inner();
            let empty = inner.past.is_empty() && inner.live.is_empty() && inner.missed == 0;
            if empty && !inner.closed {
                inner.waiter.wait(context);
                return Poll::Pending;
            }
            Poll::Ready(!empty)
        })
        .await
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox for Queue {
    fn put(&self, stored: &Arc<Stored>) {
        let mut inner = self.inner();
        if inner.live.len() >= BUFFER {
            inner.live.pop_front();
            inner.missed += 1;
        }
        inner.live.push_back(Arc::clone(stored));
        inner.waiter.wake();
    }

    /// What is there may still be taken.
    fn close(&self) {
        let mut inner = self.inner();
        inner.closed = true;
        inner.waiter.wake();
    }
}

impl Inner {
    fn take(&mut self) -> Option<Next> {
        if let Some(past) = self.past.pop_front() {
            return Some(Next::Event(past));
        }
        if self.missed > 0 {
            return Some(Next::Missed(std::mem::take(&mut self.missed)));
        }
        self.live.pop_front().map(Next::Event)
    }
}
