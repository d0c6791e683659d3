//! What is committed: the log, the subscriptions and their delivery rows.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::dead_letter::{Content, DeadLetter, FailedAttempt, MOST_ERRORS, MOST_RETRIES};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Change, Cursor, Failure, Fate, Owner, Stored, Trouble, Troubles};
use crate::testing::memory::letters::{Deed, Desk, Entry};
use crate::testing::memory::transaction::Write;

/// A place in the log in memory, where the order of positions is the order of commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    pub(super) desk: Desk,
}

#[derive(Default)]
pub(super) struct Subscription {
    pub(super) cursor: MemoryCursor,
    pub(super) fence: i64,
    pub(super) owned: bool,
    pub(super) rows: BTreeMap<i64, Row>,
}

/// A delivery row.
#[derive(Default)]
pub(super) struct Row {
    key: Option<String>,
    /// Attempts so far and when it is due; `None` where it is parked.
    retrying: Option<(u32, i64)>,
    errors: Vec<FailedAttempt>,
    /// How often its dead letter was retried by itself.
    retries: u32,
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

    /// Whether the log holds an event of this position.
    pub(super) fn has(&self, position: i64) -> bool {
        self.log.binary_search_by_key(&position, |stored| stored.position).is_ok()
    }

    /// Whether the owner was not replaced.
    pub(super) fn check(&self, owner: &Owner) -> Result<()> {
        match self.subscriptions.get(&owner.subscription) {
            Some(subscription) if subscription.fence == owner.fence => Ok(()),
            _ => Err(Error::new(
                ErrorKind::Fenced,
                format!("subscription `{}` has another owner", owner.subscription),
            )),
        }
    }

    /// Applies a transaction, or nothing of it.
    pub(super) fn apply(&mut self, writes: Vec<Write>) -> Result<()> {
        for write in &writes {
            match write {
                Write::Append(_) => {}
                Write::Advance(owner, _) => self.check(owner)?,
                Write::Letters(deed) => deed.check(&self.desk)?,
            }
        }
        for write in writes {
            match write {
                Write::Append(event) => {
                    self.log.push(Stored { position: self.newest() + 1, event });
                }
                Write::Advance(owner, step) => {
                    let row = self.subscriptions.entry(owner.subscription.clone()).or_default();
                    row.cursor = step.cursor.unwrap_or(row.cursor);
                    for change in step.changes {
                        self.change(&owner.subscription, change);
                    }
                }
                Write::Letters(Deed::Retry { ids, now, automatic }) => {
                    ids.iter().for_each(|id| self.reopen(*id, now, automatic));
                }
                Write::Letters(deed) => self.desk.apply(deed),
            }
        }
        Ok(())
    }

    pub(super) fn troubles(&self, subscription: &str, now: i64, limit: usize) -> Troubles {
        let mut troubles = Troubles::default();
        let mut retrying = HashSet::new();
        let Some(subscription) = self.subscriptions.get(subscription) else { return troubles };
        for (position, row) in &subscription.rows {
            let key = &row.key;
            let ready = match row.retrying {
                None => key.as_ref().is_none_or(|key| !retrying.contains(key)).then_some(0),
                Some((attempts, next_at)) => {
                    retrying.extend(key);
                    let next = troubles.next_at.map_or(next_at, |next| next.min(next_at));
                    troubles.next_at = Some(next);
                    (next_at <= now).then_some(attempts)
                }
            };
            troubles.keys.extend(key.clone());
            if let Some(attempts) = ready.filter(|_| troubles.ready.len() < limit) {
                let stored = self.event(*position);
                troubles.ready.push(Trouble { stored, attempts, key: key.clone() });
            }
        }
        troubles
    }

    /// Writes the row of an event in trouble, or its dead letter.
    fn change(&mut self, subscription: &str, change: Change) {
        let Change { position, key, fate, .. } = change;
        let found = self.subscriptions.entry(subscription.to_owned()).or_default();
        let mut row = found.rows.remove(&position).unwrap_or_default();
        row.key = key;
        match fate {
            Fate::Handled => return,
            Fate::Parked => row.retrying = None,
            Fate::Retrying { attempts, next_at, failure } => {
                row.fail(attempts, &failure);
                row.retrying = Some((attempts, next_at));
            }
            Fate::Dead { attempts, failure, retry_at } => {
                row.fail(attempts, &failure);
                let stored = Box::new(self.event(position));
                let letter = DeadLetter {
                    id: Uuid::now_v7(),
                    content: Content::Undelivered { subscription: subscription.to_owned(), stored },
                    attempts,
                    kind: failure.kind.as_str().to_owned(),
                    message: failure.message,
                    errors: row.errors,
                    at: failure.at,
                    retry_at: retry_at.filter(|_| row.retries < MOST_RETRIES),
                };
                self.desk.bury(Entry { letter, key: row.key, retries: row.retries });
                return;
            }
        }
        found.rows.insert(position, row);
    }

    /// Makes the letter of an event a delivery again.
    fn reopen(&mut self, id: Uuid, now: i64, automatic: bool) {
        let Some(Entry { letter, key, retries }) = self.desk.letters.remove(&id) else { return };
        let Content::Undelivered { subscription, stored } = letter.content else { return };
        let retries = if automatic { retries + 1 } else { 0 };
        let row = Row { key, retrying: Some((0, now)), errors: letter.errors, retries };
        self.subscriptions.entry(subscription).or_default().rows.insert(stored.position, row);
    }
}

impl Subscription {
    pub(super) fn at(cursor: MemoryCursor) -> Self {
        Self { cursor, ..Self::default() }
    }
}

impl Row {
    fn fail(&mut self, attempts: u32, failure: &Failure) {
        self.errors.push(FailedAttempt::new(attempts, failure));
        self.errors.drain(..self.errors.len().saturating_sub(MOST_ERRORS));
    }
}
