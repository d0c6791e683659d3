//! What a database must be able to do for statistics: keep what the relay counted, and count what waits.

use std::collections::BTreeMap;
use std::future::Future;

use serde::Serialize;
use uuid::Uuid;

use crate::error::Result;
use crate::filter::TypeSet;
use crate::stats::{Histogram, Note, NoteKind};
use crate::store::{Shards, Store, Tracks};

/// A store that keeps statistics.
///
/// Nothing here has a row per event: what was handled is counted per minute, and of slow and failed events the newest are
/// kept. What waits is counted when somebody asks.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no statistics",
    label = "no statistics here",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` do: `EventBus<SqliteStore>`, or `S: Figures` where it is any"
)]
pub trait Figures: Store {
    /// Adds sums to those of their minutes and series, and keeps notes, all of it or nothing. Forgets minutes before
    /// `oldest`, notes from before it, and of each subscription and kind all but the newest
    /// [`MOST_NOTES`](crate::stats::MOST_NOTES) notes; it may do so with the next call.
    fn keep(&self, entries: &Entries, oldest: i64) -> impl Future<Output = Result<()>> + Send;

    /// What was counted from the minute `since` on, of one subscription or of all.
    fn sums(
        &self,
        since: i64,
        subscription: Option<&str>,
    ) -> impl Future<Output = Result<BTreeMap<Series, Sums>>> + Send;

    /// The slowest or the newest notes that meet the query.
    fn notes(&self, wanted: &Noted<'_>) -> impl Future<Output = Result<Vec<Note>>> + Send;

    /// The names of all subscriptions, ascending.
    fn subscriptions(&self) -> impl Future<Output = Result<Vec<String>>> + Send;

    /// Counts what is in trouble or dead, by subscription, type and tenant: it looks at `at_most` deliveries and as many
    /// letters, whatever they are of.
    fn stuck(
        &self,
        subscription: Option<&str>,
        tenant: Option<&str>,
        at_most: usize,
    ) -> impl Future<Output = Result<Stuck>> + Send;

    /// The event with this id and those that have it as their correlation, in the order of their numbers, `limit` at
    /// most. The event is found by the time in its id: one of another kind may be missing, as most that are the correlation of
    /// something are no event's.
    fn correlated(&self, id: Uuid, limit: usize) -> impl Future<Output = Result<Vec<Link>>> + Send;
}

/// Whose events are meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// Those of no tenant.
    Nobody,
    /// Those of one.
    Tenant(String),
    /// Those of the tenants that are not told apart, because others have more events.
    Others,
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// The subscription.
    pub subscription: String,
    /// The event type.
    pub event_type: String,
    /// The tenant.
    pub whose: Whose,
}

/// What became of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sums {
    /// Events that were handled.
    pub handled: u64,
    /// Failed attempts after which an event is tried again.
    pub retried: u64,
    /// Events that were given up.
    pub dead: u64,
    /// From the emit, as the event's id has it, to the commit of the step that handled it.
    pub latency: Histogram,
    /// How long calls of the handler took.
    pub duration: Histogram,
}

impl Sums {
    /// Adds all that another has.
    pub fn merge(&mut self, other: &Self) {
        self.handled = self.handled.saturating_add(other.handled);
        self.retried = self.retried.saturating_add(other.retried);
        self.dead = self.dead.saturating_add(other.dead);
        self.latency.merge(&other.latency);
        self.duration.merge(&other.duration);
    }
}

/// What was counted and noted since it was last kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// By minute since 1970 and series, ascending.
    pub sums: BTreeMap<(i64, Series), Sums>,
    /// Slow and failed events.
    pub notes: Vec<Note>,
}

impl Entries {
    /// Whether there is nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty() && self.notes.is_empty()
    }
}

/// Which notes are wanted: of slow ones the slowest, of failed ones the newest.
#[derive(Debug, Clone)]
pub struct Noted<'a> {
    /// The kind.
    pub kind: NoteKind,
    /// Only those of this time or later, in milliseconds since 1970.
    pub since: i64,
    /// Only those of a subscription.
    pub subscription: Option<&'a str>,
    /// Only those of a tenant.
    pub tenant: Option<&'a str>,
    /// How many at most.
    pub limit: usize,
}

#[cfg(any(feature = "relay", feature = "testing"))]
impl Noted<'_> {
    /// Whether a note is meant.
    pub(crate) fn means(&self, note: &Note) -> bool {
        note.kind == self.kind
            && note.at >= self.since
            && self.subscription.is_none_or(|name| name == note.subscription)
            && self.tenant.is_none_or(|tenant| note.tenant.as_deref() == Some(tenant))
    }

    /// Puts notes in their order and leaves out what is too many.
    pub(crate) fn sort(&self, notes: &mut Vec<Note>) {
        match self.kind {
            NoteKind::Slow => notes.sort_by_key(|note| std::cmp::Reverse((note.took, note.id))),
            NoteKind::Failed => notes.sort_by_key(|note| std::cmp::Reverse(note.id)),
        }
        notes.truncate(self.limit);
    }
}

/// What is wanted of the events that wait behind a place.
#[derive(Debug, Clone, Copy)]
pub struct Waits<'a> {
    /// Their types.
    pub types: &'a TypeSet,
    /// Their shards.
    pub shards: &'a Shards,
    /// Their tenants and priorities.
    pub tracks: &'a Tracks,
    /// How far is looked: up to so many events by `pending`. By `waiting` at so many numbers of the log: all that are behind
    /// the place, where there are no more of them, and else a sample of as many.
    pub at_most: usize,
}

/// A sample begins with half of its numbers in a row. At how many further places the other half is.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
const SPOTS: i64 = 8;

/// Which numbers of those behind `first` and up to `newest` are looked through, ascending, each range without its first
/// number. What is read is bounded by that, whatever the log holds: the oldest events lie at the beginning, and the
/// others are as frequent as at places that lie evenly behind it.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) fn looked_through(first: i64, newest: i64, at_most: usize) -> Vec<(i64, i64)> {
    let behind = newest.saturating_sub(first);
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    if behind <= at_most {
        return if behind > 0 { vec![(first, newest)] } else { Vec::new() };
    }
    let head = at_most / 2;
    let spots = SPOTS.min(at_most - head).max(1);
    let (width, apart) = ((at_most - head) / spots, (behind - head) / spots);
    let ends =
        (1..=spots).map(|spot| if spot == spots { newest } else { first + head + apart * spot });
    let ranges = std::iter::once((first, first + head)).chain(ends.map(|end| (end - width, end)));
    ranges.filter(|(after, upto)| after < upto).collect()
}

/// What waits behind a place, by type and tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// What was counted, ascending.
    pub groups: Vec<Group>,
    /// How many numbers of the log were looked through.
    pub looked: u64,
    /// How many are behind these; where there are any, more may wait than was counted.
    pub left: u64,
}

/// Events of one type and tenant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The type, as it is stored.
    pub event_type: String,
    /// The tenant.
    pub whose: Whose,
    /// How many.
    pub events: u64,
    /// The id of the first of them in the log, where it tells a time.
    pub oldest: Option<Uuid>,
}

/// What is in trouble or dead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stuck {
    /// By subscription, type and tenant, ascending.
    pub groups: Vec<StuckGroup>,
    /// Whether there are more deliveries than were counted.
    pub more_open: bool,
    /// Whether there are more letters than were counted.
    pub more_dead: bool,
}

/// What is in trouble or dead of one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StuckGroup {
    /// What they have in common; the type is that of the log.
    pub series: Series,
    /// They are tried again.
    pub retrying: u64,
    /// They wait behind one that is.
    pub parked: u64,
    /// They are dead letters.
    pub dead: u64,
    /// The oldest id among those that are tried again or wait, of those that tell a time.
    pub oldest: Option<Uuid>,
}

/// An event and what it follows from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// Its number in the log.
    pub position: i64,
    /// Its id.
    pub id: Uuid,
    /// Its type.
    pub event_type: String,
    /// Its tenant.
    pub tenant: Option<String>,
    /// Its aggregate.
    pub aggregate_id: Option<String>,
    /// The event whose handling emitted it.
    pub causation_id: Option<Uuid>,
}

#[cfg(all(test, any(feature = "postgres", feature = "sqlite", feature = "testing")))]
mod tests {
    use super::looked_through;

    #[test]
    fn as_many_numbers_as_are_allowed_are_all_looked_through() {
        assert_eq!(looked_through(7, 7, 10), []);
        assert_eq!(looked_through(9, 7, 10), []);
        assert_eq!(looked_through(7, 17, 10), [(7, 17)]);
    }

    #[test]
    fn of_more_a_bounded_sample_is_apart_and_reaches_the_end() {
        for (first, newest, at_most) in
            [(0, 10_000_000, 40_000), (5, 40_006, 40_000), (0, i64::MAX, 40_000), (3, 9, 2)]
        {
            let ranges = looked_through(first, newest, at_most);
            assert_eq!((ranges[0].0, ranges[ranges.len() - 1].1), (first, newest));
            assert!(ranges.iter().all(|(after, upto)| after < upto), "{ranges:?}");
            assert!(ranges.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{ranges:?}");
            let looked: i64 = ranges.iter().map(|(after, upto)| upto - after).sum();
            assert!(looked <= i64::try_from(at_most).unwrap(), "{ranges:?}");
        }
    }
}
