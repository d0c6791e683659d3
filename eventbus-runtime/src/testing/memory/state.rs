//! What is committed: the log and the subscriptions.

use std::collections::{BTreeMap, HashSet};

use crate::clock::Clock;
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Cursor, DeadLetter, Fate, Owner, Shards, Stored, Trouble, Troubles};
use crate::testing::memory::subscription::{Row, Subscription};
use crate::testing::memory::transaction::Write;

/// A place in the log in memory, where the order of positions is the order of commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryCursor(pub(super) i64);

impl Cursor for MemoryCursor {
    fn at(&self, position: i64) -> Self {
        Self(position)
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) log: Vec<Stored>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) clock: Clock,
}

impl State {
    /// The position of the newest event.
    pub(super) fn newest(&self) -> i64 {
        self.log.last().map_or(0, |stored| stored.position)
    }

    /// The event at a position that came from this log.
    fn event(&self, position: i64) -> Stored {
        let at = self.log.binary_search_by_key(&position, |stored| stored.position);
        self.log[at.expect("rows are made for events of this log")].clone()
    }

    /// Whether the owner was not replaced.
    pub(super) fn check(&self, owner: &Owner) -> Result<()> {
        match self.subscriptions.get(&owner.subscription) {
            Some(subscription) if subscription.has(&owner.held) => Ok(()),
            _ => Err(Error::new(
                ErrorKind::Fenced,
                format!("a shard of subscription `{}` has another owner", owner.subscription),
            )),
        }
    }

    /// Applies a transaction, or nothing of it.
    pub(super) fn apply(&mut self, writes: Vec<Write>) -> Result<()> {
        for write in &writes {
            if let Write::Advance(owner, _) = write {
                self.check(owner)?;
            }
        }
        for write in writes {
            match write {
                Write::Append(new) => {
                    let (position, slot) = (self.newest() + 1, new.slot());
                    self.log.push(Stored { position, slot, event: new.event });
                }
                Write::Advance(owner, step) => {
                    if let Some(subscription) = self.subscriptions.get_mut(&owner.subscription) {
                        subscription.apply(&owner.held, step);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn troubles(
        &self,
        subscription: &str,
        shards: &Shards,
        now: i64,
        limit: usize,
    ) -> Troubles {
        let mut troubles = Troubles::default();
        let mut retrying = HashSet::new();
        let Some(subscription) = self.subscriptions.get(subscription) else { return troubles };
        let rows = subscription.rows.iter().filter(|(_, row)| shards.contains(row.slot));
        for (position, Row { key, first_at, fate, .. }) in rows {
            let ready = match fate {
                Fate::Handled | Fate::Dead { .. } => continue,
                Fate::Parked => key.as_ref().is_none_or(|key| !retrying.contains(key)).then_some(0),
                Fate::Retrying { attempts, next_at, .. } => {
                    retrying.extend(key);
                    let next = troubles.next_at.map_or(*next_at, |next| next.min(*next_at));
                    troubles.next_at = Some(next);
                    (*next_at <= now).then_some(*attempts)
                }
            };
            troubles.keys.extend(key.clone());
            if let Some(attempts) = ready.filter(|_| troubles.ready.len() < limit) {
                let stored = self.event(*position);
                let (key, first_at) = (key.clone(), *first_at);
                troubles.ready.push(Trouble { stored, attempts, first_at, key });
            }
        }
        troubles
    }

    pub(super) fn dead_letters(&self, wanted: Option<&str>) -> Vec<DeadLetter> {
        let mut letters = Vec::new();
        for (name, subscription) in &self.subscriptions {
            if wanted.is_some_and(|wanted| wanted != name) {
                continue;
            }
            letters.extend(subscription.rows.iter().filter_map(|(position, row)| {
                let Fate::Dead { attempts, failure } = &row.fate else { return None };
                Some(DeadLetter {
                    subscription: name.clone(),
                    stored: self.event(*position),
                    attempts: *attempts,
                    kind: failure.kind.as_str().to_owned(),
                    message: failure.message.clone(),
                    at: failure.at,
                })
            }));
        }
        letters.sort_by_key(|letter| letter.at);
        letters
    }
}
