//! What is written down, and how: rows, cursor and statistics of one transaction.

use std::collections::{BTreeSet, HashSet};

use crate::error::Error;
use crate::handler::Route;
use crate::plan::{order, verdict};
use crate::relay::place::Place;
use crate::relay::stats::Stats;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Change, Fate, Log, Step, Stored, Trouble};

/// What one transaction has gathered so far.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) changes: Vec<Change>,
    pub(super) stats: Stats,
    /// The events whose handlers wrote into this transaction.
    pub(super) ran: Vec<i64>,
    /// The types that nothing here knows.
    unknown: BTreeSet<String>,
}

impl Batch {
    /// An event of the log was handled: the cursor passes it and nothing is written.
    pub(super) fn handled<S: Log>(&mut self, route: &Route<S>) {
        self.stats.count(route.event_type, &Fate::Handled);
    }

    /// Nothing here knows the event's type: the cursor passes it.
    pub(super) fn unknown(&mut self, stored: &Stored) {
        self.stats.count_unknown();
        let event_type = &stored.event.envelope.event_type;
        if !self.unknown.contains(event_type) {
            self.unknown.insert(event_type.clone());
        }
    }

    /// An event in trouble is not wanted any more: its row goes.
    pub(super) fn pass_over(&mut self, trouble: &Trouble) {
        self.changes.push(row_of(trouble, Fate::Handled));
    }

    /// An event waits behind a sibling.
    pub(super) fn park(&mut self, stored: &Stored, kind: &str) {
        self.changes.push(order::change(stored, kind, None, Fate::Parked));
    }

    /// The first attempt of an event failed, and this is what becomes of it; while it is tried again its key is held.
    pub(super) fn failed<S: Log>(
        &mut self,
        route: &Route<S>,
        (stored, kind): (&Stored, &str),
        fate: Fate,
        held: &mut HashSet<String>,
    ) {
        self.stats.count(route.event_type, &fate);
        if fate != Fate::Handled {
            let first_at = failed_at(&fate);
            let change = order::change(stored, kind, first_at, fate);
            order::hold(&change, held);
            self.changes.push(change);
        }
    }

    /// An event in trouble was attempted again: its row changes, or goes.
    pub(super) fn again<S: Log>(&mut self, route: &Route<S>, trouble: &Trouble, fate: Fate) {
        self.stats.count(route.event_type, &fate);
        self.changes.push(row_of(trouble, fate));
    }
}

/// The row of an event that has one, under the key that its siblings wait for.
fn row_of(trouble: &Trouble, fate: Fate) -> Change {
    let Trouble { stored, key, first_at, .. } = trouble;
    let (position, slot, event_id) = (stored.position, stored.slot, stored.event.envelope.id);
    let first_at = first_at.or_else(|| failed_at(&fate));
    Change { position, slot, event_id, key: key.clone(), first_at, fate }
}

fn failed_at(fate: &Fate) -> Option<i64> {
    match fate {
        Fate::Retrying { failure, .. } | Fate::Dead { failure, .. } => Some(failure.at),
        Fate::Handled | Fate::Parked => None,
    }
}

impl<S: Log> Worker<S> {
    /// Ends an open transaction with a step and commits it.
    ///
    /// A refusal ends the ownership: whether a commit took place is known only after the next claim.
    pub(super) async fn commit(
        &mut self,
        place: &mut Place<S::Cursor>,
        mut transaction: S::Transaction,
        cursor: Option<S::Cursor>,
        batch: Batch,
    ) -> Flow<()> {
        let step = Step { cursor, changes: batch.changes };
        if let Err(error) = self.store.advance(&mut transaction, &place.owner, &step).await {
            self.roll_back(transaction).await;
            return Err(self.refused(&batch.ran, error));
        }
        if let Err(error) = self.store.commit(transaction).await {
            return Err(self.refused(&batch.ran, error));
        }
        self.care.committed();
        self.tries = 0;
        self.shared.stats().merge(&batch.stats);
        self.tell_unknown(batch.unknown);
        place.look |= !step.changes.is_empty();
        if let Some(cursor) = step.cursor {
            place.cursor = cursor;
            place.unsaved = false;
            place.saved_at = place.clock.now();
        }
        Ok(())
    }

    /// Makes a step in a transaction of its own.
    pub(super) async fn record(
        &mut self,
        place: &mut Place<S::Cursor>,
        cursor: Option<S::Cursor>,
        batch: Batch,
    ) -> Flow<()> {
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
        stored: &Stored,
        attempt: u32,
        error: &Error,
    ) -> Fate {
        let now = place.clock.now();
        let fate = verdict::fate(error, attempt, &self.spec.retry, now, rand::random::<f64>());
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
