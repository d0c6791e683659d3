//! The scheduled events of the store in memory. Its clock is the runtime's, which a test can pause.

use std::collections::BTreeMap;
use std::time::Duration;

use uuid::Uuid;

use crate::error::{Error, ErrorKind, Result};
use crate::schedule::{ScheduleFilter, Scheduled};
use crate::store::{Agenda as Found, Due, Duplicates, NewEvent, Schedule, Stored, Taken, as_old};
use crate::testing::memory::MemoryStore;
use crate::testing::memory::state::State;
use crate::testing::memory::transaction::{MemoryConnection, Write};

/// What waits, by the time when it is due and its number.
#[derive(Default)]
pub(super) struct Agenda {
    waiting: BTreeMap<(i64, i64), Waiting>,
    /// The last number that was given out.
    last: i64,
    /// When an event of the log came there that was scheduled.
    moved: BTreeMap<Uuid, i64>,
}

#[derive(Debug, Clone)]
pub(super) struct Waiting {
    new: NewEvent,
    due_at: i64,
    /// 0 until its transaction commits.
    number: i64,
    held: Option<Held>,
}

/// Why an event waits longer, and until when.
#[derive(Debug, Clone)]
struct Held {
    until: i64,
    failures: u32,
    failure: String,
}

/// What a transaction does to scheduled events.
#[derive(Debug)]
pub(super) enum Change {
    /// They wait from now on.
    Add(Box<Waiting>),
    /// They go, cancelled.
    Take(Vec<Uuid>),
    /// They go to the log at this time.
    Enter(Vec<Uuid>, i64),
    /// One has another time.
    Move(Uuid, i64),
}

impl Change {
    /// That the events are still there when the transaction commits; a database locks them until then.
    pub(super) fn check(&self, agenda: &Agenda) -> Result<()> {
        let ids = match self {
            Self::Add(_) => return Ok(()),
            Self::Take(ids) | Self::Enter(ids, _) => ids.as_slice(),
            Self::Move(id, _) => std::slice::from_ref(id),
        };
        match ids.iter().find(|id| agenda.find(**id).is_none()) {
            None => Ok(()),
            Some(id) => Err(Error::new(
                ErrorKind::TransactionRollback,
                format!(
                    "scheduled event {id} was moved or cancelled by another transaction meanwhile: run this one again"
                ),
            )),
        }
    }

    pub(super) fn apply(self, agenda: &mut Agenda) {
        match self {
            Self::Add(waiting) => {
                agenda.last += 1;
                agenda.add(Waiting { number: agenda.last, ..*waiting });
            }
            Self::Take(ids) => agenda.waiting.retain(|_, waiting| !ids.contains(&waiting.id())),
            Self::Enter(ids, at) => {
                agenda.waiting.retain(|_, waiting| !ids.contains(&waiting.id()));
                agenda.moved.extend(ids.into_iter().map(|id| (id, at)));
            }
            Self::Move(id, due_at) => {
                let waiting = agenda.find(id).and_then(|key| agenda.waiting.remove(&key));
                if let Some(waiting) = waiting {
                    agenda.add(Waiting { due_at, held: None, ..waiting });
                }
            }
        }
    }
}

impl Agenda {
    fn add(&mut self, waiting: Waiting) {
        self.waiting.insert((waiting.due_at, waiting.number), waiting);
    }

    fn find(&self, id: Uuid) -> Option<(i64, i64)> {
        self.waiting.iter().find(|(_, waiting)| waiting.id() == id).map(|(key, _)| *key)
    }

    /// Whether an event waits.
    pub(super) fn waits(&self, id: Uuid) -> bool {
        self.find(id).is_some()
    }

    /// When an event came into the log, if it was scheduled.
    pub(super) fn moved_at(&self, id: Uuid) -> Option<i64> {
        self.moved.get(&id).copied()
    }

    /// Remembers when an event came into the log that is put back there.
    pub(super) fn remember(&mut self, id: Uuid, moved_at: Option<i64>) {
        self.moved.extend(moved_at.map(|at| (id, at)));
    }

    /// Forgets when events came into the log that have left it.
    pub(super) fn forget(&mut self, gone: &[Stored]) {
        for stored in gone {
            self.moved.remove(&stored.event.envelope.id);
        }
    }

    /// The id by whose time an event of the log is as old as its place: its own, unless it was scheduled.
    pub(super) fn as_old(&self, id: Uuid) -> Uuid {
        as_old(id, self.moved_at(id))
    }

    fn meant<'a>(&'a self, filter: &'a ScheduleFilter) -> impl Iterator<Item = &'a Waiting> {
        self.waiting.values().filter(|waiting| filter.matches(&waiting.new.event))
    }

    /// What is due, without what is behind a held one of its slot.
    fn due(&self, now: i64) -> impl Iterator<Item = &NewEvent> {
        let mut behind = Vec::new();
        self.waiting.values().take_while(move |waiting| waiting.due_at <= now).filter_map(
            move |waiting| {
                let slot = waiting.new.slot();
                if waiting.held.as_ref().is_some_and(|held| held.until > now) {
                    behind.push(slot);
                }
                (!behind.contains(&slot)).then_some(&waiting.new)
            },
        )
    }
}

impl Waiting {
    fn id(&self) -> Uuid {
        self.new.event.envelope.id
    }

    /// When it may be moved at the earliest.
    fn from(&self) -> i64 {
        self.held.as_ref().map_or(self.due_at, |held| held.until)
    }

    fn seen(&self) -> Scheduled {
        let mut scheduled = Scheduled::new(self.new.event.clone(), self.due_at, self.number);
        if let Some(Held { failures, failure, .. }) = &self.held {
            (scheduled.failures, scheduled.failure) = (*failures, Some(failure.clone()));
        }
        scheduled
    }
}

impl State {
    /// The time that is meant.
    pub(super) fn due_at(&self, due: Due) -> i64 {
        match due {
            Due::At(at) => at,
            Due::After(after) => {
                let after = i64::try_from(after.as_millis()).unwrap_or(i64::MAX);
                self.clock.now().saturating_add(after)
            }
        }
    }
}

impl MemoryConnection {
    pub(super) fn schedule(&mut self, events: &[NewEvent], duplicates: &Duplicates, due_at: i64) {
        for (_, new) in events.iter().enumerate().filter(|(at, _)| !duplicates.contains_key(at)) {
            // The key is taken already.
            let new = NewEvent { key: None, ..new.clone() };
            let waiting = Waiting { new, due_at, number: 0, held: None };
            self.write(Write::Schedule(Change::Add(Box::new(waiting))));
        }
    }

    /// What this transaction scheduled under the id, or did to it before.
    fn own(&mut self, id: Uuid) -> Option<&mut Waiting> {
        self.writes.iter_mut().find_map(|write| match write {
            Write::Schedule(Change::Add(waiting)) if waiting.id() == id => Some(&mut **waiting),
            _ => None,
        })
    }

    /// Whether this transaction took the event already.
    fn took(&self, id: Uuid) -> bool {
        self.writes
            .iter()
            .any(|write| matches!(write, Write::Schedule(Change::Take(ids)) if ids.contains(&id)))
    }
}

impl Schedule for MemoryStore {
    async fn next_due(&self) -> Result<Option<Duration>> {
        let state = self.state();
        let next = state.agenda.waiting.values().map(Waiting::from).min();
        let millis = next.map(|next| next.saturating_sub(state.clock.now()));
        Ok(millis.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or(0))))
    }

    async fn take_due(
        &self,
        connection: &mut MemoryConnection,
        limit: usize,
    ) -> Result<Option<Taken>> {
        let (now, events) = {
            let state = self.state();
            let now = state.clock.now();
            (now, state.agenda.due(now).take(limit).cloned().collect::<Vec<NewEvent>>())
        };
        let ids = events.iter().map(|new| new.event.envelope.id).collect();
        connection.write(Write::Schedule(Change::Enter(ids, now)));
        Ok(Some(Taken { events, unreadable: Vec::new() }))
    }

    async fn hold(&self, id: Uuid, failure: &str) -> Result<()> {
        let mut state = self.state();
        let now = state.clock.now();
        let key = state.agenda.find(id);
        if let Some(waiting) = key.and_then(|key| state.agenda.waiting.get_mut(&key)) {
            let failures = waiting.held.as_ref().map_or(0, |held| held.failures);
            let until = now + (1_000 << failures.min(10)).min(60_000);
            let failure = failure.to_owned();
            waiting.held = Some(Held { until, failures: failures + 1, failure });
        }
        Ok(())
    }

    async fn scheduled(
        &self,
        filter: &ScheduleFilter,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> Result<Vec<Scheduled>> {
        let state = self.state();
        let behind =
            |waiting: &&Waiting| after.is_none_or(|after| (waiting.due_at, waiting.number) > after);
        Ok(state.agenda.meant(filter).filter(behind).take(limit).map(Waiting::seen).collect())
    }

    async fn agenda(&self, at_most: usize) -> Result<Found> {
        let state = self.state();
        let all = || state.agenda.waiting.values();
        let count = |count: usize| u64::try_from(count.min(at_most)).unwrap_or(u64::MAX);
        let free = all().find(|waiting| waiting.held.is_none());
        let overdue = free.map(|waiting| state.clock.now().saturating_sub(waiting.due_at));
        let refused = || all().filter_map(|waiting| Some((waiting, waiting.held.as_ref()?)));
        Ok(Found {
            waiting: count(all().count()),
            more: all().count() > at_most,
            overdue: overdue
                .and_then(|millis| u64::try_from(millis).ok())
                .map(Duration::from_millis),
            refused: count(refused().count()),
            aside: 0,
            trouble: refused()
                .next()
                .map(|(waiting, held)| (waiting.id().to_string(), held.failure.clone())),
        })
    }

    async fn count_scheduled(&self, filter: &ScheduleFilter) -> Result<u64> {
        let count = self.state().agenda.meant(filter).count();
        Ok(u64::try_from(count).unwrap_or(u64::MAX))
    }

    async fn cancel(&self, connection: &mut MemoryConnection, id: Uuid) -> Result<bool> {
        let own = connection.own(id).is_some();
        if own {
            let is_it = |write: &Write| matches!(write, Write::Schedule(Change::Add(waiting)) if waiting.id() == id);
            connection.writes.retain(|write| !is_it(write));
            return Ok(true);
        }
        let known = !connection.took(id) && self.state().agenda.find(id).is_some();
        if known {
            connection.write(Write::Schedule(Change::Take(vec![id])));
        }
        Ok(known)
    }

    async fn reschedule(
        &self,
        connection: &mut MemoryConnection,
        id: Uuid,
        due: Due,
    ) -> Result<bool> {
        let due_at = self.state().due_at(due);
        if let Some(waiting) = connection.own(id) {
            waiting.due_at = due_at;
            return Ok(true);
        }
        let known = !connection.took(id) && self.state().agenda.find(id).is_some();
        if known {
            connection.write(Write::Schedule(Change::Move(id, due_at)));
        }
        Ok(known)
    }
}
