//! The events in trouble: those whose time has come are handed over as a page of the log is, many in one step.
//!
//! Thousands may be parked behind one event, and an outage may leave thousands of aggregates with one event each. A step
//! for each would cost a transaction for each, so that they would take minutes where a page takes a fraction of a second.

use std::collections::{BTreeSet, HashSet};

use crate::error::{Error, ErrorKind};
use crate::relay::in_hand::{InHand, Item};
use crate::relay::place::Place;
use crate::relay::worker::{Flow, Worker};
use crate::store::{Log, Trouble, Troubles};

/// What is still open after the due events were attempted.
#[derive(Default)]
pub(super) struct Open {
    /// The keys whose further events are parked.
    pub(super) keys: HashSet<String>,
    /// When the next retry is due.
    pub(super) due: Option<i64>,
    /// Whether any event was attempted.
    pub(super) attempted: bool,
    /// An event in trouble that nothing here can handle.
    pub(super) missing: Option<Error>,
    /// The slots of aggregates with too many events in trouble.
    pub(super) crowded: BTreeSet<u16>,
}

impl<S: Log> Worker<S> {
    /// Attempts what is due and says what is open then.
    ///
    /// While nothing goes wrong this asks the store once per poll: mostly this owner writes rows, and it knows that it
    /// wrote none since it last found none. Only a dead letter that another process retried is a row of somebody else's.
    pub(super) async fn troubles(&mut self, place: &mut Place<S::Cursor>) -> Flow<Open> {
        self.revive(place).await?;
        place.look |= place.clock.now() - place.looked_at >= self.spec.poll_millis();
        if !place.look {
            return Ok(Open::default());
        }
        let (found, now) = self.look_for_work(place).await?;
        let (items, missing) = self.attemptable(&found.ready);
        let attempted = !items.is_empty() && !self.stopping();
        let (left, now) = if attempted {
            self.deliver(place, &InHand::troubles(items), HashSet::new()).await?;
            self.look(place, 1).await?
        } else {
            (found, now)
        };
        // A retry that is due and was not attempted has no handler here: waiting for it would be waiting for nothing.
        let due = left.next_at.filter(|due| *due > now);
        place.look = !(left.keys.is_empty() && left.ready.is_empty() && left.next_at.is_none());
        Ok(Open { keys: left.keys, due, attempted, missing, crowded: left.crowded })
    }

    /// What is ready: a page of it, unless nothing of that can be attempted because no handler is here. Then it looks
    /// further, or what stands behind these would wait as long as they do.
    async fn look_for_work(&mut self, place: &mut Place<S::Cursor>) -> Flow<(Troubles, i64)> {
        let mut limit = self.spec.page;
        loop {
            let (found, now) = self.look(place, limit).await?;
            if found.ready.len() < limit || !self.attemptable(&found.ready).0.is_empty() {
                return Ok((found, now));
            }
            limit = limit.saturating_mul(4);
        }
    }

    async fn look(&self, place: &mut Place<S::Cursor>, limit: usize) -> Flow<(Troubles, i64)> {
        let now = place.clock.now();
        place.looked_at = now;
        let found = self.store.troubles(&self.spec.name, &place.shards, now, limit);
        Ok((self.answered(found).await?, now))
    }

    /// Which of these are attempted, in their order, and what is wrong with another: one that has no handler here stays,
    /// and so do its later siblings.
    fn attemptable<'t>(&mut self, ready: &'t [Trouble]) -> (Vec<Item<'t>>, Option<Error>) {
        let most = if self.circuit.is_probing() { 1 } else { self.care.limit() };
        let (mut items, mut held, mut missing) = (Vec::new(), HashSet::new(), None);
        for trouble in ready {
            if self.spec.routes.find(&trouble.stored.event.envelope.event_type).is_none() {
                held.extend(&trouble.key);
                missing.get_or_insert_with(|| no_handler(trouble));
            } else if items.len() < most
                && !trouble.key.as_ref().is_some_and(|key| held.contains(key))
            {
                items.push(Item::Again(trouble));
            }
        }
        if let Some(error) = missing.as_ref().filter(|_| !self.told) {
            tracing::warn!(error = error.full(), "an event in trouble waits for its handler");
            self.told = true;
        }
        (items, missing)
    }
}

/// What is said of an event in trouble that nothing here can handle.
pub(super) fn no_handler(trouble: &Trouble) -> Error {
    let event = &trouble.stored.event.envelope;
    Error::new(
        ErrorKind::HandlerMissing,
        format!(
            "`{}` {} at position {} is in trouble and has no handler here any more",
            event.event_type, event.id, trouble.stored.position
        ),
    )
}
