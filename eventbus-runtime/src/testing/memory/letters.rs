//! The dead letters of the store in memory.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::dead_letter::{Action, Content, DeadLetter, LetterFilter};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{LetterSlice, Letters, Moved, Obstacle, Survey};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::State;
use crate::testing::memory::transaction::{MemoryConnection, Write};

/// What is committed.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) letters: BTreeMap<Uuid, Entry>,
    actions: BTreeMap<Uuid, Action>,
}

/// A letter with what only its retry needs.
pub(super) struct Entry {
    pub(super) letter: DeadLetter,
    pub(super) key: Option<String>,
    pub(super) retries: u32,
}

/// What a transaction does to letters.
#[derive(Debug)]
pub(super) enum Deed {
    /// They are deliveries again, due at the time; by themselves, or because somebody said so.
    Retry { ids: Vec<Uuid>, now: i64, automatic: bool },
    /// They are not due any more.
    Forget(Vec<Uuid>),
    /// They go.
    Remove(Vec<Uuid>),
    /// The application parked one.
    Park(Box<DeadLetter>),
    /// Something was done.
    Record(Action),
}

impl Deed {
    /// That the letters are still there when the transaction commits; a database locks them until then.
    pub(super) fn check(&self, desk: &Desk) -> Result<()> {
        let (Self::Retry { ids, .. } | Self::Remove(ids)) = self else { return Ok(()) };
        match ids.iter().find(|id| !desk.letters.contains_key(id)) {
            None => Ok(()),
            Some(id) => Err(Error::new(
                ErrorKind::TransactionRollback,
                format!(
                    "dead letter {id} was moved by another transaction meanwhile: run this one again"
                ),
            )),
        }
    }
}

impl Desk {
    /// Writes the letter of an event; it takes the place of a former one.
    pub(super) fn bury(&mut self, mut entry: Entry) {
        let same = |former: &&Entry| {
            let (former, letter) = (&former.letter, &entry.letter);
            former.subscription() == letter.subscription()
                && former.stored().is_some_and(|stored| Some(stored) == letter.stored())
        };
        if let Some(former) = self.letters.values().find(same) {
            entry.letter.id = former.letter.id;
        }
        self.letters.insert(entry.letter.id, entry);
    }

    /// Why a subscription gave an event up, where it did.
    pub(super) fn reason(&self, subscription: &str, position: i64) -> Option<String> {
        let is_of = |letter: &&DeadLetter| {
            letter.subscription() == Some(subscription)
                && letter.stored().is_some_and(|stored| stored.position == position)
        };
        let mut letters = self.letters.values().map(|entry| &entry.letter);
        letters.find(is_of).map(|letter| letter.message.clone())
    }

    /// The lowest number of the letters that a subscription retries by itself.
    pub(super) fn first_due(&self, subscription: &str) -> Option<i64> {
        let letters = self.letters.values().map(|entry| &entry.letter);
        let due = letters.filter(|letter| {
            letter.subscription() == Some(subscription) && letter.retry_at.is_some()
        });
        due.filter_map(|letter| letter.stored()).map(|stored| stored.position).min()
    }

    fn chosen<'a>(&'a self, slice: &LetterSlice<'a>) -> impl Iterator<Item = &'a Entry> {
        let LetterSlice { filter, after, upto, due, limit } = *slice;
        let meant = move |entry: &&Entry| {
            let DeadLetter { id, retry_at, .. } = entry.letter;
            after.is_none_or(|after| id > after)
                && upto.is_none_or(|upto| id <= upto)
                && due.is_none_or(|due| retry_at.is_some_and(|at| at <= due))
                && filter.matches(&entry.letter)
        };
        self.letters.values().filter(meant).take(limit)
    }

    /// Applies what [`Deed::check`] found possible, except for a retry, which touches subscriptions, too.
    pub(super) fn apply(&mut self, deed: Deed) {
        match deed {
            Deed::Retry { .. } => {}
            Deed::Forget(ids) => {
                for id in ids {
                    self.letters.entry(id).and_modify(|entry| entry.letter.retry_at = None);
                }
            }
            Deed::Remove(ids) => self.letters.retain(|id, _| !ids.contains(id)),
            Deed::Park(letter) => {
                let entry = Entry { letter: *letter, key: None, retries: 0 };
                self.letters.insert(entry.letter.id, entry);
            }
            Deed::Record(action) => {
                let count = action.count;
                self.actions
                    .entry(action.id)
                    .and_modify(|done| done.count += count)
                    .or_insert(action);
            }
        }
    }
}

impl State {
    /// Why a letter cannot be a delivery again.
    fn obstacle(&self, content: &Content) -> Option<Obstacle> {
        let Content::Undelivered { subscription, stored } = content else {
            return Some(Obstacle::Parked);
        };
        let found = self.subscriptions.get(subscription);
        let open = found.is_some_and(|found| found.rows.contains_key(&stored.position));
        Obstacle::of(true, found.is_some(), self.has(stored.position), open)
    }

    /// Which letters of a slice can be retried, and which cannot.
    fn obstacles(&self, slice: &LetterSlice<'_>) -> Moved {
        let mut moved = Moved::default();
        for DeadLetter { id, content, .. } in self.desk.chosen(slice).map(|entry| &entry.letter) {
            match self.obstacle(content) {
                Some(obstacle) => moved.kept.push((*id, obstacle)),
                None => moved.moved.push(*id),
            }
        }
        moved
    }
}

impl Letters for MemoryStore {
    async fn letters(&self, slice: &LetterSlice<'_>) -> Result<Vec<DeadLetter>> {
        let state = self.state();
        Ok(state.desk.chosen(slice).map(|entry| entry.letter.clone()).collect())
    }

    async fn survey_letters(&self, filter: &LetterFilter) -> Result<Survey> {
        let state = self.state();
        let slice = LetterSlice::first(filter, usize::MAX);
        Ok(state.desk.chosen(&slice).fold(Survey::default(), |Survey { count, .. }, entry| {
            Survey { count: count + 1, newest: Some(entry.letter.id) }
        }))
    }

    async fn next_letter(&self, subscription: &str) -> Result<Option<i64>> {
        let state = self.state();
        let filter = LetterFilter::all().subscription(subscription);
        let slice = LetterSlice::first(&filter, usize::MAX);
        Ok(state.desk.chosen(&slice).filter_map(|entry| entry.letter.retry_at).min())
    }

    async fn retry_letters(
        &self,
        connection: &mut MemoryConnection,
        slice: &LetterSlice<'_>,
        now: i64,
    ) -> Result<Moved> {
        let moved = self.state().obstacles(slice);
        let automatic = slice.due.is_some();
        connection.write(Write::Letters(Deed::Retry { ids: moved.moved.clone(), now, automatic }));
        if automatic {
            let kept = moved.kept.iter().map(|(id, _)| *id).collect();
            connection.write(Write::Letters(Deed::Forget(kept)));
        }
        Ok(moved)
    }

    async fn remove_letters(
        &self,
        connection: &mut MemoryConnection,
        slice: &LetterSlice<'_>,
    ) -> Result<Moved> {
        let moved: Vec<Uuid> =
            self.state().desk.chosen(slice).map(|entry| entry.letter.id).collect();
        connection.write(Write::Letters(Deed::Remove(moved.clone())));
        Ok(Moved { moved, kept: Vec::new() })
    }

    async fn take_letter(
        &self,
        connection: &mut MemoryConnection,
        id: Uuid,
    ) -> Result<Option<DeadLetter>> {
        let letter = self.state().desk.letters.get(&id).map(|entry| entry.letter.clone());
        let letter = letter.filter(|letter| letter.event().is_none());
        if letter.is_some() {
            connection.write(Write::Letters(Deed::Remove(vec![id])));
        }
        Ok(letter)
    }

    async fn park_letter(
        &self,
        connection: &mut MemoryConnection,
        letter: &DeadLetter,
    ) -> Result<()> {
        connection.write(Write::Letters(Deed::Park(Box::new(letter.clone()))));
        Ok(())
    }

    async fn record_action(
        &self,
        connection: &mut MemoryConnection,
        action: &Action,
    ) -> Result<()> {
        connection.write(Write::Letters(Deed::Record(action.clone())));
        Ok(())
    }

    async fn actions(&self, before: Option<Uuid>, limit: usize) -> Result<Vec<Action>> {
        let state = self.state();
        let older = |action: &&Action| before.is_none_or(|before| action.id < before);
        let newest = state.desk.actions.values().rev();
        Ok(newest.filter(older).take(limit).cloned().collect())
    }
}
