//! Group commit: emits on the pool that come while a commit is in flight share the next one.
//!
//! ```text
//!   a ──► commit ─────────┐
//!   b, c, d wait          └──► commit of b, c, d ────┐
//!   e waits                                          └──► commit of e ──► nobody waits: the task ends
//! ```
//!
//! A caller who is alone goes at once, no timer holds anybody up. Each tenant has a queue and a task of its own, so that
//! events of two tenants never share a transaction. A task lives as long as somebody waits in its queue.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::yield_now;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Duplicates, NewEvent, Store};

/// The most events that callers share a transaction with; one caller's events are never divided.
const MAX_EVENTS: usize = 1_000;

/// The same for the bytes of their payloads.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How many callers of one tenant wait in the queue; more of them wait for a place in it.
const MAX_WAITING: usize = 1_024;

/// The queues of a bus. A queue exists while its task runs.
#[derive(Debug, Default)]
pub(crate) struct Groups(Mutex<HashMap<Group, Queue>>);

/// What may share a transaction: the events of one tenant, or of none.
type Group = Option<String>;

#[derive(Debug)]
struct Queue {
    waiting: VecDeque<Waiting>,
    places: Arc<Semaphore>,
}

/// A caller, his events and where he is answered. His place in the queue is free again when this is dropped.
#[derive(Debug)]
struct Waiting {
    events: Vec<NewEvent>,
    answer: oneshot::Sender<Result<Duplicates>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Waiting {
    fn bytes(&self) -> usize {
        self.events.iter().map(|new| new.event.data.len()).sum()
    }

    fn answer(self, answer: Result<Duplicates>) {
        // Nobody may be waiting any more.
        let _ = self.answer.send(answer);
    }
}

/// The tenant of events that the bus commits by itself: those of two never share a transaction.
pub(super) fn one_tenant(events: &[NewEvent]) -> Result<Option<String>> {
    let tenant = events.first().and_then(|new| new.event.envelope.tenant.clone());
    if events.iter().all(|new| new.event.envelope.tenant == tenant) {
        return Ok(tenant);
    }
    Err(Error::new(
        ErrorKind::ValidationFailed,
        "events of several tenants in one emit on the pool: emit each tenant's by themselves, or all of them in a \
         transaction of yours",
    ))
}

impl<S: Store> EventBus<S> {
    /// Writes events in a transaction of the bus's own and returns when it is committed.
    pub(crate) async fn emit_grouped(&self, events: Vec<NewEvent>) -> Result<Duplicates> {
        let group = one_tenant(&events)?;
        let (answer, answered) = oneshot::channel();
        self.enqueue(group, events, answer).await;
        let gone = |_| {
            let message =
                "the task that emits ended early: whether the events were committed is not known";
            Err(Error::new(ErrorKind::Store, message))
        };
        answered.await.unwrap_or_else(gone)
    }

    /// Enters the queue of a group, or begins one.
    async fn enqueue(
        &self,
        group: Group,
        events: Vec<NewEvent>,
        answer: oneshot::Sender<Result<Duplicates>>,
    ) {
        let places = self.groups.lock().get(&group).map(|queue| Arc::clone(&queue.places));
        let place = match places {
            None => None,
            Some(places) => places.acquire_owned().await.ok(),
        };
        let waiting = Waiting { events, answer, _place: place };
        let mut groups = self.groups.lock();
        if let Some(queue) = groups.get_mut(&group) {
            queue.waiting.push_back(waiting);
            return;
        }
        let places = Arc::new(Semaphore::new(MAX_WAITING));
        groups.insert(group.clone(), Queue { waiting: VecDeque::from([waiting]), places });
        drop(groups);
        tokio::spawn(self.clone().work_off(group));
    }

    /// Commits one transaction after the other until nobody waits.
    async fn work_off(self, group: Group) {
        let mut line = Line { groups: &self.groups, group: &group, over: false };
        while let Some(members) = line.next() {
            self.commit_group(members).await;
            // Those who were answered may have more to emit: without a turn for them every second commit would be that
            // of the first of them, alone.
            yield_now().await;
        }
    }

    async fn commit_group(&self, mut members: Vec<Waiting>) {
        let mut events = Vec::new();
        let mut sizes = Vec::new();
        for member in &mut members {
            sizes.push(member.events.len());
            events.append(&mut member.events);
        }
        match self.store.append_alone(&events).await {
            Ok(duplicates) => {
                self.emitted.count(&events, &duplicates);
                self.wake_for(&events);
                for (member, (start, end)) in members.into_iter().zip(ranges(&sizes)) {
                    let theirs = duplicates.range(start..end);
                    member
                        .answer(Ok(theirs.map(|(index, first)| (index - start, *first)).collect()));
                }
            }
            Err(error) if members.len() > 1 && was_refused(&error) => {
                for (member, (start, end)) in members.into_iter().zip(ranges(&sizes)) {
                    let done = self.store.append_alone(&events[start..end]).await;
                    if let Ok(duplicates) = &done {
                        self.emitted.count(&events[start..end], duplicates);
                        self.wake_for(&events[start..end]);
                    }
                    member.answer(done);
                }
            }
            Err(error) => {
                for member in members {
                    member.answer(Err(Error::new(error.kind(), error.full())));
                }
            }
        }
    }
}

/// Where each member's events stand among those of the group.
fn ranges(sizes: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    sizes.iter().scan(0, |end, size| {
        let start = *end;
        *end += size;
        Some((start, *end))
    })
}

/// Whether the database said no, so that nothing was written and others may be innocent. A lost connection is no such
/// answer: to try again after a commit that took place would write events twice.
fn was_refused(error: &Error) -> bool {
    let Some(cause) = std::error::Error::source(error) else { return true };
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    if cause.is::<sqlx::Error>() {
        return false;
    }
    !cause.is::<std::io::Error>()
}

/// A queue as its task sees it. Where the task ends early, the queue goes with it, and whoever waits is told.
struct Line<'a> {
    groups: &'a Groups,
    group: &'a Group,
    over: bool,
}

impl Line<'_> {
    /// The callers who share the next transaction; the queue goes when nobody waits in it.
    fn next(&mut self) -> Option<Vec<Waiting>> {
        let mut groups = self.groups.lock();
        let queue = groups.get_mut(self.group)?;
        let (mut members, mut events, mut bytes) = (Vec::new(), 0, 0);
        while let Some(next) = queue.waiting.front() {
            events += next.events.len();
            bytes += next.bytes();
            if !members.is_empty() && (events > MAX_EVENTS || bytes > MAX_BYTES) {
                break;
            }
            members.extend(queue.waiting.pop_front());
        }
        if members.is_empty() {
            groups.remove(self.group);
            self.over = true;
            return None;
        }
        Some(members)
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if !self.over {
            self.groups.lock().remove(self.group);
        }
    }
}

impl Groups {
    fn lock(&self) -> MutexGuard<'_, HashMap<Group, Queue>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
