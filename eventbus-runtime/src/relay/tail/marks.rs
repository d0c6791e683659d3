//! What a watch keeps: not the events, only which of its keys they hit since somebody last looked. However many there are,
//! it is one mark for each key, so nothing is ever dropped.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use crate::relay::tail::inbox::{Inbox, Waiter};
use crate::store::Stored;
use crate::watch::Key;

/// The marks of one watch.
#[derive(Debug)]
pub(crate) struct Marks {
    keys: Arc<[Key]>,
    inner: Mutex<Inner>,
}

/// What was hit since somebody last looked.
#[derive(Debug)]
pub(crate) struct Hit {
    /// For each key whether it was.
    pub(crate) keys: Vec<bool>,
    /// The highest number of an event that hit.
    pub(crate) position: i64,
}

#[derive(Debug, Default)]
struct Inner {
    hit: Option<Hit>,
    /// Whether it is shown. The events of one page are shown together, so that they are one wake-up.
    shown: bool,
    closed: bool,
    waiter: Waiter,
}

impl Marks {
    pub(super) fn new(keys: Arc<[Key]>) -> Self {
        Self { keys, inner: Mutex::default() }
    }

    /// What was hit up to now, or waits for it; `None` when nothing comes any more.
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Option<Hit>> {
        let mut inner = self.inner();
        match inner.take() {
            None if !inner.closed => {
                inner.waiter.wait(context);
                Poll::Pending
            }
            hit => Poll::Ready(hit),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inbox for Marks {
    fn put(&self, stored: &Arc<Stored>) {
        let mut inner = self.inner();
        let (envelope, position) = (&stored.event.envelope, stored.position);
        for (at, _) in self.keys.iter().enumerate().filter(|(_, key)| key.matches(envelope)) {
            let none = || Hit { keys: vec![false; self.keys.len()], position };
            let hit = inner.hit.get_or_insert_with(none);
            hit.keys[at] = true;
            hit.position = hit.position.max(position);
        }
    }

    fn page_ends(&self) {
        let mut inner = self.inner();
        if inner.hit.is_some() && !inner.shown {
            inner.shown = true;
            inner.waiter.wake();
        }
    }

    fn close(&self) {
        self.page_ends();
        let mut inner = self.inner();
        inner.closed = true;
        inner.waiter.wake();
    }
}

impl Inner {
    fn take(&mut self) -> Option<Hit> {
        if !std::mem::take(&mut self.shown) {
            return None;
        }
        self.hit.take()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;
    use std::task::{Context, Poll, Waker};

    use uuid::Uuid;

    use super::{Hit, Marks};
    use crate::envelope::{Envelope, RawEvent};
    use crate::relay::tail::inbox::Inbox;
    use crate::store::Stored;
    use crate::watch::Key;

    fn event(event_type: &str, position: i64) -> Arc<Stored> {
        let envelope = Envelope {
            id: Uuid::nil(),
            event_type: event_type.to_owned(),
            version: 1,
            source: String::new(),
            tenant: None,
            aggregate_id: None,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            tracestate: None,
            priority: crate::Priority::Normal,
            metadata: BTreeMap::new(),
        };
        Arc::new(Stored { position, slot: 0, event: RawEvent { envelope, data: String::new() } })
    }

    fn told(marks: &Marks) -> Poll<Option<(Vec<bool>, i64)>> {
        let polled = marks.poll(&Context::from_waker(Waker::noop()));
        polled.map(|hit| hit.map(|Hit { keys, position }| (keys, position)))
    }

    #[test]
    fn a_page_is_shown_as_one() {
        let marks = Marks::new([Key::family("a"), Key::family("b"), Key::all()].into());
        marks.put(&event("a.a", 3));
        assert_eq!(told(&marks), Poll::Pending, "more may come");
        marks.put(&event("b.a", 7));
        // On PostgreSQL a lower number may come later.
        marks.put(&event("b.a", 5));
        marks.page_ends();
        assert_eq!(told(&marks), Poll::Ready(Some((vec![true, true, true], 7))));
        marks.page_ends();
        assert_eq!(told(&marks), Poll::Pending);
        marks.put(&event("c.a", 8));
        marks.close();
        assert_eq!(told(&marks), Poll::Ready(Some((vec![false, false, true], 8))));
        assert_eq!(told(&marks), Poll::Ready(None));
    }

    #[test]
    fn a_look_in_the_middle_of_a_page_leaves_nothing_behind() {
        let marks = Marks::new([Key::all()].into());
        marks.put(&event("a.a", 1));
        marks.page_ends();
        marks.put(&event("a.a", 2));
        assert_eq!(told(&marks), Poll::Ready(Some((vec![true], 2))));
        marks.page_ends();
        assert_eq!(told(&marks), Poll::Pending);
    }
}
