//! What is written down, and how: rows, cursor and statistics of one transaction.

use std::collections::{BTreeSet, HashSet};

use crate::error::Error;
use crate::handler::Route;
use crate::observe::Tally;
use crate::plan::{order, verdict};
use crate::relay::attempt::Failed;
use crate::relay::in_hand::Item;
use crate::relay::place::Place;
use crate::relay::stats::Stats;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::stats::Sheet;
use crate::store::{Change, Fate, Log, Step, Stored, Way};

/// What one transaction has gathered so far.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    pub(super) stats: Stats,
    tally: Tally,
    sheet: Sheet,
    /// The events whose handlers wrote into this transaction.
    pub(super) ran: Vec<i64>,
    /// The types that nothing here knows.
    unknown: BTreeSet<String>,
    /// Whether no event waits for another.
    unordered: bool,
}

impl Batch {
    /// One of a subscription that keeps the order of aggregates, or does not.
    pub(super) fn of(ordered: bool) -> Self {
        Self { unordered: !ordered, ..Self::default() }
    }

    /// An event was handled.
    pub(super) fn handled<S: Log>(&mut self, route: &Route<S>, item: Item<'_>) {
        self.stats.count(route.event_type, &Fate::Handled);
        self.tally.add(route.event_type, item.stored().event.envelope.id);
        self.sheet.handled(route.event_type, item.stored());
        self.pass(item);
    }

    /// An event was handled before, and nothing is done with it.
    pub(super) fn repeated<S: Log>(&mut self, route: &Route<S>, item: Item<'_>) {
        self.stats.count_duplicate(route.event_type);
        self.pass(item);
    }

    /// Nothing more is done with an event: the cursor passes it and nothing is written, or its row goes.
    pub(super) fn pass(&mut self, item: Item<'_>) {
        if let Item::Again(_) = item {
            self.changes.push(item.change("", false, Fate::Handled));
        }
    }

    /// Nothing here knows the event's type: the cursor passes it.
    pub(super) fn unknown(&mut self, stored: &Stored) {
        self.stats.count_unknown();
        let event_type = &stored.event.envelope.event_type;
        if !self.unknown.contains(event_type) {
            self.unknown.insert(event_type.clone());
        }
    }

    /// An event waits behind a sibling; one that did so before has its row.
    pub(super) fn park(&mut self, item: Item<'_>, kind: &str) {
        if let Item::New(_) = item {
            self.changes.push(item.change(kind, !self.unordered, Fate::Parked));
        }
    }

    /// An attempt of an event failed, and this is what becomes of it; while it is tried again its key is held.
    pub(super) fn failed<S: Log>(
        &mut self,
        route: &Route<S>,
        (item, kind): (Item<'_>, &str),
        fate: Fate,
        held: &mut HashSet<String>,
    ) {
        if fate == Fate::Handled {
            self.stats.count_duplicate(route.event_type);
            return self.handled(route, item);
        }
        self.stats.count(route.event_type, &fate);
        self.sheet.failed(route.event_type, item.stored(), &fate);
        let change = item.change(kind, !self.unordered, fate);
        order::hold(&change, held);
        self.changes.push(change);
    }

    /// Whether there is anything to write but a cursor.
    pub(super) const fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}

impl<S: Log> Worker<S> {
    /// Ends an open transaction with a step and commits it.
    ///
    /// A refusal ends the ownership: whether a commit took place is known only after the next claim.
    pub(super) async fn commit(
        &mut self,
        place: &mut Place<S::Cursor>,
        transaction: S::Transaction,
        cursor: Option<S::Cursor>,
        batch: Batch,
    ) -> Flow<()> {
        let way = place.way();
        self.commit_on(place, transaction, (cursor, way), batch).await
    }

    /// The same, where detours begin or end.
    pub(super) async fn commit_on(
        &mut self,
        place: &mut Place<S::Cursor>,
        mut transaction: S::Transaction,
        (cursor, way): (Option<S::Cursor>, Way),
        batch: Batch,
    ) -> Flow<()> {
        let step = Step { cursor, way, changes: batch.changes };
        let made = match self.restore(&mut transaction, &step.changes).await {
            Ok(()) => self.store.advance(&mut transaction, &place.owner, &step).await,
            Err(error) => Err(error),
        };
        if let Err(error) = made {
            self.roll_back(transaction).await;
            return Err(self.refused(&batch.ran, error));
        }
        if let Err(error) = self.store.commit(transaction).await {
            return Err(self.refused(&batch.ran, error));
        }
        self.care.committed();
        self.tries = 0;
        if !batch.ran.is_empty() && self.circuit.closed_to(self.clock.now()).is_none() {
            self.circuit.answered();
        }
        self.shared.merge(&batch.stats, &batch.tally, batch.sheet);
        self.tell_unknown(batch.unknown);
        place.look |= !step.changes.is_empty();
        let is_over = |change: &Change| matches!(change.fate, Fate::Handled | Fate::Dead { .. });
        if step.cursor.is_some() || step.changes.iter().any(is_over) {
            self.shared.moved();
        }
        if let Some(cursor) = step.cursor {
            place.cursor = cursor;
            place.unsaved = false;
            place.saved_at = place.clock.now();
        }
        Ok(())
    }

    /// Puts back into the log what gets into trouble and is in the archive alone.
    async fn restore(
        &self,
        transaction: &mut S::Transaction,
        changes: &[Change],
    ) -> Result<(), Error> {
        let Some(past) = &self.past else { return Ok(()) };
        let events = past.in_trouble(changes).await?;
        if events.is_empty() {
            return Ok(());
        }
        self.store.restore(transaction, &events).await
    }

    /// Makes a step in a transaction of its own, where there is anything to write.
    pub(super) async fn record(
        &mut self,
        place: &mut Place<S::Cursor>,
        cursor: Option<S::Cursor>,
        batch: Batch,
    ) -> Flow<()> {
        if cursor.is_none() && batch.is_empty() {
            return Ok(());
        }
        let transaction = self.begin().await?;
        self.commit(place, transaction, cursor, batch).await
    }

    /// Rolls back; whether that went well. A failure to do so commits nothing either, so it is only told.
    pub(super) async fn roll_back(&self, transaction: S::Transaction) -> bool {
        let rolled_back = self.store.rollback(transaction).await;
        if let Err(error) = &rolled_back {
            tracing::warn!(error = error.full(), "a rollback failed");
        }
        rolled_back.is_ok()
    }

    /// Decides what becomes of an event whose attempt failed, and tells.
    pub(super) fn judge(
        &self,
        place: &Place<S::Cursor>,
        route: &Route<S>,
        item: Item<'_>,
        error: &Error,
    ) -> Fate {
        let (stored, attempt) = (item.stored(), item.attempts() + 1);
        let now = place.clock.now();
        let policy = verdict::Policy {
            retry: &self.spec.retry,
            on_failure: self.spec.on_failure,
            revive: self.spec.retry_dead_after,
        };
        let fate = verdict::fate(error, attempt, policy, now, rand::random::<f64>());
        let (id, position) = (stored.event.envelope.id, stored.position);
        let event_type = route.event_type;
        match &fate {
            Fate::Retrying { next_at, failure, .. } => tracing::warn!(
                event_type, %id, position, attempt, kind = %failure.kind, error = failure.message,
                wait_ms = next_at - now, "delivery failed, trying again"
            ),
            Fate::Dead { failure, .. } => tracing::error!(
                event_type, %id, position, attempt, kind = %failure.kind, error = failure.message,
                "delivery failed, the event is a dead letter"
            ),
            Fate::Handled | Fate::Parked => {
                tracing::debug!(event_type, %id, position, attempt, "duplicate event skipped");
            }
        }
        fate
    }

    /// Why a failure ends the work on a place instead of being written down: newer code is needed, or what the handler
    /// talks to is unavailable and nobody's attempts are to be used up for that.
    pub(super) fn leave_for(&mut self, stored: &Stored, failed: &Failed) -> Option<Leave> {
        if failed.newer {
            let error = Error::new(failed.error.kind(), failed.error.full());
            return Some(Leave::Stalled { slot: stored.slot, error });
        }
        if !failed.error.is_unavailable() {
            self.circuit.answered();
            return None;
        }
        let frozen = self.circuit.unavailable(self.clock.now());
        if frozen {
            let error = failed.error.full();
            tracing::warn!(error, "what the handlers talk to is unavailable: standing still");
        }
        frozen.then_some(Leave::Suspended)
    }

    /// A handler failed because its transaction was lost under it: the event is only suspected.
    pub(super) fn lost(&mut self, stored: &Stored, error: Error) -> Leave {
        self.care.refused(&[stored.position], &error);
        Leave::Failed(error)
    }

    fn refused(&mut self, ran: &[i64], error: Error) -> Leave {
        self.care.refused(ran, &error);
        error.into()
    }
}
