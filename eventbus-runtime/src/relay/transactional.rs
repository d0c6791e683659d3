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
use std::sync::Arc;

use tokio::time::{Instant, sleep, sleep_until};

use crate::plan::checkpoint::{BREATH, worth_committing};
use crate::plan::feed::Page;
use crate::plan::order::{self, Turn};
use crate::relay::attempt::Failed;
use crate::relay::page::after;
use crate::relay::place::Place;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Log, Stored};

/// How a run over events in one transaction ended.
enum Run<T> {
    /// The first `done` of them are dealt with: all, or fewer because time is up or because of a shutdown.
    Open { transaction: T, batch: Batch, done: usize },
    /// The one at `index` failed and the transaction is gone.
    Failed { index: usize, failed: Failed },
}

impl<S: Log> Worker<S> {
    /// Hands a page over in as few transactions as its failures allow.
    pub(super) async fn transactional(
        &mut self,
        place: &mut Place<S::Cursor>,
        page: &Page<S::Cursor>,
        mut held: HashSet<String>,
    ) -> Flow<()> {
        let (mut start, mut end) = (0, page.events.len());
        let mut known: Option<Failed> = None;
        let mut tab = Tab::default();
        while start < page.events.len() && !self.stopping() {
            let paid = self.paid_for(&page.events[..end], start, &mut tab).await;
            let transaction = self.begin().await?;
            match self.run_together(place, transaction, &page.events[start..paid], &held).await {
                Run::Failed { index, failed } if failed.lost => {
                    return Err(self.lost(&page.events[start + index], failed.error));
                }
                Run::Failed { index, failed } => (end, known) = (start + index, Some(failed)),
                Run::Open { transaction, mut batch, done } => {
                    let mut upto = start + done;
                    let cut_short = upto < end;
                    let failed = if cut_short { None } else { known.take() };
                    let mut leave = None;
                    if let Some(failed) = failed {
                        leave =
                            self.give_up(place, &page.events[end], &failed, &mut batch, &mut held);
                        upto += usize::from(leave.is_none());
                    }
                    if upto > start {
                        let cursor = after(page, upto);
                        self.commit(place, transaction, Some(cursor), batch).await?;
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
                        end = page.events.len();
                    }
                }
            }
        }
        Ok(())
    }

    /// Up to which of these events the rate limit lets handlers run now; waits where it lets none.
    pub(super) async fn paid_for(
        &mut self,
        events: &[Arc<Stored>],
        start: usize,
        tab: &mut Tab,
    ) -> usize {
        let Some(buckets) = &mut self.buckets else { return events.len() };
        loop {
            match tab.wait {
                Some(at) if tab.paid == start + 1 => {
                    tokio::select! {
                        _ = self.stop.wait_for(|stop| *stop) => {}
                        () = sleep_until(at) => {}
                    }
                    tab.wait = None;
                }
                Some(_) => return (tab.paid - 1).min(events.len()),
                None => {}
            }
            let Some(stored) = events.get(tab.paid) else { return events.len() };
            let event_type = &stored.event.envelope.event_type;
            let route = self.spec.routes.find(event_type);
            let kind = route.map_or("", |route| self.spec.routes.kind(route, event_type));
            let key = order::key(&stored.event.envelope, kind);
            let wait = buckets.take(stored, key.as_deref(), self.clock.elapsed());
            tab.paid += 1;
            tab.wait = (!wait.is_zero()).then(|| Instant::now() + wait);
        }
    }

    /// Runs handlers in one transaction until one fails, they have worked long enough, or the subscription is stopped.
    async fn run_together(
        &self,
        place: &Place<S::Cursor>,
        mut transaction: S::Transaction,
        events: &[Arc<Stored>],
        held: &HashSet<String>,
    ) -> Run<S::Transaction> {
        let (mut batch, began) = (Batch::of(self.spec.ordered), place.clock.now());
        for (index, stored) in events.iter().enumerate() {
            let enough = self.stopping() || worth_committing(place.clock.now() - began);
            if index > 0 && enough {
                return Run::Open { transaction, batch, done: index };
            }
            let delivery = place.delivery(stored);
            let (route, unfit) = match wanted(&self.spec, &self.shared, stored, delivery).await {
                Wanted::Yes(route) => (route, None),
                Wanted::Failed(route, failed) => (route, Some(failed)),
                Wanted::No => continue,
                Wanted::Unknown => {
                    batch.unknown(stored);
                    continue;
                }
            };
            let kind = self.spec.routes.kind(route, &stored.event.envelope.event_type);
            if self.spec.ordered && order::turn(stored, kind, held) == Turn::Park {
                batch.park(stored, kind);
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
            batch.handled(route);
            batch.ran.push(stored.position);
        }
        Run::Open { transaction, batch, done: events.len() }
    }

    /// Adds what becomes of a failed event to the step that commits its predecessors, or says why it is not written down.
    fn give_up(
        &mut self,
        place: &Place<S::Cursor>,
        stored: &Stored,
        failed: &Failed,
        batch: &mut Batch,
        held: &mut HashSet<String>,
    ) -> Option<Leave> {
        if !batch.ran.is_empty() {
            self.circuit.answered();
        }
        if let Some(leave) = self.leave_for(stored, failed) {
            return Some(leave);
        }
        let event_type = &stored.event.envelope.event_type;
        let route = self.spec.routes.find(event_type)?;
        let kind = self.spec.routes.kind(route, event_type);
        let fate = self.judge(place, route, stored, 1, &failed.error);
        batch.failed(route, (stored, kind), fate, held);
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
