//! What was found so far: of each check the number, and the first places.

use std::collections::BTreeMap;

use crate::integrity::check::Check;
use crate::integrity::report::{Finding, Place};
use crate::store::Hits;

/// Findings as they come in.
#[derive(Debug)]
pub(super) struct Tally {
    samples: usize,
    found: BTreeMap<Check, Hits>,
}

impl Tally {
    pub(super) const fn new(samples: usize) -> Self {
        Self { samples, found: BTreeMap::new() }
    }

    /// Counts one; its place is asked for only while there is room.
    pub(super) fn count(&mut self, check: Check, place: impl FnOnce() -> Place) {
        let found = self.found.entry(check).or_default();
        found.count += 1;
        if found.places.len() < self.samples {
            found.places.push(place());
        }
    }

    /// Takes in what a store found.
    pub(super) fn add(&mut self, check: Check, more: Hits) {
        if more.count == 0 {
            return;
        }
        let found = self.found.entry(check).or_default();
        found.count += more.count;
        let room = self.samples.saturating_sub(found.places.len());
        found.places.extend(more.places.into_iter().take(room));
    }

    /// In the order of [`Check::ALL`].
    pub(super) fn into_findings(self) -> Vec<Finding> {
        let findings = self.found.into_iter();
        findings.map(|(check, Hits { count, places })| Finding { check, count, places }).collect()
    }
}
