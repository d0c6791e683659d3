//! What a replay would hand over, and how far it has come.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::store::Tallies;

/// What a replay would hand over if it were started now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct DryRun {
    /// How many events.
    pub count: u64,
    /// How many of each type; a type of which there is nothing is absent.
    pub by_type: BTreeMap<String, u64>,
    /// Between which numbers they are.
    pub positions: Option<RangeInclusive<i64>>,
    /// When the oldest came to be.
    pub oldest: Option<SystemTime>,
    /// When the newest came to be.
    pub newest: Option<SystemTime>,
}

/// How far a replay has come.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// How many events are behind it: handled, dead, in trouble, or of a type that this code does not know.
    pub done: u64,
    /// How many there are in all, counted when it was first started.
    pub total: u64,
    /// Whether the subscription whose handlers it calls has a filter of its own, which may pass over some of these.
    pub estimated: bool,
    /// The number of the next event; `None` when nothing is left.
    pub position: Option<i64>,
    /// How many events it gave up: its dead letters.
    pub failed: u64,
    /// How many events a second this process handled or gave up since it was started here.
    pub rate: f64,
}

impl DryRun {
    pub(super) fn of(counted: &Tallies) -> Self {
        let by_type: BTreeMap<String, u64> =
            counted.iter().map(|(name, tally)| (name.clone(), tally.count)).collect();
        let all = counted.values().copied().reduce(crate::store::Tally::and);
        Self {
            count: by_type.values().sum(),
            by_type,
            positions: all.map(|all| all.first..=all.last),
            oldest: all.and_then(|all| time(all.oldest)),
            newest: all.and_then(|all| time(all.newest)),
        }
    }
}

/// The time that is in an id.
fn time(id: Uuid) -> Option<SystemTime> {
    let (seconds, nanoseconds) = id.get_timestamp()?.to_unix();
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

/// How many in each second.
pub(super) fn rate(count: u64, within: Duration) -> f64 {
    if within.is_zero() {
        return 0.0;
    }
    Duration::from_secs(count).as_secs_f64() / within.as_secs_f64()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::rate;

    #[test]
    fn a_rate_is_per_second() {
        assert!((rate(5, Duration::from_millis(500)) - 10.0).abs() < 1e-9);
        assert!(rate(5, Duration::ZERO).abs() < 1e-9);
    }
}
