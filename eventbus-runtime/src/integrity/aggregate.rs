//! What the events of one aggregate tell together: their times, and their shards.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::{Duration, UNIX_EPOCH};

use crate::catalog::first_segment;
use crate::integrity::check::Check;
use crate::integrity::report::Place;
use crate::integrity::row::place;
use crate::integrity::tally::Tally;
use crate::store::{Hits, LogRow, SLOTS, slot_of_aggregate};

/// How far times may go back: clocks differ, and a transaction may stay open.
const TOLERANCE: Duration = Duration::from_secs(60);

/// How many aggregates are kept in mind. An aggregate that shares its place with another is forgotten when that comes:
/// a finding may be missed then, and none is made up.
const KEPT: usize = 1 << 18;

/// How many types are kept in mind.
const TYPES: usize = 10_000;

/// What is kept in mind between rows; its size is bounded, whatever the log holds.
#[derive(Debug)]
pub(super) struct Aggregates {
    samples: usize,
    latest: Vec<Latest>,
    types: HashMap<String, Shards>,
}

/// The latest time of an aggregate's events of one service. Time 0 is none.
#[derive(Debug, Clone, Copy, Default)]
struct Latest {
    aggregate: u64,
    millis: u128,
    position: i64,
}

/// Of the events of a type those in the shard that their name says, and those in others.
#[derive(Debug, Default)]
struct Shards {
    own: Hits,
    other: Hits,
}

impl Aggregates {
    pub(super) fn new(samples: usize) -> Self {
        Self { samples, latest: vec![Latest::default(); KEPT], types: HashMap::new() }
    }

    /// Takes in a row, in the order of numbers.
    pub(super) fn take(&mut self, row: &LogRow, tally: &mut Tally) {
        if row.envelope.aggregate_id.is_some() && row.unreadable.is_empty() {
            self.take_time(row, tally);
            if (0..i64::from(SLOTS)).contains(&row.slot) {
                self.take_shard(row);
            }
        }
    }

    fn take_time(&mut self, row: &LogRow, tally: &mut Tally) {
        let Some(time) = row.envelope.time() else { return };
        let emitted = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let moved = row.moved_at.map(|millis| u128::try_from(millis).unwrap_or(0));
        let millis = moved.unwrap_or(emitted);
        let aggregate = hash(row);
        let at = usize::try_from(aggregate % KEPT as u64).expect("it is below a number of places");
        let latest = &mut self.latest[at];
        if latest.aggregate != aggregate || latest.millis <= millis {
            *latest = Latest { aggregate, millis, position: row.position };
            return;
        }
        let back = Duration::from_millis(u64::try_from(latest.millis - millis).unwrap_or(u64::MAX));
        if back > TOLERANCE {
            let before = latest.position;
            tally.count(Check::TimeGoesBack, || {
                let seconds = back.as_secs();
                place(row, Some(format!("{seconds} s older than the event at position {before}")))
            });
        }
    }

    fn take_shard(&mut self, row: &LogRow) {
        let (samples, full) = (self.samples, self.types.len() >= TYPES);
        let event_type = &row.envelope.event_type;
        if !self.types.contains_key(event_type) {
            if full {
                return;
            }
            self.types.insert(event_type.clone(), Shards::default());
        }
        let Some(shards) = self.types.get_mut(event_type) else { return };
        let own = slot_of_aggregate(&row.envelope, first_segment(event_type));
        let found = if row.slot == i64::from(own) { &mut shards.own } else { &mut shards.other };
        found.count += 1;
        if found.places.len() < samples {
            let detail = format!("`{event_type}` in {}, its name says {own}", row.slot);
            found.places.push(place(row, Some(detail)));
        }
    }

    /// Tells which types have events in shards of both sorts: those that are fewer.
    pub(super) fn finish(self, tally: &mut Tally) {
        let mixed = self.types.into_values().filter(|shards| {
            let Shards { own, other } = shards;
            own.count > 0 && other.count > 0
        });
        let mut fewer: Vec<Hits> = mixed
            .map(|Shards { own, other }| if own.count < other.count { own } else { other })
            .collect();
        fewer.sort_by_key(|found| found.places.first().and_then(|place: &Place| place.position));
        fewer.into_iter().for_each(|found| tally.add(Check::MixedShards, found));
    }
}

/// Who an aggregate is, and which service wrote of it.
fn hash(row: &LogRow) -> u64 {
    let envelope = &row.envelope;
    let mut hasher = DefaultHasher::new();
    first_segment(&envelope.event_type).hash(&mut hasher);
    (&envelope.tenant, &envelope.aggregate_id, &envelope.source).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use uuid::{NoContext, Timestamp, Uuid};

    use super::Aggregates;
    use crate::catalog::first_segment;
    use crate::envelope::Envelope;
    use crate::integrity::check::Check;
    use crate::integrity::report::Finding;
    use crate::integrity::tally::Tally;
    use crate::store::{LogRow, slot_of_aggregate};

    /// A row of an aggregate at a second, in the shard of a kind.
    fn row(position: i64, aggregate: &str, second: u64, kind: Option<&str>) -> LogRow {
        let time = UNIX_EPOCH + Duration::from_secs(second);
        let since = time.duration_since(UNIX_EPOCH).unwrap().as_secs();
        let envelope = Envelope {
            id: Uuid::new_v7(Timestamp::from_unix(NoContext, since, 0)),
            event_type: "order.placed".to_owned(),
            source: "/shop".to_owned(),
            aggregate_id: Some(aggregate.to_owned()),
            ..Envelope::default()
        };
        let kind = kind.unwrap_or_else(|| first_segment(&envelope.event_type));
        let slot = i64::from(slot_of_aggregate(&envelope, kind));
        LogRow { position, slot, version: 1, envelope, ..LogRow::default() }
    }

    fn told(rows: &[LogRow]) -> Vec<Finding> {
        let (mut aggregates, mut tally) = (Aggregates::new(1), Tally::new(1));
        rows.iter().for_each(|row| aggregates.take(row, &mut tally));
        aggregates.finish(&mut tally);
        tally.into_findings()
    }

    #[test]
    fn an_aggregate_that_goes_back_by_more_than_a_minute_is_told() {
        let back = told(&[row(1, "a", 1000, None), row(2, "b", 10, None), row(3, "a", 939, None)]);
        assert_eq!(back.len(), 1);
        assert_eq!((back[0].check(), back[0].count()), (Check::TimeGoesBack, 1));
        let place = &back[0].places()[0];
        assert_eq!(place.position, Some(3));
        assert_eq!(place.detail.as_deref(), Some("61 s older than the event at position 1"));
        assert_eq!(told(&[row(1, "a", 1000, None), row(2, "a", 940, None)]), []);
    }

    #[test]
    fn what_was_scheduled_is_as_old_as_its_place() {
        let moved = |mut row: LogRow, millis| {
            row.moved_at = Some(millis);
            row
        };
        let reminder = moved(row(2, "a", 10, None), 1_000_500);
        assert_eq!(told(&[row(1, "a", 1000, None), reminder.clone()]), []);
        assert_eq!(told(&[reminder, row(3, "a", 939, None)]).len(), 1);
    }

    #[test]
    fn clocks_of_two_services_are_not_compared() {
        let mut other = row(2, "a", 10, None);
        other.envelope.source = "/mail".to_owned();
        assert_eq!(told(&[row(1, "a", 1000, None), other]), []);
    }

    #[test]
    fn a_type_in_shards_of_two_kinds_is_told_by_those_that_are_fewer() {
        let stated = |position| row(position, "a", 10, Some("cart"));
        let named = |position| row(position, "a", 10, None);
        assert_eq!(told(&[stated(1), stated(2)]), [], "the kind is stated");
        let mixed = told(&[named(1), stated(2), named(3)]);
        assert_eq!((mixed[0].check(), mixed[0].count()), (Check::MixedShards, 1));
        assert_eq!(mixed[0].places()[0].position, Some(2));
    }
}
