//! What a subscription did in this process.

use std::collections::BTreeMap;

use crate::store::Fate;

/// How many events came to which end in this process since the subscription was started.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Over all event types.
    pub total: Counts,
    /// By event type; a type of which nothing came is absent, and so are unknown ones.
    pub by_type: BTreeMap<&'static str, Counts>,
}

/// Counts of events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Events that were handled, each once.
    pub handled: u64,
    /// Deliveries that were found to be repeated: by the handler ([`ErrorKind::DuplicateEvent`](crate::ErrorKind), counted
    /// as handled, too), or because this process remembered the event.
    pub duplicates: u64,
    /// Failed attempts after which the event is tried again.
    pub retried: u64,
    /// Events that went to the dead letters.
    pub dead: u64,
    /// Events of a type that belongs to a handler's family and that this code does not know: they are skipped.
    pub unknown: u64,
    /// Events that an ephemeral subscription dropped unread, because its handlers were too slow.
    pub missed: u64,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.handled += other.handled;
        self.duplicates += other.duplicates;
        self.retried += other.retried;
        self.dead += other.dead;
        self.unknown += other.unknown;
        self.missed += other.missed;
    }
}

impl Stats {
    /// Counts one event's fate.
    pub(super) fn count(&mut self, event_type: &'static str, fate: &Fate) {
        let one = match fate {
            Fate::Handled => Counts { handled: 1, ..Counts::default() },
            Fate::Retrying { .. } => Counts { retried: 1, ..Counts::default() },
            Fate::Dead { .. } => Counts { dead: 1, ..Counts::default() },
            Fate::Parked => return,
        };
        self.total.add(one);
        self.by_type.entry(event_type).or_default().add(one);
    }

    /// Counts a delivery that was found to be repeated.
    pub(super) fn count_duplicate(&mut self, event_type: &'static str) {
        let one = Counts { duplicates: 1, ..Counts::default() };
        self.total.add(one);
        self.by_type.entry(event_type).or_default().add(one);
    }

    /// Counts an event that was skipped because nothing here knows its type.
    pub(super) fn count_unknown(&mut self) {
        self.total.add(Counts { unknown: 1, ..Counts::default() });
    }

    /// Counts events that were dropped unread.
    pub(super) fn count_missed(&mut self, missed: u64) {
        self.total.add(Counts { missed, ..Counts::default() });
    }

    /// Adds what a committed step brought.
    pub(super) fn merge(&mut self, other: &Self) {
        self.total.add(other.total);
        for (event_type, counts) in &other.by_type {
            self.by_type.entry(event_type).or_default().add(*counts);
        }
    }
}
