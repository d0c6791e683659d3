//! Which part of a backlog gets a detour: a cursor of its own, so that the others do not wait for it.
//!
//! While there is more to read, events are counted by priority and tenant, page by page. What comes to half a page of them
//! is read beside the others from then on: a priority first, where events of another one wait, and then a tenant in it.
//! So what stands behind them all waits for a page of each that has more, and what is alone is asked about before anything
//! is done for the others: there may be none.

use std::collections::HashMap;

use crate::priority::Priority;
use crate::store::Track;

/// How many detours of tenants a shard has at most: each reads the log for itself.
pub(crate) const MOST_DETOURS: usize = 16;

/// How many tenants are counted at most. Where there are more, each loses one event now and then: whoever has much stays.
const MOST_COUNTED: usize = 1_000;

/// The events of a tenant, by the number of their priority.
type Counts = [usize; Priority::ALL.len()];

/// The events by tenant that were read since there was nothing more to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: HashMap<String, Counts>,
}

impl Tally {
    /// Counts events that were read where there is more, by their priorities and tenants.
    pub(crate) fn add<'t>(&mut self, events: impl Iterator<Item = (Priority, Option<&'t str>)>) {
        let mut last: Option<(Priority, &str)> = None;
        let mut run = 0;
        for (priority, tenant) in events {
            let event = (priority, tenant.unwrap_or_default());
            if last.is_some_and(|last| last != event) {
                self.count(last.take(), std::mem::take(&mut run));
            }
            (last, run) = (Some(event), run + 1);
        }
        self.count(last, run);
    }

    /// Adds what another has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (tenant, counts) in other.counts {
            for (priority, events) in Priority::ALL.into_iter().zip(counts) {
                self.count(Some((priority, &tenant)), events);
            }
        }
    }

    /// The priority that has had its share of the pages of this size: the one with the most events.
    pub(crate) fn priority_ahead(&self, page: usize) -> Option<Priority> {
        let counts = self.by_priority();
        let most = Priority::ALL.into_iter().zip(counts).rev().max_by_key(|(_, count)| *count);
        let (priority, _) = most.filter(|(_, count)| *count >= page.div_ceil(2))?;
        Some(priority)
    }

    /// Who has had its share of the pages of this size and is not let go first: the tenant with the most events of a priority.
    pub(crate) fn ahead(&self, page: usize) -> Option<Track> {
        let all = self.counts.iter().flat_map(|(tenant, counts)| {
            let each = Priority::ALL.into_iter().zip(*counts);
            each.map(move |(priority, count)| (count, tenant, priority))
        });
        let (_, tenant, priority) = all.max().filter(|(count, ..)| *count >= page.div_ceil(2))?;
        Some(Track::of(priority).with_tenant(tenant))
    }

    /// Whether nobody else has had an event, and all were of one priority.
    pub(crate) fn is_alone(&self) -> bool {
        self.counts.len() == 1 && self.is_of_one_priority()
    }

    /// Whether all were of one priority.
    pub(crate) fn is_of_one_priority(&self) -> bool {
        self.by_priority().iter().filter(|count| **count > 0).count() == 1
    }

    /// A track is read elsewhere.
    pub(crate) fn forget(&mut self, track: &Track) {
        for (tenant, counts) in &mut self.counts {
            for (priority, count) in Priority::ALL.into_iter().zip(counts) {
                if track.contains(priority, Some(tenant)) {
                    *count = 0;
                }
            }
        }
        self.counts.retain(|_, counts| counts.iter().any(|count| *count > 0));
    }

    fn by_priority(&self) -> Counts {
        let mut sums = Counts::default();
        for counts in self.counts.values() {
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        sums
    }

    fn count(&mut self, of: Option<(Priority, &str)>, events: usize) {
        let Some((priority, tenant)) = of.filter(|_| events > 0) else { return };
        let at = Priority::ALL.into_iter().position(|one| one == priority).unwrap_or_default();
        if let Some(counts) = self.counts.get_mut(tenant) {
            counts[at] += events;
            return;
        }
        let mut counts = Counts::default();
        counts[at] = events;
        self.counts.insert(tenant.to_owned(), counts);
        if self.counts.len() > MOST_COUNTED {
            self.counts.retain(|_, counts| {
                *counts = counts.map(|count| count.saturating_sub(1));
                counts.iter().any(|count| *count > 0)
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_COUNTED, Tally};
    use crate::priority::Priority::{self, High, Low, Normal};
    use crate::store::Track;

    type Part = (Priority, &'static str, usize);

    fn page(parts: &[Part]) -> impl Iterator<Item = (Priority, Option<&'static str>)> {
        let each = |(priority, tenant, events): &Part| {
            std::iter::repeat_n((*priority, Some(*tenant)), *events)
        };
        parts.iter().flat_map(each)
    }

    fn normal(tenant: &str) -> Option<Track> {
        Some(Track::of(Normal).with_tenant(tenant))
    }

    #[test]
    fn who_has_had_half_a_page_is_ahead() {
        let mut tally = Tally::default();
        tally.add(page(&[(Normal, "big", 4), (Normal, "small", 1), (Normal, "big", 1)]));
        assert_eq!((tally.ahead(10), tally.is_alone()), (normal("big"), false));
        tally.forget(&normal("big").unwrap());
        assert_eq!(tally.ahead(10), None);
        tally.add(page(&[(Normal, "small", 3)]));
        assert_eq!(tally.ahead(10), None);
        tally.add(page(&[(Normal, "small", 1)]));
        assert_eq!(tally.ahead(10), normal("small"), "several pages count together");
    }

    #[test]
    fn what_many_tenants_have_of_a_priority_counts_together() {
        let mut tally = Tally::default();
        tally.add(page(&[(Low, "a", 2), (Low, "b", 2)]));
        assert_eq!((tally.priority_ahead(10), tally.is_of_one_priority()), (None, true));
        tally.add(page(&[(High, "a", 1), (Low, "c", 1)]));
        assert_eq!((tally.priority_ahead(10), tally.ahead(10)), (Some(Low), None));
        assert!(!tally.is_of_one_priority() && !tally.is_alone());
        tally.forget(&Track::of(Low));
        assert_eq!((tally.priority_ahead(10), tally.is_alone()), (None, true));
    }

    #[test]
    fn a_tenant_is_counted_for_each_priority() {
        let mut tally = Tally::default();
        tally.add(page(&[(High, "big", 3), (Normal, "big", 4)]));
        assert_eq!((tally.ahead(10), tally.is_alone()), (None, false));
        tally.add(page(&[(High, "big", 3)]));
        assert_eq!(tally.ahead(10), Some(Track::of(High).with_tenant("big")));
        assert_eq!(tally.priority_ahead(10), Some(High));
    }

    #[test]
    fn events_of_no_tenant_are_of_the_empty_one() {
        let mut tally = Tally::default();
        tally.add([(Normal, None), (Normal, Some("")), (Normal, None)].into_iter());
        assert_eq!((tally.ahead(6), tally.is_alone()), (normal(""), true));
    }

    #[test]
    fn many_tenants_take_little_memory_and_hide_nobody_who_has_much() {
        let mut tally = Tally::default();
        let names: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
        for names in names.chunks(100) {
            tally.add(std::iter::repeat_n((Normal, Some("big")), 60));
            tally.add(names.iter().map(|name| (Normal, Some(&**name))));
        }
        assert!(tally.counts.len() <= MOST_COUNTED);
        assert_eq!(tally.ahead(1_000), normal("big"));
    }
}
