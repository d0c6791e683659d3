//! The events that are handed over together: a page of the log, or events in trouble whose time has come.
//!
//! Handlers are called for both in the same way. What becomes of an event is written down in two: the cursor passes one of
//! a page, which is given a row only if it gets into trouble; one that is in trouble has a row, which changes or goes.

use std::collections::HashSet;

use crate::event::Delivery;
use crate::plan::feed::Page;
use crate::plan::order::{self, Turn};
use crate::relay::page::after;
use crate::relay::place::Place;
use crate::store::{Change, Cursor, Fate, Stored, Trouble};

/// An event that is to be handed over.
#[derive(Clone, Copy)]
pub(super) enum Item<'p> {
    /// For the first time.
    New(&'p Stored),
    /// It has a row, because it failed or had to wait.
    Again(&'p Trouble),
}

/// Events in the order in which they are handed over.
pub(super) struct InHand<'p, C> {
    pub(super) items: Vec<Item<'p>>,
    page: Option<&'p Page<C>>,
}

impl<'p, C: Cursor> InHand<'p, C> {
    /// Those of a page.
    pub(super) fn page(page: &'p Page<C>) -> Self {
        Self { items: page.events.iter().map(|event| Item::New(event)).collect(), page: Some(page) }
    }

    /// Events in trouble, those of one key in their order.
    pub(super) const fn troubles(items: Vec<Item<'p>>) -> Self {
        Self { items, page: None }
    }

    /// The place after the first `done` events; `None` where no cursor passes them.
    pub(super) fn after(&self, done: usize) -> Option<C> {
        self.page.map(|page| after(page, done))
    }
}

impl<'p> Item<'p> {
    pub(super) const fn stored(self) -> &'p Stored {
        match self {
            Self::New(stored) => stored,
            Self::Again(trouble) => &trouble.stored,
        }
    }

    /// How often it was attempted.
    pub(super) const fn attempts(self) -> u32 {
        match self {
            Self::New(_) => 0,
            Self::Again(trouble) => trouble.attempts,
        }
    }

    /// Whether it is in trouble. Then it had its token of the rate limit when it was read from the log.
    pub(super) const fn has_row(self) -> bool {
        matches!(self, Self::Again(_))
    }

    /// Whether it failed before: a handler of batches gets it alone.
    pub(super) const fn has_failed(self) -> bool {
        matches!(self, Self::Again(Trouble { first_at: Some(_), .. })) || self.attempts() > 0
    }

    /// Its next delivery.
    pub(super) fn delivery<C: Cursor>(self, place: &Place<C>) -> Delivery {
        match self {
            Self::New(stored) => place.delivery(stored),
            Self::Again(trouble) => place.delivery_again(trouble),
        }
    }

    /// What orders it. One that has a row keeps the key of the row, whatever handles it by now.
    pub(super) fn key(self, kind: &str, ordered: bool) -> Option<String> {
        match self {
            Self::New(stored) if ordered => order::key(&stored.event.envelope, kind),
            Self::New(_) => None,
            Self::Again(trouble) => trouble.key.clone(),
        }
    }

    /// Whether it waits for an earlier event of its key.
    pub(super) fn waits(self, kind: &str, ordered: bool, held: &HashSet<String>) -> bool {
        match self {
            Self::New(stored) => ordered && order::turn(stored, kind, held) == Turn::Park,
            Self::Again(trouble) => trouble.key.as_ref().is_some_and(|key| held.contains(key)),
        }
    }

    /// Its row when it comes to `fate`.
    pub(super) fn change(self, kind: &str, ordered: bool, fate: Fate) -> Change {
        let stored = self.stored();
        let first_at = match self {
            Self::New(_) => None,
            Self::Again(trouble) => trouble.first_at,
        };
        Change {
            position: stored.position,
            slot: stored.slot,
            event_id: stored.event.envelope.id,
            key: self.key(kind, ordered),
            first_at: first_at.or_else(|| failed_at(&fate)),
            was: self.has_row().then(|| self.attempts()),
            fate,
        }
    }
}

fn failed_at(fate: &Fate) -> Option<i64> {
    match fate {
        Fate::Retrying { failure, .. } | Fate::Dead { failure, .. } => Some(failure.at),
        Fate::Handled | Fate::Parked => None,
    }
}
