//! The task of one subscription: claim, own, and begin again.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::plan::care::Care;
use crate::plan::pace::pace;
use crate::relay::shared::{Ending, Shared, State};
use crate::store::{Claim, Log, Owner};
use crate::subscribe::Spec;

/// How long a subscription that was asked to end still waits for an answer of the database. A healthy one needs
/// milliseconds; one that is away must not keep the process from ending.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything the task has, owned subscription or not.
pub(super) struct Worker<S: Log> {
    pub(super) store: S,
    pub(super) spec: Arc<Spec<S>>,
    pub(super) shared: Arc<Shared>,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) wake: watch::Receiver<u64>,
    pub(super) care: Care,
    /// Claims in a row that came to nothing.
    pub(super) tries: u32,
}

/// Where an owned subscription stands.
pub(super) struct Place<C> {
    pub(super) owner: Owner,
    pub(super) cursor: C,
    /// Whether the cursor moved without being written.
    pub(super) unsaved: bool,
    /// When the cursor was last written.
    pub(super) saved_at: i64,
    /// Whether there may be open delivery rows that were not read yet.
    pub(super) look: bool,
    /// When they were last read.
    pub(super) looked_at: i64,
    /// When dead letters may be due again.
    pub(super) revive_at: i64,
    /// Whether the log was told of an event without a handler; it is told once per ownership.
    pub(super) told: bool,
    /// The types that the log was told nothing here knows.
    unknown: BTreeSet<String>,
    pub(super) clock: Clock,
}

/// How many unknown types are told of in one ownership: whoever can emit can invent names, and they are kept.
const UNKNOWN: usize = 1_000;

impl<C> Place<C> {
    fn new(owner: Owner, cursor: C) -> Self {
        let clock = Clock::new();
        let saved_at = clock.now();
        let unknown = BTreeSet::new();
        Self {
            owner,
            cursor,
            unsaved: false,
            saved_at,
            look: true,
            looked_at: saved_at,
            revive_at: saved_at,
            told: false,
            unknown,
            clock,
        }
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

/// Why an ownership ended.
pub(super) enum Leave {
    /// It was asked to stop.
    Stopped,
    /// Another process owns the subscription now.
    Fenced,
    /// The store failed in a way that only a new claim can sort out.
    Failed(Error),
    /// An event needs newer code.
    Stalled(Error),
}

/// What goes on, or the reason to give the ownership up.
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
    pub(super) fn new(store: S, spec: Spec<S>, shared: Arc<Shared>) -> Self {
        Self {
            store,
            stop: shared.stopped(),
            wake: shared.calls(),
            care: Care::new(spec.page),
            spec: Arc::new(spec),
            shared,
            tries: 0,
        }
    }

    /// Runs until it is stopped or stalls; `answer` gets the result of the first claim.
    pub(super) async fn run(mut self, answer: oneshot::Sender<Result<()>>) {
        let shared = Arc::clone(&self.shared);
        let _ending = Ending(&shared);
        let (mut claim, first) = match self.claim().await {
            Ok(claim) => (claim, Ok(())),
            Err(Leave::Failed(error) | Leave::Stalled(error)) => (None, Err(error)),
            Err(Leave::Stopped | Leave::Fenced) => (None, Err(stopped_early(&self.spec.name))),
        };
        let failed = first.is_err();
        if answer.send(first).is_err() || failed {
            return;
        }
        tracing::info!(owned = claim.is_some(), "subscription started");
        while let Some(next) = self.turn(claim).await {
            claim = next;
        }
        tracing::info!("subscription ended");
    }

    /// Owns the subscription for as long as that goes well, then asks for it again; `None` when it is over.
    async fn turn(&mut self, claim: Claimed<S>) -> Option<Claimed<S>> {
        if let Some(claim) = claim {
            match self.own(claim).await {
                Leave::Stopped => return None,
                Leave::Stalled(error) => {
                    tracing::error!(error = error.full(), "subscription stalled");
                    self.shared.stall(&error);
                    return None;
                }
                Leave::Fenced => tracing::warn!("another process took the subscription over"),
                Leave::Failed(error) => {
                    tracing::warn!(error = error.full(), "the store failed, claiming again");
                }
            }
        }
        self.shared.turn(State::Waiting);
        if self.wait_to_claim().await {
            return None;
        }
        match self.claim().await {
            Ok(claim) => Some(claim),
            Err(Leave::Stopped) => None,
            Err(Leave::Failed(error) | Leave::Stalled(error)) => {
                tracing::warn!(error = error.full(), "the subscription cannot be claimed");
                Some(None)
            }
            Err(Leave::Fenced) => Some(None),
        }
    }

    async fn claim(&self) -> Flow<Claimed<S>> {
        self.answered(self.store.claim(&self.spec.name, self.spec.start)).await
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
                Err(Leave::Stopped)
            }
        }
    }

    async fn own(&mut self, claim: Claim<S::Cursor, S::Lease>) -> Leave {
        let Claim { owner, cursor, lease } = claim;
        tracing::info!(fence = owner.fence, ?cursor, "subscription taken over");
        self.shared.turn(State::Running);
        let mut place = Place::new(owner, cursor);
        let leave = self.read(&mut place).await;
        drop(lease);
        leave
    }

    /// Waits until the next claim is worth its statement; whether the subscription was stopped meanwhile.
    async fn wait_to_claim(&mut self) -> bool {
        let wait = pace(self.tries, self.spec.poll);
        self.tries = self.tries.saturating_add(1);
        tokio::select! {
            _ = self.stop.wait_for(|stop| *stop) => true,
            () = sleep(wait) => false,
        }
    }

    pub(super) fn stopping(&self) -> bool {
        *self.stop.borrow()
    }
}

fn stopped_early(name: &str) -> Error {
    let message = format!("subscription `{name}` was shut down before the database answered");
    Error::new(ErrorKind::Store, message)
}

type Claimed<S> = Option<Claim<<S as Log>::Cursor, <S as Log>::Lease>>;
