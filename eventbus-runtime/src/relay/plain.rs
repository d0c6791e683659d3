//! Plain handlers: no transaction is open while one runs, and each event is delivered at least once.
//!
//! Several events of a page are handled at once, those of one key one after the other. What became of them is written
//! down in their order: the cursor moves up to the first that is not dealt with. After a crash the ones behind it are
//! delivered again.

use std::collections::{HashSet, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::sleep;

use crate::handler::Route;
use crate::plan::checkpoint::worth_writing;
use crate::plan::line::Line;
use crate::plan::order;
use crate::relay::attempt::{Failed, attempt};
use crate::relay::in_hand::{InHand, Item};
use crate::relay::place::Place;
use crate::relay::shared::Shared;
use crate::relay::step::Batch;
use crate::relay::wanted::{Wanted, wanted};
use crate::relay::worker::{Flow, Leave, Worker};
use crate::store::{Fate, Log};
use crate::subscribe::Spec;

/// How many events may wait for their rate limit.
const WAITING: usize = 256;

/// What a call came to.
type Called = (usize, Result<(), Failed>);

/// A call in progress.
type Call<'p> = Pin<Box<dyn Future<Output = Called> + Send + 'p>>;

/// What became of an event.
enum Outcome<'p, S: Log> {
    /// It is not for this subscription.
    Skipped,
    Handled(&'p Route<S>),
    /// It was handled before.
    Repeated(&'p Route<S>),
    Unknown,
    Parked(&'p str),
    Failed(&'p Route<S>, &'p str, Fate),
}

/// The work on a page, or on events in trouble.
struct Work<'p, S: Log> {
    spec: &'p Spec<S>,
    shared: &'p Shared,
    hand: &'p InHand<'p, S::Cursor>,
    held: HashSet<String>,
    line: Line,
    outcomes: Vec<Option<Outcome<'p, S>>>,
    calls: FuturesUnordered<Call<'p>>,
    waits: FuturesUnordered<Pin<Box<dyn Future<Output = usize> + Send>>>,
    /// Events whose turn has come, and whether the rate limit lets them go.
    ready: VecDeque<(usize, bool)>,
    next: usize,
    /// Up to where it is written down, and since when.
    written: usize,
    since: i64,
    /// Why no further event is begun.
    leave: Option<Leave>,
    /// Whether the cursor could not be written: nothing further is written in this work.
    lost: bool,
}

impl<S: Log> Worker<S> {
    /// Hands events over. What became of them is written down after each failure, now and then, and at the end.
    pub(super) async fn plain(
        &mut self,
        place: &mut Place<S::Cursor>,
        hand: &InHand<'_, S::Cursor>,
        held: HashSet<String>,
    ) -> Flow<()> {
        let (spec, shared) = (Arc::clone(&self.spec), Arc::clone(&self.shared));
        let mut work = Work::new(&spec, &shared, hand, held, self.clock.now());
        loop {
            let begun = self.begin_calls(place, &mut work).await;
            work.keep(begun);
            if work.leave.is_some() || self.stopping() {
                work.waits.clear();
            }
            tokio::select! {
                Some((index, called)) = work.calls.next() => {
                    let finished = self.finish(place, &mut work, index, called).await;
                    work.keep(finished);
                }
                Some(index) = work.waits.next() => work.ready.push_back((index, true)),
                () = self.stopped(), if !work.waits.is_empty() => {}
                else => break,
            }
        }
        self.write_down(place, &mut work).await?;
        work.leave.map_or(Ok(()), Err)
    }

    /// Begins as many calls as may run at once.
    async fn begin_calls<'p>(
        &mut self,
        place: &mut Place<S::Cursor>,
        work: &mut Work<'p, S>,
    ) -> Flow<()> {
        while work.calls.len() < work.spec.calls() && work.leave.is_none() && !self.stopping() {
            let (index, paid) = match work.ready.pop_front() {
                Some(ready) => ready,
                None if work.next < work.hand.items.len() && work.waits.len() < WAITING => {
                    work.next += 1;
                    if !work.enter(work.next - 1) {
                        continue;
                    }
                    (work.next - 1, false)
                }
                None => return Ok(()),
            };
            if !paid && self.has_to_wait(work, index) {
                continue;
            }
            let Some(mut call) = self.call(place, work, index).await else { continue };
            // Most handlers that only compute have ended when they are asked for the first time.
            match poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await {
                Poll::Ready((index, called)) => self.finish(place, work, index, called).await?,
                Poll::Pending => {
                    if !work.line.is_entered(index) {
                        work.line.enter(index, work.key(index).as_deref());
                    }
                    work.calls.push(call);
                }
            }
        }
        Ok(())
    }

    /// Whether the rate limit lets an event go later only; then it waits.
    fn has_to_wait(&mut self, work: &mut Work<'_, S>, index: usize) -> bool {
        let Some(buckets) = &self.buckets else { return false };
        let item = work.hand.items[index];
        if item.has_row() {
            return false;
        }
        let key = work.key(index);
        let wait = buckets.take(item.stored(), key.as_deref(), self.clock.elapsed());
        if wait.is_zero() {
            return false;
        }
        if !work.line.is_entered(index) {
            work.line.enter(index, key.as_deref());
        }
        work.waits.push(Box::pin(async move {
            sleep(wait).await;
            index
        }));
        true
    }

    /// The call of an event's handler; `None` where it needs none.
    async fn call<'p>(
        &mut self,
        place: &mut Place<S::Cursor>,
        work: &mut Work<'p, S>,
        index: usize,
    ) -> Option<Call<'p>> {
        let (spec, shared, item) = (work.spec, work.shared, work.hand.items[index]);
        let (stored, delivery) = (item.stored(), item.delivery(place));
        let (route, unfit) = match wanted(spec, shared, stored, delivery).await {
            Wanted::Yes(route) => (route, None),
            Wanted::Failed(route, failed) => (route, Some(failed)),
            Wanted::No => return work.pass(index, Outcome::Skipped),
            Wanted::Unknown => return work.pass(index, Outcome::Unknown),
        };
        if work.is_held(index) {
            return work.pass(index, Outcome::Parked(work.kind(index)));
        }
        if self.recent.contains(stored.event.envelope.id, self.clock.now()) {
            return work.pass(index, Outcome::Repeated(route));
        }
        Some(Box::pin(async move {
            let called = match unfit {
                Some(failed) => Err(failed),
                None => attempt(spec, shared, route, None, stored, delivery).await,
            };
            (index, called)
        }))
    }

    /// Takes in what a call came to.
    async fn finish<'p>(
        &mut self,
        place: &mut Place<S::Cursor>,
        work: &mut Work<'p, S>,
        index: usize,
        called: Result<(), Failed>,
    ) -> Flow<()> {
        let item = work.hand.items[index];
        let stored = item.stored();
        let route = work.spec.routes.find(&stored.event.envelope.event_type);
        let route = route.expect("it was called by its route");
        let failed = called.is_err();
        match called {
            Ok(()) => {
                self.circuit.answered();
                self.recent.add(stored.event.envelope.id, self.clock.now());
                work.settle(index, Outcome::Handled(route));
            }
            Err(failed) => match self.leave_for(stored, &failed) {
                Some(leave) => work.leave = work.leave.take().or(Some(leave)),
                None => {
                    let fate = self.judge(place, route, item, &failed.error);
                    let kind = work.kind(index);
                    let change = item.change(kind, self.spec.ordered, fate.clone());
                    order::hold(&change, &mut work.held);
                    work.settle(index, Outcome::Failed(route, kind, fate));
                }
            },
        }
        let millis = self.clock.now() - work.since;
        if failed || worth_writing(work.line.low() - work.written, millis) {
            self.write_down(place, work).await?;
        }
        Ok(())
    }

    /// Writes down what became of the events up to the first that is not dealt with.
    async fn write_down<'p>(
        &mut self,
        place: &mut Place<S::Cursor>,
        work: &mut Work<'p, S>,
    ) -> Flow<()> {
        let low = work.line.low();
        if low == work.written || work.lost {
            return Ok(());
        }
        let batch = work.batch(low);
        self.record(place, work.hand.after(low), batch).await?;
        (work.written, work.since) = (low, self.clock.now());
        Ok(())
    }
}

impl<'p, S: Log> Work<'p, S> {
    fn new(
        spec: &'p Spec<S>,
        shared: &'p Shared,
        hand: &'p InHand<'p, S::Cursor>,
        held: HashSet<String>,
        since: i64,
    ) -> Self {
        Self {
            spec,
            shared,
            hand,
            held,
            line: Line::new(hand.items.len()),
            outcomes: hand.items.iter().map(|_| None).collect(),
            calls: FuturesUnordered::new(),
            waits: FuturesUnordered::new(),
            ready: VecDeque::new(),
            next: 0,
            written: 0,
            since,
            leave: None,
            lost: false,
        }
    }

    /// Keeps the reason why something could not be written: the calls in progress go on to their end.
    fn keep(&mut self, done: Flow<()>) {
        if let Err(leave) = done {
            self.leave.get_or_insert(leave);
            self.lost = true;
        }
    }

    /// The kind of an event's aggregate.
    fn kind(&self, index: usize) -> &'p str {
        let (spec, item) = (self.spec, self.hand.items[index]);
        let event_type = &item.stored().event.envelope.event_type;
        match spec.routes.find(event_type) {
            Some(route) => spec.routes.kind(route, event_type),
            None => "",
        }
    }

    /// What orders an event; `None` where nothing does.
    fn key(&self, index: usize) -> Option<String> {
        self.hand.items[index].key(self.kind(index), self.spec.ordered)
    }

    /// Whether an event is not to wait behind another of its key. While nothing is being handled none is.
    fn enter(&mut self, index: usize) -> bool {
        let idle = self.calls.is_empty() && self.waits.is_empty() && self.ready.is_empty();
        idle || self.line.enter(index, self.key(index).as_deref())
    }

    /// Whether an earlier event of its key is in trouble.
    fn is_held(&self, index: usize) -> bool {
        let item = self.hand.items[index];
        !self.held.is_empty() && item.waits(self.kind(index), self.spec.ordered, &self.held)
    }

    /// An event is dealt with: the next one of its key has its turn.
    fn settle(&mut self, index: usize, outcome: Outcome<'p, S>) {
        self.outcomes[index] = Some(outcome);
        self.line.done(index);
        if self.line.is_entered(index) {
            let key = self.key(index);
            self.ready.extend(self.line.leave(key.as_deref()).map(|next| (next, false)));
        }
    }

    /// An event that needs no call is dealt with.
    fn pass<T>(&mut self, index: usize, outcome: Outcome<'p, S>) -> Option<T> {
        self.settle(index, outcome);
        None
    }

    /// What the events from the last one written down up to `low` leave behind.
    fn batch(&mut self, low: usize) -> Batch {
        let mut batch = Batch::of(self.spec.ordered);
        for index in self.written..low {
            let item: Item<'_> = self.hand.items[index];
            match self.outcomes[index].take() {
                None => {}
                Some(Outcome::Skipped) => batch.pass(item),
                Some(Outcome::Handled(route)) => batch.handled(route, item),
                Some(Outcome::Repeated(route)) => batch.repeated(route, item),
                Some(Outcome::Unknown) => batch.unknown(item.stored()),
                Some(Outcome::Parked(kind)) => batch.park(item, kind),
                Some(Outcome::Failed(route, kind, fate)) => {
                    batch.failed(route, (item, kind), fate, &mut HashSet::new());
                }
            }
        }
        batch
    }
}
