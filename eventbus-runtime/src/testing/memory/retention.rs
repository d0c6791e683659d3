//! Retention in memory.

use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::error::Result;
use crate::store::{
    Dropped, Hold, Holder, Ledger, Old, Retention, Settled, Stored, farthest_behind, first_id,
    let_go,
};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::State;

impl Retention for MemoryStore {
    async fn settle(&self) -> Result<Settled> {
        Ok(Settled { upto: self.state().newest(), waits: false })
    }

    async fn holds(&self) -> Result<Vec<Hold>> {
        Ok(self.state().holds())
    }

    async fn first_since(&self, time: SystemTime) -> Result<Option<i64>> {
        let (state, since) = (self.state(), first_id(time));
        let first = state.log.iter().find(|stored| {
            let id = stored.event.envelope.id;
            id.max(state.agenda.as_old(id)) >= since
        });
        Ok(first.map(|stored| stored.position))
    }

    async fn settled(&self, after: i64, upto: i64, limit: usize) -> Result<Vec<Old>> {
        let state = self.state();
        let events =
            state.log.iter().filter(|stored| (after + 1..=upto).contains(&stored.position));
        let old = |stored: &Stored| Old {
            stored: stored.clone(),
            moved_at: state.agenda.moved_at(stored.event.envelope.id),
        };
        Ok(events.take(limit).map(old).collect())
    }

    async fn count(&self, upto: i64) -> Result<u64> {
        let count = self.state().log.partition_point(|stored| stored.position <= upto);
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn drop_events(&self, upto: i64, limit: usize) -> Result<Dropped> {
        Ok(self.state().drop_events(upto, limit))
    }

    async fn remove_unseen(&self, subscription: &str, unseen: Duration) -> Result<bool> {
        let mut state = self.state();
        let now = state.clock.now();
        let is_unseen = state.subscriptions.get(subscription).is_some_and(|found| {
            u128::try_from(now - found.seen_at).is_ok_and(|since| since > unseen.as_millis())
        });
        Ok(is_unseen && state.subscriptions.remove(subscription).is_some())
    }

    async fn note_hold(&self, held_by: Option<&str>) -> Result<()> {
        let mut state = self.state();
        let now = state.clock.now();
        let past = &mut state.past;
        past.held = held_by.map(|holder| {
            let since = past.held.as_ref().filter(|(former, _)| former == holder);
            (holder.to_owned(), since.map_or(now, |(_, since)| *since))
        });
        Ok(())
    }
}

impl State {
    pub(super) fn ledger(&mut self) -> Ledger {
        if self.past.log.is_nil() {
            self.past.log = Uuid::now_v7();
        }
        self.past.clone()
    }

    /// Puts an event back that was dropped.
    pub(super) fn restore(&mut self, Old { stored, moved_at }: Old) {
        self.agenda.remember(stored.event.envelope.id, moved_at);
        let place = self.log.binary_search_by_key(&stored.position, |stored| stored.position);
        if let Err(place) = place {
            self.log.insert(place, stored);
        }
    }

    fn holds(&self) -> Vec<Hold> {
        let now = self.clock.now();
        let mut holds = Vec::new();
        for (name, found) in &self.subscriptions {
            let (subscription, unseen) = (name.clone(), now - found.seen_at);
            let cursors = found.shards.iter().flat_map(|shard| {
                let cursors = std::iter::once(shard.cursor).chain(shard.detours.values().copied());
                cursors.map(move |cursor| (cursor, shard))
            });
            holds.extend(cursors.min_by_key(|(cursor, _)| *cursor).map(|(cursor, shard)| {
                let subscription = subscription.clone();
                let (number, paused) = (shard.held.shard, found.paused);
                Hold::of(Holder::Shard { subscription, shard: number, paused }, cursor.0, unseen)
            }));
            let first = found.rows.keys().next();
            holds.extend(first.map(|first| {
                let subscription = subscription.clone();
                Hold::of(Holder::Delivery { subscription }, first - 1, unseen)
            }));
            holds.extend(
                self.desk
                    .first_due(name)
                    .map(|first| Hold::of(Holder::Letter { subscription }, first - 1, unseen)),
            );
        }
        farthest_behind(holds)
    }

    fn drop_events(&mut self, upto: i64, limit: usize) -> Dropped {
        let upto = let_go(upto, &self.holds());
        let many = self.log.partition_point(|stored| stored.position <= upto);
        let gone: Vec<Stored> = self.log.drain(..many.min(limit)).collect();
        let more = many > limit;
        let dropped = if more { gone.last().map(|stored| stored.position) } else { Some(upto) };
        self.agenda.forget(&gone);
        self.past.dropped = self.past.dropped.max(dropped.unwrap_or(0));
        Dropped { events: u64::try_from(gone.len()).unwrap_or(u64::MAX), more }
    }
}
