//! Replays in memory.

use crate::error::{Error, ErrorKind, Result};
use crate::store::{Registration, ReplayRow, Selection, Shards, Tallies, Tally};
use crate::testing::memory::state::{MemoryCursor, State};

impl State {
    pub(super) fn survey(
        &self,
        (from, upto): (MemoryCursor, MemoryCursor),
        shards: &Shards,
        selection: &Selection,
    ) -> Tallies {
        let mut tallies = Tallies::new();
        for stored in &self.log {
            let position = stored.position;
            let inside = from.0 < position && position <= upto.0 && shards.contains(stored.slot);
            if inside && selection.matches(stored) {
                let one = Tally::of(stored);
                let name = stored.event.envelope.event_type.clone();
                tallies.entry(name).and_modify(|tally| *tally = tally.and(one)).or_insert(one);
            }
        }
        tallies
    }

    pub(super) fn begin_replay(
        &mut self,
        registration: &Registration,
        from: MemoryCursor,
        row: &ReplayRow<MemoryCursor>,
    ) -> Result<ReplayRow<MemoryCursor>> {
        let name = &registration.subscription;
        if !self.subscriptions.contains_key(name) {
            self.make(registration, from, Some(row.clone()));
        }
        self.replay(name)
            .ok_or_else(|| Error::new(ErrorKind::Configuration, format!("`{name}` is no replay")))
    }

    pub(super) fn replay(&self, subscription: &str) -> Option<ReplayRow<MemoryCursor>> {
        self.subscriptions.get(subscription)?.replay.clone()
    }

    pub(super) fn end_replay(&mut self, subscription: &str) -> bool {
        let found = self.subscriptions.get(subscription);
        let ends = found.is_some_and(|subscription| subscription.rows.is_empty());
        ends && self.subscriptions.remove(subscription).is_some()
    }
}
