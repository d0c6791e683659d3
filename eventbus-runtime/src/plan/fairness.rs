//! Which tenant of a backlog gets a detour: a cursor of its own, so that the others do not wait for it.
//!
//! While there is more to read, events are counted by tenant, page by page. Who comes to half a page of them is read
//! beside the others from then on. So what stands behind them all waits for a page of each tenant that has more, and a
//! tenant that is alone is asked about before anything is done for the others: there may be none.

use std::collections::HashMap;

/// How many detours a shard has at most: each reads the log for itself.
pub(crate) const MOST_DETOURS: usize = 16;

/// How many tenants are counted at most. Where there are more, each loses one event now and then: whoever has much stays.
const MOST_COUNTED: usize = 1_000;

/// The events by tenant that were read since there was nothing more to read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    counts: HashMap<String, usize>,
}

impl Tally {
    /// Counts events that were read where there is more, by their tenants.
    pub(crate) fn add<'t>(&mut self, tenants: impl Iterator<Item = Option<&'t str>>) {
        let (mut last, mut run) = (None, 0);
        for tenant in tenants {
            let tenant = tenant.unwrap_or_default();
            if last.is_some_and(|last| last != tenant) {
                self.count(last.take(), std::mem::take(&mut run));
            }
            (last, run) = (Some(tenant), run + 1);
        }
        self.count(last, run);
    }

    /// Adds what another has counted.
    pub(crate) fn merge(&mut self, other: Self) {
        for (tenant, events) in other.counts {
            self.count(Some(&tenant), events);
        }
    }

    /// Who has had its share of the pages of this size and is not let go first: the one with the most events.
    pub(crate) fn ahead(&self, page: usize) -> Option<&str> {
        let most = self.counts.iter().max_by_key(|(tenant, count)| (**count, *tenant));
        let (tenant, _) = most.filter(|(_, count)| **count >= page.div_ceil(2))?;
        Some(tenant)
    }

    /// Whether nobody else has had an event.
    pub(crate) fn is_alone(&self) -> bool {
        self.counts.len() == 1
    }

    /// A tenant is read elsewhere.
    pub(crate) fn forget(&mut self, tenant: &str) {
        self.counts.remove(tenant);
    }

    fn count(&mut self, tenant: Option<&str>, events: usize) {
        let Some(tenant) = tenant else { return };
        if let Some(count) = self.counts.get_mut(tenant) {
            *count += events;
            return;
        }
        self.counts.insert(tenant.to_owned(), events);
        if self.counts.len() > MOST_COUNTED {
            self.counts.retain(|_, count| {
                *count -= 1;
                *count > 0
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_COUNTED, Tally};

    fn page(parts: &[(&'static str, usize)]) -> impl Iterator<Item = Option<&'static str>> {
        parts.iter().flat_map(|(tenant, events)| std::iter::repeat_n(Some(*tenant), *events))
    }

    #[test]
    fn who_has_had_half_a_page_is_ahead() {
        let mut tally = Tally::default();
        tally.add(page(&[("big", 4), ("small", 1), ("big", 1)]));
        assert_eq!((tally.ahead(10), tally.is_alone()), (Some("big"), false));
        tally.forget("big");
        assert_eq!(tally.ahead(10), None);
        tally.add(page(&[("small", 3)]));
        assert_eq!(tally.ahead(10), None);
        tally.add(page(&[("small", 1)]));
        assert_eq!(tally.ahead(10), Some("small"), "several pages count together");
    }

    #[test]
    fn events_of_no_tenant_are_of_the_empty_one() {
        let mut tally = Tally::default();
        tally.add([None, Some(""), None].into_iter());
        assert_eq!((tally.ahead(6), tally.is_alone()), (Some(""), true));
    }

    #[test]
    fn many_tenants_take_little_memory_and_hide_nobody_who_has_much() {
        let mut tally = Tally::default();
        let names: Vec<String> = (0..50_000).map(|n| n.to_string()).collect();
        for names in names.chunks(100) {
            tally.add(std::iter::repeat_n(Some("big"), 60));
            tally.add(names.iter().map(|name| Some(&**name)));
        }
        assert!(tally.counts.len() <= MOST_COUNTED);
        assert_eq!(tally.ahead(1_000), Some("big"));
    }
}
