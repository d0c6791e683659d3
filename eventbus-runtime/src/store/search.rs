//! Finding a time in the log. Ids are UUIDv7, so the log is nearly sorted by them, and it has no index on them.

use std::time::{Duration, UNIX_EPOCH};

use uuid::Uuid;

use crate::clock::system_time;
use crate::store::first_id;

/// How far the order of ids may be off: clocks differ, and a transaction may stay open.
pub(crate) const SLACK: Duration = Duration::from_secs(60);

/// A search for a number that lies at or below every event whose id is `bound` or later, as long as the order of ids is
/// off by less than what `bound` was moved back by.
#[derive(Debug)]
pub(crate) struct Search {
    low: i64,
    high: i64,
    bound: Uuid,
}

impl Search {
    /// Of a log between two numbers.
    pub(crate) const fn new(first: i64, last: i64, bound: Uuid) -> Self {
        Self { low: first, high: last, bound }
    }

    const fn middle(&self) -> i64 {
        self.low + (self.high - self.low) / 2
    }

    /// The number to look at next, or where the search has ended.
    pub(crate) const fn next(&self) -> Result<i64, i64> {
        if self.low < self.high { Ok(self.middle()) } else { Err(self.low) }
    }

    /// Takes in the first event at or after the number that was looked at.
    pub(crate) fn found(&mut self, event: Option<(i64, Uuid)>) {
        match event {
            Some((position, id)) if id < self.bound && position < self.high => {
                self.low = position + 1;
            }
            Some((_, id)) if id < self.bound => self.low = self.high,
            _ => self.high = self.middle(),
        }
    }
}

/// The lowest id of the time that is surely before an event which came into the log then, in milliseconds since 1970; the
/// lowest of all where nobody knows when.
pub(crate) fn surely_before(came: Option<i64>) -> Uuid {
    let Some(millis) = came else { return Uuid::nil() };
    first_id(system_time(millis).checked_sub(SLACK).unwrap_or(UNIX_EPOCH))
}

/// The lowest id of a time when an event that had come into the log at this time, in milliseconds since 1970, was surely
/// there.
pub(crate) fn surely_after(millis: i64) -> Uuid {
    first_id(system_time(millis.saturating_add(1)) + SLACK)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use uuid::Uuid;

    use super::{Search, surely_before};
    use crate::clock::time_of;
    use crate::store::first_id;

    #[test]
    fn the_search_finds_the_first_event_of_a_time_around_gaps() {
        let id = |second| first_id(UNIX_EPOCH + Duration::from_secs(second));
        let log = [2_i64, 3, 7, 8, 20, 21, 22, 40].map(|at| (at, id(at.unsigned_abs())));
        let first = |low| log.iter().find(|(position, _)| *position >= low).copied();
        for second in 0..50 {
            let mut search = Search::new(1, 41, id(second));
            let mut probes = 0;
            while let Ok(at) = search.next() {
                search.found(first(at));
                probes += 1;
            }
            let found = first(search.next().unwrap_err());
            assert_eq!(found, log.iter().find(|(_, other)| *other >= id(second)).copied());
            assert!(probes <= 6, "{probes} probes");
        }
    }

    #[test]
    fn an_id_of_a_time_is_below_those_made_then() {
        let id = Uuid::now_v7();
        assert!(surely_before(time_of(id)) < id);
        assert_eq!(surely_before(time_of(Uuid::from_u128(5))), Uuid::nil());
    }
}
