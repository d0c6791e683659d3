//! What is committed: the log and the subscriptions.

use std::collections::{BTreeMap, HashSet};

use uuid::Uuid;

use crate::clock::Clock;
use crate::dead_letter::{Content, DeadLetter, MOST_RETRIES};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{
    Change, Cursor, Failure, Fate, Ledger, MOST_PARKED, Owner, Shards, Stored, Trouble, Troubles,
    Way,
};
use crate::testing::memory::key::Keys;
use crate::testing::memory::letters::{Deed, Desk, Entry};
use crate::testing::memory::schedule::Agenda;
use crate::testing::memory::stats::Kept;
use crate::testing::memory::subscription::{Row, Subscription};
use crate::testing::memory::transaction::Write;

/// A place in the log in memory, where the order of positions is the order of commits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MemoryCursor(pub(super) i64);

impl Cursor for MemoryCursor {
    fn at(&self, position: i64) -> Self {
        Self(position)
    }

    fn number(&self) -> Option<i64> {
        Some(self.0)
    }
}

#[derive(Default)]
pub(super) struct State {
    pub(super) log: Vec<Stored>,
    /// The last number that was given out: it does not come back when its event is dropped.
    pub(super) last: i64,
    pub(super) past: Ledger,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) clock: Clock,
    pub(super) desk: Desk,
    pub(super) keys: Keys,
    pub(super) agenda: Agenda,
    pub(super) figures: Kept,
}

impl State {
    /// The last number that was given out.
    pub(super) const fn newest(&self) -> i64 {
        self.last
    }

    /// The event at a position that came from this log.
    pub(super) fn event(&self, position: i64) -> Stored {
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
            Some(subscription) if subscription.has(&owner.held) => Ok(()),
            _ => Err(Error::new(
                ErrorKind::Fenced,
                format!("a shard of subscription `{}` has another owner", owner.subscription),
            )),
        }
    }

    /// The same, and whether the detours are there that it knows of.
    fn check_way(&self, owner: &Owner, way: &Way) -> Result<()> {
        self.check(owner)?;
        let found = self.subscriptions.get(&owner.subscription);
        if found.is_some_and(|found| found.fits(&owner.held, way)) {
            return Ok(());
        }
        let message = format!("a detour of subscription `{}` is another's", owner.subscription);
        Err(Error::new(ErrorKind::Fenced, message))
    }

    /// Whether the rows that were read are still as they were.
    fn check_rows(&self, owner: &Owner, changes: &[Change]) -> Result<()> {
        let rows = self.subscriptions.get(&owner.subscription).map(|found| &found.rows);
        let attempts = |position: &i64| {
            let row = rows?.get(position)?;
            Some(row.retrying.map_or(0, |(attempts, _)| attempts))
        };
        let is_as_read =
            |change: &Change| change.was.is_none() || attempts(&change.position) == change.was;
        if changes.iter().all(is_as_read) {
            return Ok(());
        }
        let message =
            format!("a row of subscription `{}` was changed since it was read", owner.subscription);
        Err(Error::new(ErrorKind::Fenced, message))
    }

    /// Applies a transaction, or nothing of it.
    pub(super) fn apply(&mut self, writes: Vec<Write>) -> Result<()> {
        for write in &writes {
            match write {
                Write::Append(_) | Write::Restore(_) => {}
                Write::Advance(owner, step) => {
                    self.check_way(owner, &step.way)?;
                    self.check_rows(owner, &step.changes)?;
                }
                Write::Letters(deed) => deed.check(&self.desk)?,
                Write::Schedule(change) => change.check(&self.agenda)?,
            }
        }
        for write in writes {
            match write {
                Write::Append(new) => {
                    let (position, slot) = (self.newest() + 1, new.slot());
                    self.log.push(Stored { position, slot, event: new.event });
                    self.last = position;
                }
                Write::Restore(stored) => self.restore(stored),
                Write::Advance(owner, step) => {
                    if let Some(subscription) = self.subscriptions.get_mut(&owner.subscription) {
                        subscription.move_to(&owner.held, step.cursor, &step.way);
                        for change in step.changes {
                            self.change(&owner.subscription, change);
                        }
                    }
                }
                Write::Letters(Deed::Retry { ids, now, automatic }) => {
                    ids.iter().for_each(|id| self.reopen(*id, now, automatic));
                }
                Write::Letters(deed) => self.desk.apply(deed),
                Write::Schedule(change) => change.apply(&mut self.agenda),
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
        let (mut retrying, mut rows_of) = (HashSet::new(), BTreeMap::<&str, usize>::new());
        let Some(subscription) = self.subscriptions.get(subscription) else { return troubles };
        let rows = subscription.rows.iter().filter(|(_, row)| shards.contains(row.slot));
        for (position, row) in rows {
            let (key, first_at) = (&row.key, &row.first_at);
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
            if let Some(key) = key {
                let rows = rows_of.entry(key).or_default();
                *rows += 1;
                troubles.crowded.extend((*rows >= MOST_PARKED).then_some(row.slot));
            }
            if let Some(attempts) = ready.filter(|_| troubles.ready.len() < limit) {
                let stored = self.event(*position);
                let (key, first_at) = (key.clone(), *first_at);
                troubles.ready.push(Trouble { stored, attempts, first_at, key });
            }
        }
        troubles
    }

    /// Writes the row of an event in trouble, or its dead letter.
    fn change(&mut self, subscription: &str, change: Change) {
        let Change { position, slot, key, first_at, fate, .. } = change;
        let Some(found) = self.subscriptions.get_mut(subscription) else { return };
        let mut row = found.rows.remove(&position).unwrap_or_default();
        (row.slot, row.key, row.first_at) = (slot, key, first_at);
        match fate {
            Fate::Handled => return,
            Fate::Parked => row.retrying = None,
            Fate::Retrying { attempts, next_at, failure } => {
                row.fail(attempts, &failure);
                row.retrying = Some((attempts, next_at));
            }
            Fate::Dead { attempts, failure, retry_at } => {
                row.fail(attempts, &failure);
                self.bury(subscription, position, row, attempts, failure, retry_at);
                return;
            }
        }
        found.rows.insert(position, row);
    }

    fn bury(
        &mut self,
        subscription: &str,
        position: i64,
        row: Row,
        attempts: u32,
        failure: Failure,
        retry_at: Option<i64>,
    ) {
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
    }

    /// Makes the letter of an event a delivery again.
    fn reopen(&mut self, id: Uuid, now: i64, automatic: bool) {
        let Some(Entry { letter, key, retries }) = self.desk.letters.remove(&id) else { return };
        let Content::Undelivered { subscription, stored } = letter.content else { return };
        let retries = if automatic { retries + 1 } else { 0 };
        let first_at = letter.errors.first().map(|error| error.at);
        let (slot, retrying, errors) = (stored.slot, Some((0, now)), letter.errors);
        let row = Row { slot, key, first_at, retrying, errors, retries };
        if let Some(subscription) = self.subscriptions.get_mut(&subscription) {
            subscription.rows.insert(stored.position, row);
        }
    }
}
