//! What a store knows of replays: a part of the log, what it holds, and where a replay ends.

use std::collections::BTreeMap;
use std::time::SystemTime;

#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
use uuid::Builder;
use uuid::Uuid;

use crate::filter::TypeSet;
use crate::store::Stored;

/// Which events of a part of the log are meant: those for which everything holds that is given here.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Selection {
    /// The types.
    pub types: TypeSet,
    /// The tenant.
    pub tenant: Option<String>,
    /// The aggregate's id.
    pub aggregate_id: Option<String>,
    /// What belongs together across services.
    pub correlation_id: Option<Uuid>,
    /// The lowest id, [`first_id`] of a time.
    pub since: Option<Uuid>,
    /// What ids are below.
    pub until: Option<Uuid>,
    /// The lowest number.
    pub first: i64,
    /// The highest number.
    pub last: i64,
}

impl Default for Selection {
    /// Every event.
    fn default() -> Self {
        Self {
            types: TypeSet::everything(),
            tenant: None,
            aggregate_id: None,
            correlation_id: None,
            since: None,
            until: None,
            first: 0,
            last: i64::MAX,
        }
    }
}

impl Selection {
    /// Whether an event is meant. Stores that ask in another language must agree.
    #[must_use]
    pub fn matches(&self, stored: &Stored) -> bool {
        let envelope = &stored.event.envelope;
        let is =
            |wanted: &Option<String>, found: &Option<String>| wanted.is_none() || wanted == found;
        (self.first..=self.last).contains(&stored.position)
            && self.since.is_none_or(|since| envelope.id >= since)
            && self.until.is_none_or(|until| envelope.id < until)
            && is(&self.tenant, &envelope.tenant)
            && is(&self.aggregate_id, &envelope.aggregate_id)
            && (self.correlation_id.is_none() || self.correlation_id == envelope.correlation_id)
            && self.types.contains(&envelope.event_type)
    }
}

/// The lowest id that an event of this time can have: ids are UUIDv7, and tell milliseconds.
#[must_use]
pub fn first_id(time: SystemTime) -> Uuid {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Uuid::from_u128(since.as_millis() << 80)
}

/// The id by whose time an event of the log is as old as its place: its own, unless it was scheduled and came there at a time of
/// its own, in milliseconds since 1970.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) fn as_old(id: Uuid, moved_at: Option<i64>) -> Uuid {
    let millis = moved_at.map(|at| u64::try_from(at).unwrap_or(0));
    millis.map_or(id, |millis| Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid())
}

/// What a part of the log holds of one type, one event at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// How many events.
    pub count: u64,
    /// The lowest number.
    pub first: i64,
    /// The highest number.
    pub last: i64,
    /// The lowest id, in which the time of the oldest is.
    pub oldest: Uuid,
    /// The highest id.
    pub newest: Uuid,
}

/// What a part of the log holds, by type; a type of which there is nothing is absent.
pub type Tallies = BTreeMap<String, Tally>;

impl Tally {
    /// One event.
    #[must_use]
    pub const fn of(stored: &Stored) -> Self {
        let (position, id) = (stored.position, stored.event.envelope.id);
        Self { count: 1, first: position, last: position, oldest: id, newest: id }
    }

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            oldest: self.oldest.min(other.oldest),
            newest: self.newest.max(other.newest),
        }
    }
}

/// What is written down of a replay beside its shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplayRow<C> {
    /// What it replays, as text: it goes on with the same alone.
    pub filter: String,
    /// How many events that were when it was first started.
    pub total: u64,
    /// When it was first started, in milliseconds since 1970.
    pub began_at: i64,
    /// Where it ends.
    pub upto: C,
    /// Events up to this number come from an archive, and the rest from the log; 0 where it has none.
    pub archived: i64,
}
