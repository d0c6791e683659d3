//! What a subscription's task and its handles share.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Serialize, Serializer};
use tokio::sync::watch;
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind};
use crate::filter::TypeSet;
use crate::observe::{Meters, Tally};
use crate::relay::stats::Stats;
use crate::stats::{Ledger, Sheet};
use crate::store::{Fate, Selection, Stored};

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
    /// What its handlers talk to is unavailable: its breaker is open, and it stands still without using up attempts.
    Suspended,
    /// An event needs newer code. Its shard stands still until such code takes it; the others go on.
    Stalled,
    /// It was shut down or removed.
    Ended,
}

impl State {
    /// All there are.
    pub const ALL: &'static [Self] = &[
        Self::Waiting,
        Self::Running,
        Self::Paused,
        Self::Outdated,
        Self::Suspended,
        Self::Stalled,
        Self::Ended,
    ];

    /// Its name as a label, `running`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Outdated => "outdated",
            Self::Suspended => "suspended",
            Self::Stalled => "stalled",
            Self::Ended => "ended",
        }
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Ended)
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One subscription in this process.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(super) name: String,
    /// What it reads.
    pub(super) types: TypeSet,
    /// What of that it replays, where it is a replay.
    pub(super) selection: Option<Selection>,
    /// A counter that the task watches, so that no wake-up is lost on one that is busy when it comes.
    calls: watch::Sender<u64>,
    asked: AtomicU64,
    /// Whether another replica of this process came or went.
    disturbed: AtomicBool,
    /// Whether somebody else wrote rows of events in trouble.
    written: AtomicBool,
    status: watch::Sender<Status>,
    stop: watch::Sender<bool>,
    /// Whether there is no task that ends it: it has nothing to finish.
    passive: bool,
    /// Whether it is a replay that came to its end.
    finished: AtomicBool,
    /// Whether it has a place in the database.
    durable: bool,
    clock: Clock,
    /// When its cursors last moved, or it found nothing more to read.
    moved_at: AtomicI64,
    stats: Mutex<Stats>,
    pub(super) meters: Meters,
    /// Where it counts for statistics, unless it is ephemeral.
    pub(super) ledger: Option<Arc<Ledger>>,
    busy: Mutex<BTreeMap<i64, Busy>>,
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
        let clock = Clock::new();
        Self {
            name: name.to_owned(),
            types,
            selection: None,
            calls: watch::Sender::new(0),
            asked: AtomicU64::new(0),
            disturbed: AtomicBool::new(false),
            written: AtomicBool::new(false),
            status: watch::Sender::new(status),
            stop: watch::Sender::new(false),
            passive: false,
            finished: AtomicBool::new(false),
            durable: true,
            moved_at: AtomicI64::new(clock.now()),
            clock,
            stats: Mutex::default(),
            meters: Meters::new(name),
            ledger: None,
            busy: Mutex::default(),
        }
    }

    /// The same, where another task reads for it: `calls` is what wakes that one.
    pub(super) fn waking(mut self, calls: watch::Sender<u64>) -> Self {
        self.calls = calls;
        self.durable = false;
        self
    }

    /// The same, of a subscription that is over as soon as it is asked to end.
    pub(super) const fn passive(mut self) -> Self {
        self.passive = true;
        self
    }

    /// The same, where it counts for statistics.
    pub(super) fn counting(mut self, ledger: Arc<Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// The same, of a replay of these.
    pub(super) fn replaying(mut self, selection: Selection) -> Self {
        self.types = self.types.intersection(&selection.types);
        self.selection = Some(selection);
        self
    }

    pub(super) const fn is_replay(&self) -> bool {
        self.selection.is_some()
    }

    /// It is a replay that came to its end.
    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::SeqCst);
    }

    pub(super) fn is_finished(&self) -> bool {
        self.finished.load(Ordering::SeqCst)
    }

    /// Resolves when the task has ended, or an event needs newer code.
    pub(super) async fn halted(&self) {
        let halted = |status: &Status| status.state.is_over() || status.stalled.is_some();
        // The sender is this very struct, so waiting can only end with the condition.
        let _ = self.status.subscribe().wait_for(halted).await;
    }

    pub(super) fn state(&self) -> State {
        self.status.borrow().state
    }

    pub(super) fn is_over(&self) -> bool {
        self.state().is_over()
    }

    pub(super) fn turn(&self, state: State) {
        self.status.send_if_modified(|status| {
            if status.state.is_over() {
                return false;
            }
            status.stalled = None;
            std::mem::replace(&mut status.state, state) != state
        });
    }

    /// Whether it has a place in the database; without one it lives with the process.
    pub(super) const fn is_durable(&self) -> bool {
        self.durable
    }

    /// Its cursors moved, or it found nothing more to read.
    pub(super) fn moved(&self) {
        self.moved_at.store(self.clock.now(), Ordering::Relaxed);
    }

    /// How long it did not.
    pub(super) fn idle(&self) -> Duration {
        let idle = self.clock.now() - self.moved_at.load(Ordering::Relaxed);
        Duration::from_millis(u64::try_from(idle).unwrap_or(0))
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
        if self.passive {
            self.turn(State::Ended);
        }
        self.wake();
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    pub(super) fn stopped(&self) -> watch::Receiver<bool> {
        self.stop.subscribe()
    }

    /// Lets the task look at once where it rests.
    pub(super) fn wake(&self) {
        self.calls.send_modify(|calls| *calls = calls.wrapping_add(1));
    }

    /// The same, for events in trouble that another than the task wrote rows of.
    pub(super) fn look(&self) {
        self.written.store(true, Ordering::SeqCst);
        self.wake();
    }

    /// Whether there are such since this was last asked.
    pub(super) fn was_written(&self) -> bool {
        self.written.swap(false, Ordering::SeqCst)
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

    /// Adds what a committed step brought.
    pub(super) fn merge(&self, stats: &Stats, tally: &Tally, sheet: Sheet) {
        self.stats().merge(stats);
        self.meters.step(stats, tally);
        if let Some(ledger) = &self.ledger {
            ledger.step(self.clock.now(), sheet);
        }
    }

    /// A call of the handler of this type with an event, at which attempt, ended now.
    pub(super) fn took(
        &self,
        event_type: &'static str,
        (stored, attempt): (&Stored, u32),
        took: Duration,
    ) {
        self.meters.took(event_type, took);
        if let Some(ledger) = &self.ledger {
            ledger.took(self.clock.now(), event_type, (stored, attempt), took);
        }
    }

    /// Counts one event's fate, where it is no part of a step.
    pub(super) fn count(&self, event_type: &'static str, fate: &Fate, id: Uuid) {
        self.stats().count(event_type, fate);
        self.meters.event(event_type, fate, id);
    }

    /// The events that handlers work on, by position.
    pub(super) fn busy(&self) -> MutexGuard<'_, BTreeMap<i64, Busy>> {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is busy with, for a shutdown that could not wait any longer.
    pub(super) fn describe(&self) -> String {
        let busy = self.busy();
        let Some((position, first)) = busy.first_key_value() else {
            return format!("subscription `{}` is waiting for the database", self.name);
        };
        let others = match busy.len() {
            1 => String::new(),
            all => format!(" and {} others", all - 1),
        };
        format!(
            "handler `{}` of subscription `{}` is still working on `{}` {} at position {position}{others}",
            first.handler, self.name, first.event_type, first.id
        )
    }
}
