//! Subscriptions in memory: their shards, their replicas, their delivery rows.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::dead_letter::{FailedAttempt, MOST_ERRORS};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Failure, Found, Handled, Handles, Held, Registration, ReplayRow, Replica, Roster, Shard, Start,
    Stored, Track, Way, first_fence, first_id, shard_of,
};
use crate::testing::memory::state::{MemoryCursor, State};

pub(super) struct Subscription {
    pub(super) shards: Vec<Shard<MemoryCursor>>,
    pub(super) rows: BTreeMap<i64, Row>,
    pub(super) paused: bool,
    pub(super) replay: Option<ReplayRow<MemoryCursor>>,
    handles: Handles,
    pub(super) seen_at: i64,
    /// Until when each replica counts as alive.
    replicas: BTreeMap<Uuid, i64>,
}

/// A delivery row.
#[derive(Default)]
pub(super) struct Row {
    pub(super) slot: u16,
    pub(super) key: Option<String>,
    pub(super) first_at: Option<i64>,
    /// Attempts so far and when it is due; `None` where it is parked.
    pub(super) retrying: Option<(u32, i64)>,
    pub(super) errors: Vec<FailedAttempt>,
    /// How often its dead letter was retried by itself.
    pub(super) retries: u32,
}

impl Row {
    pub(super) fn fail(&mut self, attempts: u32, failure: &Failure) {
        self.errors.push(FailedAttempt::new(attempts, failure));
        self.errors.drain(..self.errors.len().saturating_sub(MOST_ERRORS));
    }
}

impl State {
    pub(super) fn register(&mut self, registration: &Registration) -> Result<()> {
        if self.subscriptions.contains_key(&registration.subscription) {
            return Ok(());
        }
        let cursor = self.resolve(registration.start)?;
        self.make(registration, cursor, None);
        Ok(())
    }

    /// Makes a subscription known, with all its shards at one place.
    pub(super) fn make(
        &mut self,
        registration: &Registration,
        cursor: MemoryCursor,
        replay: Option<ReplayRow<MemoryCursor>>,
    ) {
        let fence = first_fence();
        let shard = |shard| Shard {
            held: Held { shard, fence },
            owner: None,
            cursor,
            detours: BTreeMap::new(),
        };
        let subscription = Subscription {
            shards: (0..registration.shards).map(shard).collect(),
            rows: BTreeMap::new(),
            paused: false,
            replay,
            handles: registration.handles.clone(),
            seen_at: self.clock.now(),
            replicas: BTreeMap::new(),
        };
        self.subscriptions.insert(registration.subscription.clone(), subscription);
    }

    pub(super) fn declare(&mut self, subscription: &str, seen: &Handles, handles: &Handles) {
        if let Some(subscription) = self.subscriptions.get_mut(subscription)
            && subscription.handles == *seen
        {
            subscription.handles.clone_from(handles);
        }
    }

    pub(super) fn renew(&mut self, replica: &Replica, handles: &Handles) -> bool {
        let now = self.clock.now();
        let Some(subscription) = self.subscriptions.get_mut(&replica.subscription) else {
            return false;
        };
        subscription.replicas.insert(replica.id, now.saturating_add(millis(replica.lease)));
        if subscription.handles == *handles {
            subscription.seen_at = now;
        }
        true
    }

    pub(super) fn retire(&mut self, replica: &Replica) {
        if let Some(subscription) = self.subscriptions.get_mut(&replica.subscription) {
            subscription.replicas.remove(&replica.id);
            let shards = subscription.shards.iter_mut();
            shards
                .filter(|shard| shard.owner == Some(replica.id))
                .for_each(|shard| shard.owner = None);
        }
    }

    pub(super) fn roster(&self, subscription: &str) -> Option<Roster<MemoryCursor>> {
        let subscription = self.subscriptions.get(subscription)?;
        let now = self.clock.now();
        let alive = subscription.replicas.iter().filter(|(_, until)| **until > now);
        Some(Roster {
            paused: subscription.paused,
            handles: subscription.handles.clone(),
            unseen: now - subscription.seen_at,
            alive: alive.map(|(id, _)| *id).collect(),
            shards: subscription.shards.clone(),
        })
    }

    pub(super) fn handled(&self, subscription: &str, event: Uuid) -> Handled {
        let Some(found) = self.subscriptions.get(subscription) else { return Handled::Unknown };
        let stored = self.log.iter().find(|stored| stored.event.envelope.id == event);
        let what = stored.map(|stored| {
            let of = u16::try_from(found.shards.len()).unwrap_or(u16::MAX);
            let shard = &found.shards[usize::from(shard_of(stored.slot, of))];
            let envelope = &stored.event.envelope;
            let its = |track: &Track| track.contains(envelope.priority, envelope.tenant.as_deref());
            let detours = shard.detours.iter().filter(|(track, _)| its(track));
            let narrowest = detours.max_by_key(|(track, _)| track.tenant.is_some());
            let cursor = narrowest.map_or(&shard.cursor, |(_, cursor)| cursor);
            Found {
                event_type: stored.event.envelope.event_type.clone(),
                passed: stored.position <= cursor.0,
                open: found.rows.contains_key(&stored.position),
                dead: self.desk.reason(subscription, stored.position),
            }
        });
        Handled::of(what, &found.handles)
    }

    pub(super) fn take(&mut self, replica: &Replica, wanted: &[Held]) -> Vec<Shard<MemoryCursor>> {
        let Some(subscription) = self.subscriptions.get_mut(&replica.subscription) else {
            return Vec::new();
        };
        let shards = subscription.shards.iter_mut().filter(|shard| wanted.contains(&shard.held));
        shards
            .map(|shard| {
                shard.owner = Some(replica.id);
                shard.held.fence += 1;
                shard.clone()
            })
            .collect()
    }

    pub(super) fn give(&mut self, subscription: &str, given: &[Held]) {
        if let Some(subscription) = self.subscriptions.get_mut(subscription) {
            let shards = subscription.shards.iter_mut();
            shards.filter(|shard| given.contains(&shard.held)).for_each(|shard| shard.owner = None);
        }
    }

    pub(super) fn seek(&mut self, subscription: &str, start: Start) -> Result<bool> {
        let cursor = self.resolve(start)?;
        let Some(subscription) = self.subscriptions.get_mut(subscription) else {
            return Ok(false);
        };
        subscription.rows.clear();
        for shard in &mut subscription.shards {
            shard.owner = None;
            shard.held.fence += 1;
            shard.cursor = cursor;
            shard.detours.clear();
        }
        Ok(true)
    }

    /// The place that `start` means now.
    pub(super) fn resolve(&self, start: Start) -> Result<MemoryCursor> {
        let before = |found: Option<&Stored>| found.map(|stored| stored.position - 1);
        Ok(MemoryCursor(match start {
            Start::Beginning => 0,
            Start::Now => self.newest(),
            Start::Time(time) => {
                // Ids tell milliseconds, so that what is of the same one is not earlier.
                let since = first_id(time);
                let late = |stored: &&Stored| {
                    let id = stored.event.envelope.id;
                    id.get_version_num() == 7 && id.max(self.agenda.as_old(id)) >= since
                };
                before(self.log.iter().find(late)).unwrap_or_else(|| self.newest())
            }
            Start::Position(position) => position.saturating_sub(1).clamp(0, self.newest()),
            Start::After(id) => {
                let found = self.log.iter().find(|stored| stored.event.envelope.id == id);
                found.map(|stored| stored.position).ok_or_else(|| {
                    let message = format!("no event of the log has the id {id}");
                    Error::new(ErrorKind::Configuration, message)
                })?
            }
        }))
    }
}

impl Subscription {
    /// Whether every shard still has the fence that it was taken under.
    pub(super) fn has(&self, held: &[Held]) -> bool {
        held.iter().all(|held| self.shards.iter().any(|shard| shard.held == *held))
    }

    /// Whether each of these shards has the detours, or has none, as a step takes it.
    pub(super) fn fits(&self, held: &[Held], way: &Way) -> bool {
        let all = |track: &Track, there: bool| {
            let mut shards = self.shards.iter().filter(|shard| held.contains(&shard.held));
            shards.all(|shard| shard.detours.contains_key(track) == there)
        };
        let begins = matches!(way, Way::Begin { .. });
        way.track().is_none_or(|track| all(track, !begins))
            && way.moves().is_none_or(|track| all(track, true))
    }

    pub(super) fn move_to(&mut self, held: &[Held], cursor: Option<MemoryCursor>, way: &Way) {
        for shard in self.shards.iter_mut().filter(|shard| held.contains(&shard.held)) {
            let moved = match way.moves() {
                None => Some(&mut shard.cursor),
                Some(track) => shard.detours.get_mut(track),
            };
            let Some(moved) = moved else { continue };
            *moved = cursor.unwrap_or(*moved);
            let at = *moved;
            match way {
                Way::Begin { track, .. } => drop(shard.detours.insert(track.clone(), at)),
                Way::End { track, .. } => drop(shard.detours.remove(track)),
                Way::Main | Way::Detour(_) => {}
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
