//! Which events a subscription wants.

use std::collections::BTreeSet;

use crate::catalog::Leaf;
use crate::event::DomainEvent;

/// A set of event types, as it is pushed down to the store.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    types: BTreeSet<&'static str>,
}

impl Filter {
    /// Every event type below `E`, under its name and its former ones.
    #[must_use]
    pub fn of<E: DomainEvent>() -> Self {
        let names = |leaf: &&'static Leaf| {
            std::iter::once(leaf.event_type).chain(leaf.aliases.iter().copied())
        };
        Self { types: E::CATALOG.leaves().iter().flat_map(names).collect() }
    }

    /// The same and every type of `other`.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.types.extend(&other.types);
        self
    }

    /// Whether an event of this type is wanted. Allocates nothing.
    #[must_use]
    pub fn matches(&self, event_type: &str) -> bool {
        self.types.contains(event_type)
    }

    /// The wanted type names, sorted.
    pub fn types(&self) -> impl ExactSizeIterator<Item = &'static str> + '_ {
        self.types.iter().copied()
    }
}
