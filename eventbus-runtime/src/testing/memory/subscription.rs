//! Subscriptions in memory: their shards, their replicas, their delivery rows.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Fate, Handles, Held, Registration, Replica, Roster, Shard, Start, Step, Stored,
};
use crate::testing::memory::state::{MemoryCursor, State};

pub(super) struct Subscription {
    pub(super) shards: Vec<Shard<MemoryCursor>>,
    pub(super) rows: BTreeMap<i64, Row>,
    pub(super) paused: bool,
    handles: Handles,
    seen_at: i64,
    /// Until when each replica counts as alive.
    replicas: BTreeMap<Uuid, i64>,
}

/// A delivery row.
pub(super) struct Row {
    pub(super) slot: u16,
    pub(super) key: Option<String>,
    pub(super) first_at: Option<i64>,
    pub(super) fate: Fate,
}

impl State {
    pub(super) fn register(&mut self, registration: &Registration) -> Result<()> {
        if self.subscriptions.contains_key(&registration.subscription) {
            return Ok(());
        }
        let cursor = self.resolve(registration.start)?;
        let shard = |shard| Shard { held: Held { shard, fence: 0 }, owner: None, cursor };
        let subscription = Subscription {
            shards: (0..registration.shards).map(shard).collect(),
            rows: BTreeMap::new(),
            paused: false,
            handles: registration.handles.clone(),
            seen_at: self.clock.now(),
            replicas: BTreeMap::new(),
        };
        self.subscriptions.insert(registration.subscription.clone(), subscription);
        Ok(())
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
        subscription.rows.retain(|_, row| matches!(row.fate, Fate::Dead { .. }));
        for shard in &mut subscription.shards {
            shard.owner = None;
            shard.held.fence += 1;
            shard.cursor = cursor;
        }
        Ok(true)
    }

    /// The place that `start` means now.
    fn resolve(&self, start: Start) -> Result<MemoryCursor> {
        let before = |found: Option<&Stored>| found.map(|stored| stored.position - 1);
        Ok(MemoryCursor(match start {
            Start::Beginning => 0,
            Start::Now => self.newest(),
            Start::Time(time) => {
                let late =
                    |stored: &&Stored| stored.event.envelope.time().is_some_and(|at| at >= time);
                before(self.log.iter().find(late)).unwrap_or_else(|| self.newest())
            }
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

    pub(super) fn apply(&mut self, held: &[Held], step: Step<MemoryCursor>) {
        if let Some(cursor) = step.cursor {
            let moved = self.shards.iter_mut().filter(|shard| held.contains(&shard.held));
            moved.for_each(|shard| shard.cursor = cursor);
        }
        for change in step.changes {
            match change.fate {
                Fate::Handled => {
                    self.rows.remove(&change.position);
                }
                fate => {
                    let (slot, key, first_at) = (change.slot, change.key, change.first_at);
                    self.rows.insert(change.position, Row { slot, key, first_at, fate });
                }
            }
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
