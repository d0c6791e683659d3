//! Transactional handlers: a page is one transaction, and effects happen once.
//!
//! When the handler of event 3 fails, what it and its predecessors wrote is rolled back together. The events before it
//! are run again in a new transaction, and that one commits their effects, the row of event 3 and the cursor behind it.
//! So a handler may be *invoked* twice, but only one of its runs is ever committed.
//!
//! Where handlers are slow, a page is several transactions, one after the other.
//!
//! ```text
//! begin  1 2 3✗            rolled back, 3 is known to fail
//! begin  1 2   commit      with: 3 is retrying, cursor after 3
//! begin        4 5 …       siblings of 3 are parked, the others run
//! ```

use std::collections::HashSet;

use tokio::time::{Instant, sleep, sleep_until};

use crate::plan::checkpoint::{BREATH, worth_committing};
use crate::relay::attempt::Failed;
use crate::relay::in_hand::{InHand, Item};
use crate::relay::place::Place;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::Log;

/// How a run over events in one transaction ended.
enum Run<T> {
    /// The first `done` of them are dealt with: all, or fewer because time is up or because of a shutdown.
    Open { transaction: T, batch: Batch, done: usize },
    /// The one at `index` failed and the transaction is gone.
    Failed { index: usize, failed: Failed },
}

impl<S: Log> Worker<S> {
    /// Hands events over in as few transactions as their failures allow.
    pub(super) async fn transactional(
        &mut self,
        place: &mut Place<S::Cursor>,
        hand: &InHand<'_, S::Cursor>,
        mut held: HashSet<String>,
    ) -> Flow<()> {
        let items = &*hand.items;
        let (mut start, mut end) = (0, items.len());
        let mut known: Option<Failed> = None;
        let mut tab = Tab::default();
        while start < items.len() && !self.stopping() {
            let paid = self.paid_for(&items[..end], start, &mut tab).await;
            let transaction = self.begin().await?;
            match self.run_together(place, transaction, &items[start..paid], &held).await {
                Run::Failed { index, failed } if failed.lost => {
                    return Err(self.lost(items[start + index].stored(), failed.error));
                }
                Run::Failed { index, failed } => (end, known) = (start + index, Some(failed)),
                Run::Open { transaction, mut batch, done } => {
                    let mut upto = start + done;
                    let cut_short = upto < end;
                    let failed = if cut_short { None } else { known.take() };
                    let mut leave = None;
                    if let Some(failed) = failed {
                        leave = self.give_up(place, items[end], &failed, &mut batch, &mut held);
                        upto += usize::from(leave.is_none());
                    }
                    let cursor = (upto > start).then(|| hand.after(upto)).flatten();
                    if cursor.is_some() || !batch.is_empty() {
                        self.commit(place, transaction, cursor, batch).await?;
                    } else {
                        self.roll_back(transaction).await;
                    }
                    if let Some(leave) = leave {
                        return Err(leave);
                    }
                    start = upto;
                    if cut_short {
                        sleep(BREATH).await;
                    } else {
                        end = items.len();
                    }
                }
            }
        }
        Ok(())
    }

    /// Up to which of these events the rate limit lets handlers run now; waits where it lets none.
    pub(super) async fn paid_for(
        &mut self,
        items: &[Item<'_>],
        start: usize,
        tab: &mut Tab,
    ) -> usize {
        let Some(buckets) = &self.buckets else { return items.len() };
        loop {
            match tab.wait {
                Some(at) if tab.paid == start + 1 => {
                    tokio::select! {
                        _ = self.stop.wait_for(|stop| *stop) => {}
                        () = sleep_until(at) => {}
                    }
                    tab.wait = None;
                }
                Some(_) => return (tab.paid - 1).min(items.len()),
                None => {}
            }
            let Some(item) = items.get(tab.paid) else { return items.len() };
            let stored = item.stored();
            let event_type = &stored.event.envelope.event_type;
            let route = self.spec.routes.find(event_type);
            let kind = route.map_or("", |route| self.spec.routes.kind(route, event_type));
            tab.paid += 1;
            if item.has_row() {
                continue;
            }
            let key = item.key(kind, true);
            let wait = buckets.take(stored, key.as_deref(), self.clock.elapsed());
            tab.wait = (!wait.is_zero()).then(|| Instant::now() + wait);
        }
    }

    /// Runs handlers in one transaction until one fails, they have worked long enough, or the subscription is stopped.
    async fn run_together(
        &self,
        place: &Place<S::Cursor>,
        mut transaction: S::Transaction,
        items: &[Item<'_>],
        held: &HashSet<String>,
    ) -> Run<S::Transaction> {
        let (mut batch, began) = (Batch::of(self.spec.ordered), place.clock.now());
        for (index, &item) in items.iter().enumerate() {
            let stored = item.stored();
            let enough = self.stopping() || worth_committing(place.clock.now() - began);
            if index > 0 && enough {
                return Run::Open { transaction, batch, done: index };
            }
            let delivery = item.delivery(place);
            let (route, unfit) = match wanted(&self.spec, &self.shared, stored, delivery).await {
                Wanted::Yes(route) => (route, None),
                Wanted::Failed(route, failed) => (route, Some(failed)),
                Wanted::No => {
                    batch.pass(item);
                    continue;
                }
                Wanted::Unknown => {
                    batch.unknown(stored);
                    continue;
                }
            };
            let kind = self.spec.routes.kind(route, &stored.event.envelope.event_type);
            if item.waits(kind, self.spec.ordered, held) {
                batch.park(item, kind);
                continue;
            }
            let blamed = || self.care.blames(stored.position).map(Failed::from);
            if let Some(failed) = unfit.or_else(blamed) {
                self.roll_back(transaction).await;
                return Run::Failed { index, failed };
            }
            transaction = match self.lent(transaction, route, stored, delivery).await {
                Ok(transaction) => transaction,
                Err(failed) => return Run::Failed { index, failed },
            };
            batch.handled(route, item);
            batch.ran.push(stored.position);
        }
        Run::Open { transaction, batch, done: items.len() }
    }

    /// Adds what becomes of a failed event to the step that commits its predecessors, or says why it is not written down.
    fn give_up(
        &mut self,
        place: &Place<S::Cursor>,
        item: Item<'_>,
        failed: &Failed,
        batch: &mut Batch,
        held: &mut HashSet<String>,
    ) -> Option<Leave> {
        if !batch.ran.is_empty() {
            self.circuit.answered();
        }
        let stored = item.stored();
        if let Some(leave) = self.leave_for(stored, failed) {
            return Some(leave);
        }
        let event_type = &stored.event.envelope.event_type;
        let route = self.spec.routes.find(event_type)?;
        let kind = self.spec.routes.kind(route, event_type);
        let fate = self.judge(place, route, item, &failed.error);
        batch.failed(route, (item, kind), fate, held);
        None
    }
}

/// What the rate limit was asked for.
#[derive(Default)]
pub(super) struct Tab {
    /// How many events of the page have a token, the last of them perhaps one of later.
    paid: usize,
    /// When that one may be used.
    wait: Option<Instant>,
}
