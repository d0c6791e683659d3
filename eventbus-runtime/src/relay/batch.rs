//! Handlers of batches: as many events in one call as the order allows, and a search for the one to blame where it fails.
//!
//! What lies between two events of a handler and needs no call (what the filter keeps out, what is parked) goes along;
//! an event of another handler ends the batch. Each batch is a step of its own: of a transactional handler a transaction,
//! of a plain one a call and then the cursor behind it. One that fails is tried again in halves, see
//! [`bisect`](crate::plan::bisect); the single event that is left is judged as a handler of single events would have it.
//!
//! ```text
//! begin  1 2 3 4 5 6✗ 7 8   rolled back
//! begin  1 2 3 4            commit, cursor after 4
//! begin          5 6✗ 7 8   rolled back, and so on, until 6 is alone
//! begin                     commit: 6 is retrying, cursor after 6
//! begin               7 8   commit; a sibling of 6 is parked instead of handled
//! ```

use std::collections::HashSet;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument;

use crate::context::Context;
use crate::event::Delivery;
use crate::handler::{Tx, lend};
use crate::plan::bisect::Bisect;
use crate::plan::checkpoint::{BREATH, worth_committing};
use crate::relay::attempt::{Failed, outcome, polled, unreadable};
use crate::relay::group::{Group, Member};
use crate::relay::in_hand::InHand;
use crate::relay::place::Place;
use crate::relay::shared::{Busy, Shared};
use crate::relay::step::Batch;
use crate::relay::transactional::Tab;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Log, Stored};
use crate::subscribe::Spec;

/// How a call with events ended: with what is still to be committed, or not well.
type Tried<S> = Result<Option<<S as crate::store::Store>::Transaction>, Failed>;

impl<S: Log> Worker<S> {
    /// Hands events over in as few calls as their order and their failures allow.
    pub(super) async fn batches(
        &mut self,
        place: &mut Place<S::Cursor>,
        hand: &InHand<'_, S::Cursor>,
        mut held: HashSet<String>,
    ) -> Flow<()> {
        let spec = Arc::clone(&self.spec);
        let mut tab = Tab::default();
        let mut start = 0;
        while start < hand.items.len() && !self.stopping() {
            let paid = self.paid_for(&hand.items, start, &mut tab).await;
            let group = self.gather(&spec, place, &hand.items[..paid], start, &held).await;
            start = group.range().end;
            self.hand_over(place, hand, group, &mut held).await?;
        }
        Ok(())
    }

    /// Calls the handler with a group, or with parts of it until those to blame are found. Each part moves the cursor.
    async fn hand_over(
        &mut self,
        place: &mut Place<S::Cursor>,
        hand: &InHand<'_, S::Cursor>,
        mut group: Group<'_, S>,
        held: &mut HashSet<String>,
    ) -> Flow<()> {
        let mut unfit = group.unfit();
        let mut bisect = Bisect::new(group.range());
        while let Some(range) = bisect.next() {
            if self.stopping() {
                return Ok(());
            }
            let began = self.clock.now();
            let (called, mut batch) = group.part(range.clone(), self.spec.ordered, held);
            let cursor = hand.after(range.end);
            let tried = match unfit.take() {
                Some(failed) => Err(failed),
                None => self.try_together(place, &called).await?,
            };
            match tried {
                Ok(transaction) => {
                    self.handled(place, transaction, cursor, &called, batch).await?;
                }
                Err(failed) if called.len() > 1 => {
                    self.search(&mut bisect, range, &called, &failed)?;
                }
                Err(failed) => {
                    self.give_one_up(place, called[0], &failed, &mut batch, held)?;
                    self.record(place, cursor, batch).await?;
                }
            }
            if self.spec.routes.transactional() && worth_committing(self.clock.now() - began) {
                sleep(BREATH).await;
            }
        }
        Ok(())
    }

    /// Calls the handler with these events at once.
    async fn try_together(
        &mut self,
        place: &Place<S::Cursor>,
        called: &[&Member<'_, S>],
    ) -> Flow<Tried<S>> {
        let Some(first) = called.first() else { return Ok(Ok(None)) };
        let delivery = first.item.delivery(place);
        if !self.spec.routes.transactional() {
            let called = attempt_all(&self.spec, &self.shared, called, None, delivery).await;
            return Ok(called.map(|()| None));
        }
        let (tx, slot) = lend::<S>(self.begin().await?);
        let outcome = attempt_all(&self.spec, &self.shared, called, Some(tx), delivery).await;
        match self.back(outcome, slot, first.route.handler).await {
            Ok(transaction) => Ok(Ok(Some(transaction))),
            Err(failed) if failed.lost => {
                self.care.refused(&positions(called), &failed.error);
                Err(Leave::Failed(failed.error))
            }
            Err(failed) => Ok(Err(failed)),
        }
    }

    /// Writes down that these events are handled, with the effects of a transactional handler.
    async fn handled(
        &mut self,
        place: &mut Place<S::Cursor>,
        transaction: Option<S::Transaction>,
        cursor: Option<S::Cursor>,
        called: &[&Member<'_, S>],
        mut batch: Batch,
    ) -> Flow<()> {
        called.iter().for_each(|member| batch.handled(member.route, member.item));
        let Some(transaction) = transaction else {
            if !called.is_empty() {
                self.circuit.answered();
            }
            let now = self.clock.now();
            called
                .iter()
                .for_each(|member| self.recent.add(member.stored().event.envelope.id, now));
            return self.record(place, cursor, batch).await;
        };
        batch.ran = positions(called);
        self.commit(place, transaction, cursor, batch).await
    }

    /// Some of several events are to blame: smaller parts are to be tried, unless it is what the handler talks to.
    fn search(
        &mut self,
        bisect: &mut Bisect,
        range: Range<usize>,
        called: &[&Member<'_, S>],
        failed: &Failed,
    ) -> Flow<()> {
        let indexes: Vec<usize> = called.iter().map(|member| member.index).collect();
        if let Some(place) = failed.unread {
            bisect.single_out(range, &indexes, place);
            return Ok(());
        }
        let first = called[0];
        if let Some(leave) = self.leave_for(first.stored(), failed) {
            return Err(leave);
        }
        tracing::warn!(
            handler = first.route.handler,
            events = called.len(),
            position = first.stored().position,
            error = failed.error.full(),
            "a batch failed, trying its halves"
        );
        bisect.halve(range, &indexes);
        Ok(())
    }

    /// Adds what becomes of the one event that is to blame, or says why it is not written down.
    fn give_one_up(
        &mut self,
        place: &Place<S::Cursor>,
        member: &Member<'_, S>,
        failed: &Failed,
        batch: &mut Batch,
        held: &mut HashSet<String>,
    ) -> Flow<()> {
        let Member { route, item, kind, .. } = *member;
        if let Some(leave) = self.leave_for(item.stored(), failed) {
            return Err(leave);
        }
        let fate = self.judge(place, route, item, &failed.error);
        batch.failed(route, (item, kind), fate, held);
        Ok(())
    }
}

/// Calls a handler of batches once.
async fn attempt_all<S: Log>(
    spec: &Spec<S>,
    shared: &Shared,
    called: &[&Member<'_, S>],
    tx: Option<Tx<S>>,
    delivery: Delivery,
) -> Result<(), Failed> {
    // Handlers that never wait must not keep the runtime's other tasks from running.
    tokio::task::coop::consume_budget().await;
    let route = called[0].route;
    let (handler, position) = (route.handler, called[0].stored().position);
    let limit = spec.timeout.saturating_mul(delivery.attempt);
    set_busy(shared, called);
    let span = tracing::info_span!("batch", handler, events = called.len(), position);
    let stored: Vec<&Stored> = called.iter().map(|member| member.stored()).collect();
    let context = Context::of_all(stored.iter().map(|stored| &stored.event.envelope));
    #[cfg(feature = "opentelemetry")]
    crate::span::follow(&span, &context, stored.iter().map(|stored| &stored.event.envelope));
    let began = Instant::now();
    let mut call = route.call_all(tx, stored, delivery);
    let ended = context.scope(timeout(limit, polled(&mut call))).instrument(span).await;
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(call)));
    set_free(shared, called);
    let first = (called[0].stored(), delivery.attempt);
    shared.took(route.event_type, first, began.elapsed());
    outcome(ended, dropped, handler, limit, |place, error| {
        let Member { route, item, .. } = called[place];
        Failed { unread: Some(place), ..unreadable(route.version, item.stored(), error) }
    })
}

fn set_busy<S: Log>(shared: &Shared, called: &[&Member<'_, S>]) {
    let mut busy = shared.busy();
    for Member { route, item, .. } in called {
        let stored = item.stored();
        let (handler, event_type, id) = (route.handler, route.event_type, stored.event.envelope.id);
        busy.insert(stored.position, Busy { handler, event_type, id });
    }
}

fn set_free<S: Log>(shared: &Shared, called: &[&Member<'_, S>]) {
    let mut busy = shared.busy();
    for member in called {
        busy.remove(&member.stored().position);
    }
}

fn positions<S: Log>(called: &[&Member<'_, S>]) -> Vec<i64> {
    called.iter().map(|member| member.stored().position).collect()
}
