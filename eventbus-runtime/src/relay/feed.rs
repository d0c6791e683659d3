//! What the subscriptions of a bus read together: the shell around [`plan::feed`](crate::plan::feed).
//!
//! Of those who ask for the events after one place, one reads and the others wait for it. Where it failed or was cut off,
//! each of them reads for itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::clock::Clock;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::plan::feed::{self, Ask, Kept, Page, Reading, Taken};
use crate::store::{Cursor, Log, Shards, Tracks, Wanted};

/// The feed of one bus.
pub(crate) struct Feed<C> {
    state: Mutex<State<C>>,
    clock: Clock,
}

struct State<C> {
    plan: feed::Feed<C>,
    flights: Vec<Flight<C>>,
}

/// A read in progress.
struct Flight<C> {
    number: u64,
    start: C,
    landed: Landed<C>,
}

/// What a read brought; closed without it where that failed.
type Landed<C> = watch::Receiver<Option<Kept<C>>>;

/// Lets those go on who wait for a read, in whatever way it ends.
struct Landing<'a, C> {
    feed: &'a Feed<C>,
    number: u64,
    landed: watch::Sender<Option<Kept<C>>>,
}

/// What is done to answer a question.
enum Turn<'a, C> {
    Take(Taken<C>),
    Wait(Landed<C>),
    Read(Landing<'a, C>, Reading<C>),
}

/// A subscription's part in a feed.
pub(super) struct Seat<C: Cursor> {
    feed: Arc<Feed<C>>,
    number: u64,
    /// How many reads had begun when there last was a reason to look.
    since: u64,
    /// What that was, if there was no rest after it.
    reason: Option<(u64, u64)>,
}

impl<C> Default for Feed<C> {
    fn default() -> Self {
        let state = State { plan: feed::Feed::default(), flights: Vec::new() };
        Self { state: Mutex::new(state), clock: Clock::new() }
    }
}

impl<C> Feed<C> {
    fn state(&self) -> MutexGuard<'_, State<C>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Drop for Landing<'_, C> {
    fn drop(&mut self) {
        self.feed.state().flights.retain(|flight| flight.number != self.number);
    }
}

impl<C: Cursor> Seat<C> {
    /// A seat for a subscription that reads these types.
    pub(super) fn new(feed: Arc<Feed<C>>, types: TypeSet) -> Self {
        let mut state = feed.state();
        let (number, since) = (state.plan.sit(types), state.plan.reads());
        drop(state);
        Self { feed, number, since, reason: None }
    }

    /// A rest begins: what was read up to its end is not current any more.
    pub(super) const fn rest(&mut self) {
        self.reason = None;
    }

    /// A round begins. The number of wake-ups and of questions so far say whether there is a new reason to look.
    pub(super) fn look(&mut self, calls: u64, asked: u64) {
        if self.reason != Some((calls, asked)) {
            self.reason = Some((calls, asked));
            self.since = self.feed.state().plan.reads();
        }
    }

    /// The store failed: what was read before does not count any more, for nobody.
    pub(super) fn forget(&self) {
        self.feed.state().plan.forget();
    }

    /// The events after a place, `limit` at most.
    pub(super) async fn page<S: Log<Cursor = C>>(
        &self,
        store: &S,
        place: &C,
        (shards, limit): (&Shards, usize),
    ) -> Result<Page<C>> {
        let now = self.feed.clock.now();
        let ask = Ask { seat: self.number, place, shards, limit, since: self.since, now };
        let mut alone = false;
        loop {
            match self.turn(&ask, alone) {
                Turn::Take(taken) => {
                    // Pages that are all there must not keep the runtime's other tasks from running.
                    tokio::task::coop::consume_budget().await;
                    return Ok(taken.cut(shards, limit));
                }
                Turn::Wait(mut landed) => {
                    let landed = landed.wait_for(Option::is_some).await;
                    let kept = landed.ok().and_then(|kept| kept.clone());
                    alone = kept.is_none();
                    let taken = kept.and_then(|kept| self.feed.state().plan.share(&ask, kept));
                    if let Some(taken) = taken {
                        return Ok(taken.cut(shards, limit));
                    }
                }
                Turn::Read(landing, reading) => {
                    return self.read(store, &ask, landing, reading).await;
                }
            }
        }
    }

    fn turn(&self, ask: &Ask<'_, C>, alone: bool) -> Turn<'_, C> {
        let mut state = self.feed.state();
        if let Some(taken) = state.plan.take(ask) {
            return Turn::Take(taken);
        }
        let flight = state.flights.iter().find(|flight| !alone && flight.start == *ask.place);
        if let Some(flight) = flight {
            return Turn::Wait(flight.landed.clone());
        }
        let reading = state.plan.begin(ask);
        let (number, start) = (reading.number, ask.place.clone());
        let (sender, landed) = watch::channel(None);
        state.flights.push(Flight { number, start, landed });
        Turn::Read(Landing { feed: &self.feed, number, landed: sender }, reading)
    }

    async fn read<S: Log<Cursor = C>>(
        &self,
        store: &S,
        ask: &Ask<'_, C>,
        landing: Landing<'_, C>,
        reading: Reading<C>,
    ) -> Result<Page<C>> {
        let Reading { types, shards, limit, upto, .. } = &reading;
        let tracks = &Tracks::all();
        let wanted = Wanted { types, shards, tracks, limit: *limit, upto: upto.as_ref() };
        let page = store.page(ask.place, &wanted).await.inspect_err(|_| self.forget())?;
        let taken = {
            let mut state = self.feed.state();
            let kept = state.plan.land(ask, reading, page);
            // Who comes from now on finds it where it is kept.
            state.flights.retain(|flight| flight.number != landing.number);
            if landing.landed.receiver_count() > 0 {
                landing.landed.send_replace(Some(kept.clone()));
            }
            state.plan.own(ask, kept)
        };
        Ok(taken.cut(ask.shards, ask.limit))
    }
}

impl<C: Cursor> Drop for Seat<C> {
    fn drop(&mut self) {
        self.feed.state().plan.rise(self.number);
    }
}
