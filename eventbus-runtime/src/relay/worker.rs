//! The task of one replica: look who is there, read and deliver what is its own, and begin again.

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::sleep;
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::breaker::Circuit;
use crate::plan::care::Care;
use crate::plan::limit::SharedBuckets;
use crate::plan::pace::pace;
use crate::plan::recent::Recent;
use crate::plan::turns::Turns;
use crate::relay::feed::Seat;
use crate::relay::keeper::{Pulse, Stalled};
use crate::relay::place::{Place, Places};
use crate::relay::shared::{Ending, Shared, State};
use crate::replay::Past;
use crate::stats::keep;
use crate::store::{Handles, Held, Log, Replica};
use crate::subscribe::Spec;

/// How long a subscription that was asked to end still waits for an answer of the database. A healthy one needs
/// milliseconds; one that is away must not keep the process from ending.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything the task has but its places.
pub(super) struct Worker<S: Log> {
    pub(super) store: S,
    pub(super) spec: Arc<Spec<S>>,
    pub(super) shared: Arc<Shared>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) wake: watch::Receiver<u64>,
    /// Where it ends, where it is a replay.
    pub(super) upto: Option<S::Cursor>,
    /// The archive that it begins in, where it is a replay of one.
    pub(super) past: Option<Arc<Past>>,
    /// What it reads the log with.
    pub(super) seat: Seat<S::Cursor>,
    pub(super) care: Care,
    pub(super) circuit: Circuit,
    /// Those of the rate limit, which is one for all lanes.
    pub(super) buckets: Option<SharedBuckets>,
    /// What plain handlers handled lately.
    pub(super) recent: Recent,
    /// The shards that it let go of by itself, under the fences that it had them under.
    left: BTreeMap<u16, i64>,
    pub(super) clock: Clock,
    pub(super) replica: Replica,
    /// The other lanes of this process that nobody was told of yet.
    pub(super) others: Vec<Replica>,
    /// What this code handles.
    pub(super) handles: Handles,
    /// What the newest code handles and this does not, as it was told last.
    pub(super) older: Option<String>,
    /// Renews the lease while this replica takes part.
    pub(super) pulse: Option<Pulse>,
    /// The shards that stand before an event which needs newer code.
    pub(super) stalled: BTreeMap<u16, Stalled<S::Cursor>>,
    /// When the roster was looked at last.
    pub(super) tended_at: i64,
    /// Which priority is next where several wait.
    pub(super) turns: Turns,
    /// Failures of the store in a row.
    pub(super) tries: u32,
    /// Whether the log was told of an event without a handler; it is told once.
    pub(super) told: bool,
    /// Whether the store did not answer when it was asked for the last time.
    deaf: AtomicBool,
    /// The types that the log was told nothing here knows.
    unknown: BTreeSet<String>,
}

/// How many unknown types are told of: whoever can emit can invent names, and they are kept.
const UNKNOWN: usize = 1_000;

/// Why work on a place, or on the subscription, ended.
pub(super) enum Leave {
    /// It was asked to stop.
    Stopped,
    /// Another replica has taken a shard.
    Fenced,
    /// The store failed in a way that only taking the shards again can sort out.
    Failed(Error),
    /// An event in this slot needs newer code.
    Stalled {
        /// Its slot.
        slot: u16,
        /// What is missing.
        error: Error,
    },
    /// What the handlers talk to is unavailable.
    Suspended,
    /// The subscription was removed.
    Removed,
    /// It is a replay that came to its end.
    Finished,
}

/// What goes on, or the reason to leave.
pub(super) type Flow<T> = std::result::Result<T, Leave>;

impl From<Error> for Leave {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::Fenced => Self::Fenced,
            _ => Self::Failed(error),
        }
    }
}

impl<S: Log> Worker<S> {
    pub(super) fn new(
        store: S,
        spec: Arc<Spec<S>>,
        (shared, seat): (Arc<Shared>, Seat<S::Cursor>),
        (buckets, clock): (Option<SharedBuckets>, Clock),
    ) -> Self {
        let replica =
            Replica { id: Uuid::now_v7(), subscription: spec.name.clone(), lease: spec.lease };
        Self {
            store,
            stop: shared.stopped(),
            wake: shared.calls(),
            upto: None,
            past: None,
            seat,
            care: Care::new(spec.page),
            circuit: Circuit::new(spec.breaker),
            buckets,
            recent: Recent::default(),
            left: BTreeMap::new(),
            clock,
            replica,
            others: Vec::new(),
            handles: spec.routes.handles(),
            older: None,
            pulse: None,
            stalled: BTreeMap::new(),
            tended_at: clock.now(),
            turns: Turns::default(),
            tries: 0,
            told: false,
            deaf: AtomicBool::new(false),
            unknown: BTreeSet::new(),
            spec,
            shared,
        }
    }

    /// Runs until it is stopped or removed; `answer` gets the result of the first look.
    pub(super) async fn run(mut self, answer: oneshot::Sender<Result<()>>) {
        let shared = Arc::clone(&self.shared);
        let _ending = Ending(&shared);
        let mut places = Places::new();
        let first = match self.begin_with(&mut places).await {
            Ok(()) => Ok(()),
            Err(Leave::Failed(error) | Leave::Stalled { error, .. }) => Err(error),
            Err(Leave::Removed) if self.upto.is_some() => Err(ended_elsewhere(&self.spec.name)),
            Err(_) => Err(stopped_early(&self.spec.name)),
        };
        let failed = first.is_err();
        if answer.send(first).is_err() || failed {
            self.retire().await;
            return;
        }
        tracing::info!(shards = places.held().len(), "subscription started");
        while self.turn(&mut places).await {}
        self.retire().await;
        self.keep_figures().await;
        tracing::info!("subscription ended");
    }

    async fn begin_with(&mut self, places: &mut Places<S::Cursor>) -> Flow<()> {
        self.register().await?;
        self.tend(places).await
    }

    /// Reads and delivers, and looks after the shards now and then; whether that goes on.
    async fn turn(&mut self, places: &mut Places<S::Cursor>) -> bool {
        match self.read(places).await {
            Ok(()) => true,
            Err(Leave::Stopped) => false,
            Err(Leave::Finished) => false,
            Err(Leave::Removed) => {
                self.removed(places);
                false
            }
            Err(Leave::Fenced | Leave::Suspended | Leave::Stalled { .. }) => true,
            Err(Leave::Failed(error)) => {
                tracing::warn!(error = error.full(), "the store failed, trying again");
                self.seat.forget();
                self.shared.turn(State::Waiting);
                !self.wait_to_try().await
            }
        }
    }

    /// A place is given up: its shards are taken anew, which reads their true cursors, those of detours as well.
    ///
    /// Answers the index of the next place, or the reason where it concerns the whole subscription.
    pub(super) async fn give_place_up(
        &mut self,
        mut place: Place<S::Cursor>,
        places: &mut Places<S::Cursor>,
        index: usize,
        mut leave: Leave,
    ) -> Flow<usize> {
        if matches!(leave, Leave::Stalled { .. })
            && let Err(refused) = self.save(&mut place).await
        {
            leave = refused;
        }
        if matches!(leave, Leave::Suspended) {
            places.put_back(index, place);
            return Ok(index + 1);
        }
        // Whatever happened, the roster knows more.
        self.tended_at = i64::MIN;
        match leave {
            Leave::Stalled { slot, error } => {
                let stands = (place.track().cloned(), place.cursor.clone());
                let before = places.len();
                places.put_back(index, place);
                self.stall(places, slot, stands, error).await?;
                Ok(if places.len() > before { index + 1 } else { index })
            }
            Leave::Fenced => {
                tracing::warn!("another replica took shards over");
                self.recent.clear();
                Ok(places.drop_with(&place, index))
            }
            other => {
                self.let_go(&place.owner.held);
                places.drop_with(&place, index);
                Err(other)
            }
        }
    }

    /// Remembers under which fences it had shards that are not its own any more.
    pub(super) fn let_go(&mut self, held: &[Held]) {
        self.left.extend(held.iter().map(|held| (held.shard, held.fence)));
    }

    /// It has shards again. Where somebody raised a fence meanwhile, they may stand before what was handled here lately,
    /// and it is asked for again.
    pub(super) fn has_again(&mut self, taken: impl Iterator<Item = Held>) {
        for held in taken {
            if self.left.remove(&held.shard).is_some_and(|fence| fence + 1 != held.fence) {
                self.recent.clear();
            }
        }
    }

    async fn retire(&mut self) {
        self.pulse = None;
        if self.deaf.load(Ordering::Relaxed) {
            return;
        }
        if let Err(Leave::Failed(error)) = self.answered(self.store.retire(&self.replica)).await {
            tracing::warn!(
                error = error.full(),
                "the shards are not given back; others wait for the lease"
            );
        }
    }

    /// Keeps what it counted since the last minute.
    async fn keep_figures(&self) {
        let Some(ledger) = &self.shared.ledger else { return };
        let entries = ledger.take();
        if entries.is_empty() || self.deaf.load(Ordering::Relaxed) {
            return;
        }
        let kept = keep(&self.store, &entries, self.clock.now());
        if let Err(Leave::Failed(error)) = self.answered(kept).await {
            tracing::warn!(error = error.full(), "the statistics of its last minute are lost");
        }
    }

    pub(super) async fn begin(&self) -> Flow<S::Transaction> {
        self.answered(self.store.begin()).await
    }

    /// Waits for the store, and after the subscription was asked to end only a little longer.
    ///
    /// Not for a commit: whoever stops waiting for that does not know what it did.
    pub(super) async fn answered<T>(
        &self,
        asked: impl Future<Output = Result<T>> + Send,
    ) -> Flow<T> {
        let mut stop = self.stop.clone();
        let given_up = async {
            // The sender lives as long as this worker does, so waiting can only end with the condition.
            let _ = stop.wait_for(|stop| *stop).await;
            sleep(PATIENCE).await;
        };
        tokio::select! {
            biased;
            answer = asked => Ok(answer?),
            () = given_up => {
                tracing::warn!("ending without an answer from the database");
                self.deaf.store(true, Ordering::Relaxed);
                Err(Leave::Stopped)
            }
        }
    }

    /// Waits until another try is worth its statement; whether the subscription was stopped meanwhile.
    async fn wait_to_try(&mut self) -> bool {
        let wait = pace(self.tries, self.spec.poll);
        self.tries = self.tries.saturating_add(1);
        tokio::select! {
            _ = self.stop.wait_for(|stop| *stop) => true,
            () = sleep(wait) => false,
        }
    }

    /// Resolves when it is asked to stop.
    pub(super) async fn stopped(&self) {
        // The sender lives as long as this worker does, so waiting can only end with the condition.
        let _ = self.stop.clone().wait_for(|stop| *stop).await;
    }

    pub(super) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }

    /// Tells of types that were skipped, of each once.
    pub(super) fn tell_unknown(&mut self, types: BTreeSet<String>) {
        for event_type in types {
            if self.unknown.len() < UNKNOWN && !self.unknown.contains(&event_type) {
                tracing::warn!(
                    event_type,
                    "events of an unknown type are skipped: deploy newer code"
                );
                self.unknown.insert(event_type);
            }
        }
    }
}

fn ended_elsewhere(name: &str) -> Error {
    let message =
        format!("`{name}` was finished or cancelled by another process while it was started");
    Error::new(ErrorKind::Configuration, message)
}

fn stopped_early(name: &str) -> Error {
    let message = format!("subscription `{name}` was shut down before the database answered");
    Error::new(ErrorKind::Store, message)
}
