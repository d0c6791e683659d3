//! Lanes: transactional handlers that work at once in one process.
//!
//! Handlers of a page share its transaction, so that there is nothing to do at once within it. Several transactions need
//! several pages, of different shards, and whoever works on shards of its own is a replica. So a lane is one, beside others
//! of its process: what holds between replicas holds between lanes, and there is no second kind of ownership. They share
//! the rate limit, which is a process's.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;

use crate::bus::EventBus;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::filter::TypeSet;
use crate::plan::limit::SharedBuckets;
use crate::relay::feed::Seat;
use crate::relay::replay::Part;
use crate::relay::shared::{Shared, State};
use crate::relay::stats::Stats;
use crate::relay::worker::Worker;
use crate::store::{Capability, Log};
use crate::subscribe::Spec;

/// In how many lanes a subscription works: in one where the database lets one transaction write at a time.
///
/// Each lane has a transaction open while its handler works. One connection more reads the log and renews the leases.
pub(super) fn count<S: Log>(store: &S, spec: &Spec<S>) -> Result<usize> {
    let (lanes, name) = (spec.lanes(), &spec.name);
    if lanes == 1 {
        return Ok(1);
    }
    if !store.capabilities().contains(&Capability::SeveralWriters) {
        tracing::warn!(
            subscription = name,
            "{} has one writer at a time: transactional handlers work in turns, whatever `concurrency` says",
            S::NAME
        );
        return Ok(1);
    }
    match store.connections() {
        Some(most) if most <= lanes => {
            let message = format!(
                "subscription `{name}`: `concurrency({lanes})` of transactional handlers needs {} connections, and the \
                 pool has {most} at most: make the pool larger, or ask for less",
                lanes + 1
            );
            Err(Error::new(ErrorKind::Configuration, message))
        }
        _ => Ok(lanes),
    }
}

/// The workers of the lanes. The first one tells of the others before it takes its share.
pub(super) fn workers<S: Log>(
    bus: &EventBus<S>,
    spec: &Arc<Spec<S>>,
    part: Option<&Part<S::Cursor>>,
    lanes: usize,
) -> Vec<Worker<S>> {
    let common = (spec.limit.map(SharedBuckets::new), Clock::new());
    let worker = |_| {
        let ledger = bus.hub.books().open(&bus.store, &spec.name, part.is_some());
        let shared = Shared::new(&spec.name, spec.routes.types()).counting(ledger);
        let shared = Arc::new(match part {
            Some(part) => shared.replaying(part.selection.clone()),
            None => shared,
        });
        let seat = Seat::new(bus.hub.feed(), shared.types.clone());
        let mut worker =
            Worker::new(bus.store.clone(), Arc::clone(spec), (shared, seat), common.clone());
        worker.upto = part.map(|part| part.upto.clone());
        worker.past = part.and_then(|part| part.past.clone());
        worker
    };
    let mut workers: Vec<Worker<S>> = (0..lanes).map(worker).collect();
    if let Some((first, others)) = workers.split_first_mut() {
        first.others = others.iter().map(|worker| worker.replica.clone()).collect();
    }
    workers
}

/// What they are doing: what keeps one from its work before what the others do.
pub(super) fn state(lanes: &[Arc<Shared>]) -> State {
    let states = || lanes.iter().map(|shared| shared.state());
    let of_weight = [
        State::Stalled,
        State::Suspended,
        State::Running,
        State::Paused,
        State::Outdated,
        State::Waiting,
    ];
    of_weight
        .into_iter()
        .find(|state| states().any(|other| other == *state))
        .unwrap_or(State::Ended)
}

/// What they did.
pub(super) fn stats(lanes: &[Arc<Shared>]) -> Stats {
    let mut all = Stats::default();
    lanes.iter().for_each(|shared| all.merge(&shared.stats()));
    all
}

/// Resolves when each of them found everything settled.
pub(super) async fn settled(lanes: &[Arc<Shared>]) -> Result<()> {
    try_join_all(lanes.iter().map(|shared| shared.settled())).await.map(|_| ())
}

/// What runs under one name in this process, as health sees it. There is one at least.
pub(crate) struct Lanes(pub(super) Vec<Arc<Shared>>);

impl Lanes {
    pub(crate) fn types(&self) -> &TypeSet {
        &self.0[0].types
    }

    pub(crate) fn state(&self) -> State {
        state(&self.0)
    }

    pub(crate) fn stalled(&self) -> Option<Error> {
        self.0.iter().find_map(|shared| shared.stalled())
    }

    pub(crate) fn is_stopping(&self) -> bool {
        self.0.iter().all(|shared| shared.is_stopping())
    }

    /// What a handler is at work on.
    pub(crate) fn busy(&self) -> Option<String> {
        let at_work = self.0.iter().find(|shared| !shared.busy().is_empty())?;
        Some(at_work.describe())
    }

    /// How long none of them moved.
    pub(crate) fn idle(&self) -> Duration {
        self.0.iter().map(|shared| shared.idle()).min().unwrap_or_default()
    }
}
