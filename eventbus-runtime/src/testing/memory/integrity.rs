//! What the store in memory tells about itself. It has no rows of another shape than theirs, no numbers but its own, and no
//! files; what can be wrong is what somebody emitted or moved.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::error::Result;
use crate::integrity::{Check, LookedAt, Place};
use crate::store::{Hits, Integrity, LogRow, Readable, Scope, Shard, Store, Stored};
use crate::testing::memory::key::committed;
use crate::testing::memory::state::State;
use crate::testing::memory::{MemoryCursor, MemoryStore};

impl Integrity for MemoryStore {
    fn checks(&self) -> &'static [Check] {
        &[
            Check::DuplicateEventId,
            Check::CursorAheadOfLog,
            Check::DeliveryWithoutEvent,
            Check::DeliveryInWrongShard,
            Check::ScheduledInLog,
            Check::KeyWithoutEvent,
        ]
    }

    fn place(&self) -> String {
        Self::NAME.to_owned()
    }

    async fn extent(&self) -> Result<Readable<LookedAt>> {
        let state = self.state();
        let subscriptions = || state.subscriptions.values();
        Ok(Ok(LookedAt {
            last_position: state.log.last().map(|stored| stored.position),
            subscriptions: count(state.subscriptions.len()),
            shards: subscriptions().map(|found| count(found.shards.len())).sum(),
            deliveries: subscriptions().map(|found| count(found.rows.len())).sum(),
            dead_letters: count(state.desk.letters.len()),
            keys: count(committed(&state.keys).count()),
            ..LookedAt::default()
        }))
    }

    async fn rows(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
        each: &mut (dyn FnMut(LogRow) + Send),
    ) -> Result<Readable<()>> {
        let state = self.state();
        let from = state.log.partition_point(|stored| stored.position <= after);
        let page = state.log[from..].iter().take_while(|stored| stored.position <= upto);
        page.take(limit).map(|stored| row(&state, stored)).for_each(each);
        Ok(Ok(()))
    }

    async fn find(&self, check: Check, scope: &Scope) -> Result<Readable<Hits>> {
        let state = self.state();
        let mut places = match check {
            Check::DuplicateEventId => duplicates(&state, scope),
            Check::CursorAheadOfLog => cursors(&state),
            Check::DeliveryWithoutEvent => deliveries(&state, scope, |_, stored| stored.is_none()),
            Check::DeliveryInWrongShard => deliveries(&state, scope, |slot, stored| {
                stored.is_some_and(|stored| stored.slot != slot)
            }),
            Check::ScheduledInLog => scheduled(&state, scope),
            Check::KeyWithoutEvent => keys(&state),
            _ => Vec::new(),
        };
        let count = count(places.len());
        places.truncate(scope.samples);
        Ok(Ok(Hits { count, places }))
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn row(state: &State, stored: &Stored) -> LogRow {
    let envelope = stored.event.envelope.clone();
    LogRow {
        position: stored.position,
        slot: stored.slot.into(),
        version: envelope.version.into(),
        metadata: (!envelope.metadata.is_empty())
            .then(|| serde_json::to_string(&envelope.metadata).unwrap_or_default()),
        envelope,
        data: stored.event.data.clone(),
        moved_at: state.agenda.moved_at(stored.event.envelope.id),
        unreadable: Vec::new(),
    }
}

fn duplicates(state: &State, scope: &Scope) -> Vec<Place> {
    let mut positions = BTreeMap::<Uuid, Vec<i64>>::new();
    for stored in state.log.iter().filter(|stored| scope.positions.contains(&stored.position)) {
        positions.entry(stored.event.envelope.id).or_default().push(stored.position);
    }
    let twice = positions.into_iter().filter(|(_, positions)| positions.len() > 1);
    let mut places: Vec<Place> = twice
        .map(|(id, positions)| Place {
            position: positions.first().copied(),
            event_id: Some(id.to_string()),
            detail: positions
                .last()
                .map(|last| format!("{} times, the last at position {last}", positions.len())),
            ..Place::default()
        })
        .collect();
    places.sort_by_key(|place| place.position);
    places
}

fn cursors(state: &State) -> Vec<Place> {
    let newest = state.newest();
    let shards = state.subscriptions.iter().flat_map(|(name, found)| {
        let is_ahead = |shard: &&Shard<MemoryCursor>| {
            let mut detours = shard.detours.values();
            shard.cursor.0 > newest || detours.any(|cursor| cursor.0 > newest)
        };
        found.shards.iter().filter(is_ahead).map(move |shard| (name, shard))
    });
    let place = |(name, shard): (&String, &Shard<MemoryCursor>)| Place {
        subscription: Some(name.clone()),
        shard: Some(shard.held.shard.into()),
        detail: Some(format!("the last number given out is {newest}")),
        ..Place::default()
    };
    shards.map(place).collect()
}

fn deliveries(
    state: &State,
    scope: &Scope,
    wrong: impl Fn(u16, Option<&Stored>) -> bool,
) -> Vec<Place> {
    let mut places = Vec::new();
    for (name, found) in &state.subscriptions {
        for (position, row) in found.rows.range(scope.positions.clone()) {
            let at = state.log.binary_search_by_key(position, |stored| stored.position);
            if wrong(row.slot, at.ok().map(|at| &state.log[at])) {
                places.push(Place {
                    subscription: Some(name.clone()),
                    position: Some(*position),
                    key: row.key.clone(),
                    ..Place::default()
                });
            }
        }
    }
    places
}

fn scheduled(state: &State, scope: &Scope) -> Vec<Place> {
    let logged = state.log.iter().filter(|stored| scope.positions.contains(&stored.position));
    let twice = logged.filter(|stored| state.agenda.waits(stored.event.envelope.id));
    let place = |stored: &Stored| Place {
        position: Some(stored.position),
        event_id: Some(stored.event.envelope.id.to_string()),
        ..Place::default()
    };
    twice.map(place).collect()
}

fn keys(state: &State) -> Vec<Place> {
    let logged: HashSet<Uuid> = state.log.iter().map(|stored| stored.event.envelope.id).collect();
    let lost = committed(&state.keys)
        .filter(|(_, event)| !logged.contains(event) && !state.agenda.waits(*event));
    let mut places: Vec<Place> = lost
        .map(|((_, key), event)| Place {
            key: Some(key.clone()),
            event_id: Some(event.to_string()),
            ..Place::default()
        })
        .collect();
    places.sort_by(|one, other| one.key.cmp(&other.key));
    places
}
