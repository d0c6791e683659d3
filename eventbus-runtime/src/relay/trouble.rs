//! The events in trouble: what is due is attempted, each in a step of its own.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::error::{Error, ErrorKind};
use crate::event::Delivery;
use crate::handler::Route;
use crate::relay::attempt::{Failed, attempt};
use crate::relay::place::Place;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::{Flow, Worker};
use crate::store::{Fate, Log, Trouble, Troubles};

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
        let (found, now) = self.look(place).await?;
        let (attempted, missing) = self.attempt_ready(place, found.ready.iter()).await?;
        let (left, now) = if attempted { self.look(place).await? } else { (found, now) };
        // A retry that is due and was not attempted has no handler here: waiting for it would be waiting for nothing.
        let due = left.next_at.filter(|due| *due > now);
        place.look = !(left.keys.is_empty() && left.ready.is_empty() && left.next_at.is_none());
        Ok(Open { keys: left.keys, due, attempted, missing, crowded: left.crowded })
    }

    async fn look(&self, place: &mut Place<S::Cursor>) -> Flow<(Troubles, i64)> {
        let now = place.clock.now();
        place.looked_at = now;
        let found = self.store.troubles(&self.spec.name, &place.shards, now, self.spec.page);
        Ok((self.answered(found).await?, now))
    }

    /// Attempts events in their order; one that fails keeps its later siblings waiting.
    async fn attempt_ready(
        &mut self,
        place: &mut Place<S::Cursor>,
        ready: impl Iterator<Item = &Trouble> + Send,
    ) -> Flow<(bool, Option<Error>)> {
        let spec = Arc::clone(&self.spec);
        let (mut attempted, mut missing) = (false, None);
        let mut held = HashSet::new();
        for trouble in ready {
            let envelope = &trouble.stored.event.envelope;
            let waits = trouble.key.as_ref().is_some_and(|key| held.contains(key));
            if self.stopping() || waits || (attempted && self.circuit.is_probing()) {
                continue;
            }
            if spec.routes.find(&envelope.event_type).is_none() {
                held.extend(trouble.key.clone());
                missing.get_or_insert_with(|| no_handler(trouble));
                continue;
            }
            attempted = true;
            let delivery = place.delivery_again(trouble);
            let asked = wanted(&spec, &self.shared, &trouble.stored, delivery).await;
            let (route, failed) = match asked {
                Wanted::Yes(route) => (route, None),
                Wanted::Failed(route, failed) => (route, Some(failed)),
                Wanted::No | Wanted::Unknown => {
                    self.pass_over(place, trouble).await?;
                    continue;
                }
            };
            if self.attempt_one(place, route, trouble, failed).await? {
                held.extend(trouble.key.clone());
            }
        }
        if let Some(error) = missing.as_ref().filter(|_| !self.told) {
            tracing::warn!(error = error.full(), "an event in trouble waits for its handler");
            self.told = true;
        }
        Ok((attempted, missing))
    }

    /// Lets go of an event that the filter, which is another than it was, does not let through any more.
    async fn pass_over(&mut self, place: &mut Place<S::Cursor>, trouble: &Trouble) -> Flow<()> {
        let mut batch = Batch::default();
        batch.pass_over(trouble);
        self.record(place, None, batch).await
    }

    /// Attempts one event and writes down what became of it; whether it is tried again once more. One that has failed
    /// already, before its handler was called, is only written down.
    async fn attempt_one(
        &mut self,
        place: &mut Place<S::Cursor>,
        route: &Route<S>,
        trouble: &Trouble,
        failed: Option<Failed>,
    ) -> Flow<bool> {
        let (stored, attempts) = (&trouble.stored, trouble.attempts + 1);
        let mut batch = Batch::default();
        let called = match failed {
            Some(failed) => Err(failed),
            None => self.call_again(route, trouble, place.delivery_again(trouble)).await?,
        };
        match called {
            Ok(Some(transaction)) => {
                self.circuit.answered();
                batch.again(route, trouble, Fate::Handled);
                batch.ran.push(stored.position);
                self.commit(place, transaction, None, batch).await?;
                Ok(false)
            }
            Ok(None) => {
                self.circuit.answered();
                self.recent.add(stored.event.envelope.id, self.clock.now());
                batch.again(route, trouble, Fate::Handled);
                self.record(place, None, batch).await?;
                Ok(false)
            }
            Err(failed) if failed.lost => Err(self.lost(stored, failed.error)),
            Err(failed) => {
                if let Some(leave) = self.leave_for(stored, &failed) {
                    return Err(leave);
                }
                let fate = self.judge(place, route, stored, attempts, &failed.error);
                let retried = matches!(fate, Fate::Retrying { .. });
                batch.again(route, trouble, fate);
                self.record(place, None, batch).await?;
                Ok(retried)
            }
        }
    }

    /// Calls the handler of an event in trouble; a transactional one's effects come back in their open transaction.
    async fn call_again(
        &self,
        route: &Route<S>,
        trouble: &Trouble,
        delivery: Delivery,
    ) -> Flow<Result<Option<S::Transaction>, Failed>> {
        let stored = &trouble.stored;
        if let Some(error) = self.care.blames(stored.position) {
            return Ok(Err(error.into()));
        }
        if self.spec.routes.transactional() {
            let transaction = self.begin().await?;
            return Ok(self.lent(transaction, route, stored, delivery).await.map(Some));
        }
        let called = attempt(&self.spec, &self.shared, route, None, stored, delivery).await;
        Ok(called.map(|()| None))
    }
}

fn no_handler(trouble: &Trouble) -> Error {
    let event = &trouble.stored.event.envelope;
    Error::new(
        ErrorKind::HandlerMissing,
        format!(
            "`{}` {} at position {} is in trouble and has no handler here any more",
            event.event_type, event.id, trouble.stored.position
        ),
    )
}
