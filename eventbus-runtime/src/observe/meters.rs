//! Counting where things happen.
//!
//! A subscription keeps a handle of each metric of each type that it met, so that nothing is allocated for labels
//! afterwards. A handle belongs to the recorder that was there when it was made: a recorder that is installed later is told
//! nothing of that type.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
#[cfg(feature = "relay")]
use std::time::Duration;

use metrics::{Counter, counter};
#[cfg(feature = "relay")]
use metrics::{Histogram, histogram};
#[cfg(feature = "relay")]
use uuid::Uuid;

#[cfg(feature = "relay")]
use crate::clock;
#[cfg(feature = "relay")]
use crate::observe::age;
use crate::observe::table::name;
#[cfg(feature = "relay")]
use crate::relay::{Counts, Stats};
#[cfg(feature = "relay")]
use crate::store::Fate;
use crate::store::{Duplicates, NewEvent};

/// How many types an emitter has metrics of: whoever emits raw events can invent names, and each is kept.
const MOST_TYPES: usize = 1_000;

/// The label of the types beyond these.
const OTHERS: &str = "other";

/// Those of the emits of a bus, by type.
#[derive(Debug, Default)]
pub(crate) struct Emitted(Mutex<HashMap<String, Inserts>>);

#[derive(Debug)]
struct Inserts {
    emitted: Counter,
    duplicates: Counter,
}

impl Emitted {
    /// Counts events that were inserted, and those that were not because their key was taken.
    pub(crate) fn count(&self, events: &[NewEvent], duplicates: &Duplicates) {
        let mut types = lock(&self.0);
        let mut index = 0;
        for run in events.chunk_by(|one, next| type_of(one) == type_of(next)) {
            let taken = duplicates.range(index..index + run.len()).count();
            index += run.len();
            let inserts = Self::of(&mut types, type_of(&run[0]));
            inserts.emitted.increment(whole(run.len() - taken));
            if taken > 0 {
                inserts.duplicates.increment(whole(taken));
            }
        }
    }

    fn of<'t>(types: &'t mut HashMap<String, Inserts>, event_type: &str) -> &'t Inserts {
        let is_new = !types.contains_key(event_type);
        let event_type = if is_new && types.len() >= MOST_TYPES { OTHERS } else { event_type };
        if !types.contains_key(event_type) {
            let label = event_type.to_owned();
            let inserts = Inserts {
                emitted: counter!(name::EMITTED, "event_type" => label.clone()),
                duplicates: counter!(name::EMIT_DUPLICATES, "event_type" => label.clone()),
            };
            types.insert(label, inserts);
        }
        &types[event_type]
    }
}

fn type_of(new: &NewEvent) -> &str {
    &new.event.envelope.event_type
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Those of one subscription.
#[cfg(feature = "relay")]
#[derive(Debug)]
pub(crate) struct Meters {
    subscription: String,
    unknown: Counter,
    missed: Counter,
    by_type: Mutex<HashMap<&'static str, OfType>>,
}

#[cfg(feature = "relay")]
#[derive(Debug)]
struct OfType {
    processed: Counter,
    duplicates: Counter,
    retries: Counter,
    dead: Counter,
    latency: Histogram,
    duration: Histogram,
}

/// When the events of a step were emitted that it handled.
#[cfg(feature = "relay")]
#[derive(Debug, Default)]
pub(crate) struct Tally(Vec<(&'static str, Uuid)>);

#[cfg(feature = "relay")]
impl Meters {
    pub(crate) fn new(subscription: &str) -> Self {
        let label = || subscription.to_owned();
        Self {
            subscription: label(),
            unknown: counter!(name::UNKNOWN, "subscription" => label()),
            missed: counter!(name::MISSED, "subscription" => label()),
            by_type: Mutex::default(),
        }
    }

    /// Counts what a committed step brought.
    pub(crate) fn step(&self, stats: &Stats, tally: &Tally) {
        for (event_type, counts) in &stats.by_type {
            self.with(event_type, |of| of.count(*counts));
        }
        if stats.total.unknown > 0 {
            self.unknown.increment(stats.total.unknown);
        }
        let now = clock::now();
        for run in tally.0.chunk_by(|one, next| one.0 == next.0) {
            self.with(run[0].0, |of| run.iter().for_each(|(_, id)| of.arrived(*id, now)));
        }
    }

    /// Counts one event's fate, where it is no part of a step.
    pub(crate) fn event(&self, event_type: &'static str, fate: &Fate, id: Uuid) {
        self.with(event_type, |of| match fate {
            Fate::Handled => {
                of.processed.increment(1);
                of.arrived(id, clock::now());
            }
            Fate::Retrying { .. } => of.retries.increment(1),
            Fate::Dead { .. } => of.dead.increment(1),
            Fate::Parked => {}
        });
    }

    pub(crate) fn unknown(&self) {
        self.unknown.increment(1);
    }

    pub(crate) fn missed(&self, missed: u64) {
        self.missed.increment(missed);
    }

    /// A call of the handler of this type ended.
    pub(crate) fn took(&self, event_type: &'static str, took: Duration) {
        self.with(event_type, |of| of.duration.record(took));
    }

    /// Counts with the handles of a type, which are made when it is met for the first time.
    fn with(&self, event_type: &'static str, count: impl FnOnce(&OfType)) {
        let mut types = lock(&self.by_type);
        let of_type = types.entry(event_type);
        count(of_type.or_insert_with(|| OfType::new(&self.subscription, event_type)));
    }
}

#[cfg(feature = "relay")]
impl OfType {
    fn new(subscription: &str, event_type: &'static str) -> Self {
        let labels =
            [("subscription", subscription.to_owned()), ("event_type", event_type.to_owned())];
        Self {
            processed: counter!(name::PROCESSED, &labels),
            duplicates: counter!(name::DUPLICATES_SKIPPED, &labels),
            retries: counter!(name::RETRIES, &labels),
            dead: counter!(name::DEAD_LETTERED, &labels),
            latency: histogram!(name::DELIVERY_LATENCY, &labels),
            duration: histogram!(name::HANDLER_DURATION, &labels),
        }
    }

    fn count(&self, counts: Counts) {
        let pairs = [
            (&self.processed, counts.handled),
            (&self.duplicates, counts.duplicates),
            (&self.retries, counts.retried),
            (&self.dead, counts.dead),
        ];
        for (counter, count) in pairs.into_iter().filter(|(_, count)| *count > 0) {
            counter.increment(count);
        }
    }

    /// An event was handled, and that was committed now.
    fn arrived(&self, id: Uuid, now: i64) {
        if let Some(age) = age(id, now) {
            self.latency.record(age);
        }
    }
}

#[cfg(feature = "relay")]
impl Tally {
    pub(crate) fn add(&mut self, event_type: &'static str, id: Uuid) {
        self.0.push((event_type, id));
    }
}
