//! A page as it is kept for several, and as one of them gets it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::filter::TypeSet;
use crate::store::{self, Cursor, Shards, Stored};

/// A page on its way to the handlers of one subscription. Others may have some of its events as well.
#[derive(Debug)]
pub(crate) struct Page<C> {
    /// The window the events were read in; [`Cursor::at`] makes a place between two of them.
    pub(crate) window: C,
    /// The events, in the order of delivery.
    pub(crate) events: Vec<Arc<Stored>>,
    /// The place after the whole page.
    pub(crate) end: C,
    /// Whether another look may bring more at once.
    pub(crate) more: bool,
}

impl<C> From<store::Page<C>> for Page<C> {
    fn from(page: store::Page<C>) -> Self {
        let store::Page { window, events, end, more } = page;
        Self { window, events: events.into_iter().map(Arc::new).collect(), end, more }
    }
}

/// What was read behind a place, and for whom.
#[derive(Debug)]
pub(crate) struct Sheet<C> {
    pub(super) start: C,
    pub(super) window: C,
    pub(super) events: Vec<Arc<Stored>>,
    pub(super) seats: BTreeSet<u64>,
    pub(super) types: Arc<TypeSet>,
    pub(super) shards: Shards,
    pub(super) read_at: i64,
}

/// The same, and how far nothing else lies behind it.
#[derive(Debug, Clone)]
pub(crate) struct Kept<C> {
    pub(super) sheet: Arc<Sheet<C>>,
    pub(super) end: C,
    /// Which read came to this end, and whether it left something to be read.
    pub(super) number: u64,
    pub(super) more: bool,
    pub(super) bytes: usize,
}

impl<C: Cursor> Sheet<C> {
    /// How many of its events are before a place; `None` where the place is none of the page's.
    ///
    /// Places in one window are in the order of its events. Whether the place is one of them, only equality tells.
    pub(super) fn before(&self, place: &C) -> Option<usize> {
        if self.start == *place {
            return Some(0);
        }
        let after = |stored: &Stored| self.window.at(stored.position);
        let before = self.events.partition_point(|stored| after(stored) <= *place);
        let last = before.checked_sub(1)?;
        (after(&self.events[last]) == *place).then_some(before)
    }

    /// Whether it was read for all that somebody wants.
    pub(super) fn covers(&self, seat: u64, types: &TypeSet, shards: &Shards) -> bool {
        let all_types = || types.difference(&self.types).is_empty();
        self.shards.includes(shards) && (self.seats.contains(&seat) || all_types())
    }

    /// Whether it was read for nobody for whom this other was not.
    pub(super) fn is_for_all_of(&self, other: &Self) -> bool {
        self.shards.includes(&other.shards) && self.seats.is_superset(&other.seats)
    }

    /// What it costs to keep: its texts and what holds them.
    pub(super) fn bytes(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let one = |stored: &Arc<Stored>| {
            let envelope = &stored.event.envelope;
            let named = envelope.event_type.len() + envelope.source.len();
            let about = text(&envelope.tenant) + text(&envelope.aggregate_id);
            let trace = text(&envelope.traceparent) + text(&envelope.tracestate);
            let metadata = envelope.metadata.iter().map(|(key, value)| key.len() + value.len());
            let texts = named + about + trace + metadata.sum::<usize>() + stored.event.data.len();
            size_of::<Stored>() + texts
        };
        self.events.iter().map(one).sum()
    }
}

/// A page that somebody found, and where in it.
pub(crate) struct Taken<C> {
    pub(super) kept: Kept<C>,
    /// How many of its events are done already.
    pub(super) before: usize,
    pub(super) seat: u64,
    pub(super) types: Arc<TypeSet>,
}

impl<C: Cursor> Taken<C> {
    /// What whoever owns these shards gets of it, `limit` events at most.
    pub(crate) fn cut(self, shards: &Shards, limit: usize) -> Page<C> {
        let Self { kept: Kept { sheet, end, more, .. }, before, seat, types } = self;
        let window = sheet.window.clone();
        let alone = sheet.seats.len() == 1 && sheet.seats.contains(&seat);
        if alone && sheet.shards == *shards && before == 0 && sheet.events.len() <= limit {
            let events = match Arc::try_unwrap(sheet) {
                Ok(sheet) => sheet.events,
                Err(sheet) => sheet.events.clone(),
            };
            return Page { window, events, end, more };
        }
        let is_wanted = |stored: &&Arc<Stored>| {
            shards.contains(stored.slot) && types.contains(&stored.event.envelope.event_type)
        };
        let mut wanted = sheet.events[before..].iter().filter(is_wanted);
        let events: Vec<_> = wanted.by_ref().take(limit).cloned().collect();
        match events.last() {
            Some(last) if wanted.next().is_some() => {
                Page { end: window.at(last.position), window, events, more: true }
            }
            _ => Page { window, events, end, more },
        }
    }
}
