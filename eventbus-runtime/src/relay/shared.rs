//! What a subscription's task and its handles share.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

use crate::error::{Error, ErrorKind};
use crate::filter::TypeSet;
use crate::relay::stats::Stats;

/// What a subscription is doing in this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// Others own all of its shards, or the database cannot be reached; it asks again and again.
    Waiting,
    /// This process owns shards of it.
    Running,
    /// An operator paused it: nobody owns it.
    Paused,
    /// Newer code is there that handles what this code does not, and owns it.
    Outdated,
    /// An event needs newer code. Its shard stands still until such code takes it; the others go on.
    Stalled,
    /// It was shut down or removed.
    Ended,
}

impl State {
    const fn is_over(self) -> bool {
        matches!(self, Self::Ended)
    }
}

/// One subscription in this process.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) name: String,
    /// What it reads.
    pub(super) types: TypeSet,
    /// A counter that the task watches, so that no wake-up is lost on one that is busy when it comes.
    calls: watch::Sender<u64>,
    asked: AtomicU64,
    /// Whether another replica of this process came or went.
    disturbed: AtomicBool,
    status: watch::Sender<Status>,
    stop: watch::Sender<bool>,
    stats: Mutex<Stats>,
    busy: Mutex<Option<Busy>>,
}

#[derive(Debug, Clone)]
struct Status {
    state: State,
    stalled: Option<Failed>,
    answered: u64,
    held: Option<Failed>,
}

/// An [`Error`] that can be told more than once.
type Failed = (ErrorKind, String);

/// The event that a handler works on.
#[derive(Debug)]
pub(super) struct Busy {
    pub(super) handler: &'static str,
    pub(super) event_type: &'static str,
    pub(super) id: Uuid,
    pub(super) position: i64,
}

/// Ends the subscription when its task goes, in whatever way.
pub(super) struct Ending<'a>(pub(super) &'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.status.send_modify(|status| {
            if !status.state.is_over() {
                status.state = State::Ended;
            }
        });
    }
}

impl Shared {
    pub(super) fn new(name: &str, types: TypeSet) -> Self {
        let status = Status { state: State::Waiting, stalled: None, answered: 0, held: None };
        Self {
            name: name.to_owned(),
            types,
            calls: watch::Sender::new(0),
            asked: AtomicU64::new(0),
            disturbed: AtomicBool::new(false),
            status: watch::Sender::new(status),
            stop: watch::Sender::new(false),
            stats: Mutex::default(),
            busy: Mutex::default(),
        }
    }

    pub(super) fn state(&self) -> State {
        self.status.borrow().state
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub(super) fn turn(&self, state: State) {
        self.status.send_if_modified(|status| {
            status.stalled = None;
            std::mem::replace(&mut status.state, state) != state
        });
    }

    /// Lets the task look at the roster at once.
    pub(super) fn disturb(&self) {
        self.disturbed.store(true, Ordering::SeqCst);
        self.wake();
    }

    pub(super) fn is_disturbed(&self) -> bool {
        self.disturbed.swap(false, Ordering::SeqCst)
    }

    pub(super) fn stall(&self, error: &Error) {
        self.status.send_modify(|status| {
            status.state = State::Stalled;
            status.stalled = Some((error.kind(), error.full()));
        });
    }

    /// Asks the task to end after the event in hand.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    pub(super) fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Lets the task look at once where it rests.
    pub(super) fn wake(&self) {
        self.calls.send_modify(|calls| *calls = calls.wrapping_add(1));
    }

    pub(super) fn calls(&self) -> watch::Receiver<u64> {
        self.calls.subscribe()
    }

    /// Resolves when the task has ended.
    pub(super) async fn ended(&self) {
        // The sender is this very struct, so waiting can only end with the condition.
        let _ = self.status.subscribe().wait_for(|status| status.state.is_over()).await;
    }

    /// The number of the latest question whether everything is settled.
    pub(super) fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }

    /// Whether a question up to `asked` waits for its answer.
    pub(super) fn is_asked(&self, asked: u64) -> bool {
        self.status.borrow().answered < asked
    }

    /// Answers every question up to `asked`: nothing is open, or what is open cannot be handled here.
    pub(super) fn answer(&self, asked: u64, held: Option<&Error>) {
        let held = held.map(|error| (error.kind(), error.full()));
        self.status.send_if_modified(|status| {
            let news = status.answered != asked || status.held != held;
            status.answered = asked;
            status.held = held;
            news
        });
    }

    /// Asks, and resolves with the answer.
    pub(super) async fn settled(&self) -> Result<(), Error> {
        let mut status = self.status.subscribe();
        let ticket = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        self.wake();
        let answered = |status: &Status| {
            status.answered >= ticket || status.stalled.is_some() || status.state.is_over()
        };
        let Ok(status) = status.wait_for(answered).await else { return Ok(()) };
        let ended = || (ErrorKind::Configuration, "it has ended".to_owned());
        let open = match &status.stalled {
            _ if status.answered >= ticket => status.held.clone(),
            Some(stalled) => Some(stalled.clone()),
            None => Some(ended()),
        };
        let name = &self.name;
        open.map_or(Ok(()), |(kind, message)| {
            Err(Error::new(kind, format!("subscription `{name}` is not settled: {message}")))
        })
    }

    /// Why it stalled.
    pub(super) fn stalled(&self) -> Option<Error> {
        let (kind, message) = self.status.borrow().stalled.clone()?;
        Some(Error::new(kind, message))
    }

    pub(super) fn stats(&self) -> MutexGuard<'_, Stats> {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn busy(&self) -> MutexGuard<'_, Option<Busy>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is busy with, for a shutdown that could not wait any longer.
    pub(super) fn describe(&self) -> String {
        match &*self.busy() {
            None => format!("subscription `{}` is waiting for the database", self.name),
            Some(busy) => format!(
                "handler `{}` of subscription `{}` is still working on `{}` {} at position {}",
                busy.handler, self.name, busy.event_type, busy.id, busy.position
            ),
        }
    }
}
