//! What moves scheduled events to the log when they are due.
//!
//! ```text
//!                    ┌─ woken: something was scheduled here
//!   ask the database ├─ the time until the next one has passed   ──► take, append, commit ──► subscriptions look
//!   how long it is   └─ a second has passed: others schedule, too
//! ```
//!
//! Every process with a durable subscription has one. Of several, the one whose transaction takes first moves, and the
//! others look again a second later: a process that dies in the middle leaves everything as it was.
//!
//! An event that the log refuses holds up no other. Where a batch fails, its events are moved one by one, and the one that
//! fails alone is held back for a while, with those of its shard behind it. An event that cannot be read is set aside by the
//! store, in the transaction that moves the others.

use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::sleep;
use tracing::Instrument;
use uuid::Uuid;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Emitted;
use crate::plan::pace::pace;
use crate::relay::hub::Waker;
use crate::schedule::{Scheduled, ScheduledEvents};
use crate::store::{Duplicates, Log, Schedule, Taken, recordable};

/// How long it sleeps at most: what another process schedules for sooner than this may be so late.
const POLL: Duration = Duration::from_secs(1);

/// How many events one transaction moves at most.
const BATCH: usize = 100;

/// How long the database is left to others between two of them: on SQLite whoever waits to write asks only now and then.
const BREATH: Duration = Duration::from_millis(10);

/// The way to the one mover of a bus.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mover {
    /// What the one that runs holds.
    running: Arc<Mutex<Weak<()>>>,
    calls: watch::Sender<u64>,
}

impl Mover {
    /// Lets it look at once.
    pub(crate) fn wake(&self) {
        self.calls.send_modify(|calls| *calls = calls.wrapping_add(1));
    }

    /// Runs one as long as there are subscriptions.
    pub(super) fn start<S: Log>(&self, bus: &EventBus<S>) {
        let mut running = self.running();
        if running.strong_count() > 0 {
            return;
        }
        let token = Arc::new(());
        *running = Arc::downgrade(&token);
        let moves = Moves::new(bus);
        let (mover, waker) = (self.clone(), bus.hub.waker());
        let work = async move {
            moves.run(mover.deserted(&waker)).await;
            drop(token);
        };
        tokio::spawn(work.instrument(tracing::info_span!("schedule")));
    }

    /// Resolves when no subscription is left; from then on another mover may be started.
    async fn deserted(&self, waker: &Waker) {
        loop {
            let left = {
                let mut running = self.running();
                let left = waker.subscriptions().iter().find(|shared| !shared.is_over()).cloned();
                if left.is_none() {
                    *running = Weak::new();
                }
                left
            };
            match left {
                Some(shared) => shared.ended().await,
                None => return,
            }
        }
    }

    fn running(&self) -> MutexGuard<'_, Weak<()>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Schedule> ScheduledEvents<'_, S> {
    /// Moves scheduled events to the log when they are due, for as long as this is polled. A process with a durable
    /// subscription does so by itself; this is for those that have none, where no other process has one either. Several
    /// at once are right, and no faster.
    ///
    /// ```
    /// # #[cfg(all(feature = "testing", feature = "relay"))]
    /// # async fn example(bus: eventbus_runtime::MemoryBus) -> eventbus_runtime::Result<()> {
    /// tokio::select! {
    ///     () = bus.scheduled().run() => {}
    ///     signal = tokio::signal::ctrl_c() => signal.expect("signals can be heard"),
    /// }
    /// # Ok(()) }
    /// ```
    pub async fn run(self) {
        Moves::new(self.bus).run(std::future::pending()).await;
    }
}

/// One that moves.
struct Moves<S> {
    store: S,
    waker: Waker,
    emitted: Arc<Emitted>,
    calls: watch::Receiver<u64>,
}

impl<S: Schedule> Moves<S> {
    fn new(bus: &EventBus<S>) -> Self {
        Self {
            store: bus.store.clone(),
            waker: bus.hub.waker(),
            emitted: Arc::clone(&bus.emitted),
            calls: bus.hub.mover().calls.subscribe(),
        }
    }

    /// Moves what is due until `end`, which it awaits where it rests.
    async fn run(mut self, end: impl Future<Output = ()>) {
        let mut end = pin!(end);
        // Nobody has scheduled anything that it waits for the commit of.
        let (mut idle, mut tries) = (u32::MAX, 0);
        loop {
            // Read before the store is, so that what comes meanwhile counts for the next turn.
            self.calls.borrow_and_update();
            let wait = match self.turn().await {
                Ok(Turn { moved: true, .. }) => BREATH,
                Ok(Turn { next, .. }) => {
                    tries = 0;
                    pace(idle, POLL).min(next.unwrap_or(POLL))
                }
                Err(error) => {
                    tries += 1;
                    tracing::warn!(error = error.full(), "the schedule failed, trying again");
                    pace(tries, POLL)
                }
            };
            tokio::select! {
                biased;
                () = &mut end => return,
                _ = self.calls.changed() => idle = 0,
                () = sleep(wait) => idle = idle.saturating_add(1),
            }
        }
    }

    /// Asks how long it is until the next one, and moves what is due.
    async fn turn(&self) -> Result<Turn> {
        let next = self.store.next_due().await?;
        if next != Some(Duration::ZERO) {
            return Ok(Turn { moved: false, next });
        }
        let moved = match self.transfer(BATCH).await {
            Ok(moved) => moved,
            Err(failure) if failure.refused() => {
                self.one_by_one(failure.events.len() + failure.unreadable).await?
            }
            Err(failure) => return Err(failure.error),
        };
        // Where one is due and cannot be had, somebody else has it: it is looked for again later.
        Ok(Turn { moved: moved > 0, next: None })
    }

    /// Moves as many events as a batch that was refused had, each in a transaction of its own, and holds those back that
    /// are refused alone.
    async fn one_by_one(&self, events: usize) -> Result<usize> {
        let mut done = 0;
        for _ in 0..events {
            match self.transfer(1).await {
                Ok(0) => break,
                Ok(_) => {}
                Err(failure) if failure.refused() => {
                    let error = failure.error.full();
                    for id in &failure.events {
                        tracing::error!(event = %id, error, "the log refuses a scheduled event");
                        self.store.hold(*id, &recordable(error.clone())).await?;
                    }
                }
                Err(failure) => return Err(failure.error),
            }
            done += 1;
        }
        Ok(done)
    }

    /// Moves events that are due in one transaction; how many, with those that are set aside.
    async fn transfer(&self, limit: usize) -> std::result::Result<usize, Failed> {
        let mut transaction = self.store.begin().await?;
        match self.take(&mut transaction, limit).await {
            Ok(Taken { events, unreadable }) if events.is_empty() && unreadable.is_empty() => {
                self.store.rollback(transaction).await?;
                Ok(0)
            }
            Ok(Taken { events, unreadable }) => {
                self.store.commit(transaction).await?;
                for Scheduled { event, number, failure, .. } in &unreadable {
                    let (id, failure) = (event.envelope.id, failure.as_deref());
                    tracing::error!(event = %id, number, failure, "a scheduled event is set aside");
                }
                self.emitted.count(&events, &Duplicates::new());
                self.waker.wake_for(events.iter().map(|new| &new.event));
                Ok(events.len() + unreadable.len())
            }
            Err(failed) => {
                // What is rolled back by losing its connection is rolled back as well.
                self.store.rollback(transaction).await.ok();
                Err(failed)
            }
        }
    }

    async fn take(
        &self,
        connection: &mut S::Connection,
        limit: usize,
    ) -> std::result::Result<Taken, Failed> {
        let taken = self.store.take_due(connection, limit).await?.unwrap_or_default();
        if !taken.events.is_empty()
            && let Err(error) = self.store.append(connection, &taken.events).await
        {
            let events = taken.events.iter().map(|new| new.event.envelope.id).collect();
            return Err(Failed { error, events, unreadable: taken.unreadable.len() });
        }
        Ok(taken)
    }
}

/// What one look brought.
struct Turn {
    moved: bool,
    /// How long it is until the next one.
    next: Option<Duration>,
}

/// Why nothing was moved, and which events the log did not take.
struct Failed {
    error: Error,
    events: Vec<Uuid>,
    /// How many were to be set aside beside them.
    unreadable: usize,
}

impl Failed {
    /// Whether the log said no to these events. A transaction that others got in the way of is only run again.
    fn refused(&self) -> bool {
        !self.events.is_empty() && self.error.kind() != ErrorKind::TransactionRollback
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self { error, events: Vec::new(), unreadable: 0 }
    }
}
