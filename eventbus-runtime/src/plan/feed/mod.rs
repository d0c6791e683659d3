//! Pages that several subscriptions of a process read together, so that each event is fetched once.
//!
//! A page is a fact: what lies between two places of the log never changes. So whoever stands where a page begins needs
//! no statement of its own, where the page was read for what it wants: it takes its part and then stands where the page
//! ends. Those who once stood at one place stay together, whoever of them reads, as long as the pages between the last
//! and the first of them are kept.
//!
//! ```text
//!                    kept pages
//!    ─ ─ ┬─────────┬─────────┬─────────┬─ ─ ─ ─ ─ ─
//!        1         2         3         4    the next read, for all who stand at 1, 2, 3 or 4
//!        ▲         ▲                   ▲
//!      mail     billing             search
//! ```
//!
//! **What a read brings.** What those want who stand at its beginning, or where kept pages lead to it. Whoever is alone,
//! or so far behind that the pages before it are gone, reads for itself.
//!
//! **Coming together.** Somebody who is behind reads no farther than to the nearest place where others stand, or where a
//! kept page begins that was read for it, too. That is how two windows of PostgreSQL meet.
//!
//! **What is current.** That nothing lies behind a page is true for somebody when the page was read after they last had
//! a reason to look. An older page is as true, but they have to look again.
//!
//! **Forgetting.** Pages are few, small and young. After a failure of the store all of them go, with what is known of
//! everybody's place: the database that answers next may be another.

mod page;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use crate::filter::TypeSet;
use crate::plan::feed::page::Sheet;
use crate::store::{self, Cursor, Shards};

pub(crate) use crate::plan::feed::page::{Kept, Page, Taken};

/// How many events are kept at most, or one page.
const MOST_EVENTS: usize = 10_000;

/// How large they are together, or one page.
const MOST_BYTES: usize = 8 * 1024 * 1024;

/// How many pages are kept at most: those at the end of the log are short.
const MOST_PAGES: usize = 64;

/// For how long a page is kept, in milliseconds.
const LONGEST: i64 = 10_000;

/// The pages of one log, and who reads them.
pub(crate) struct Feed<C> {
    seats: BTreeMap<u64, Seat<C>>,
    /// How many seats were given out.
    taken: u64,
    /// Oldest first.
    kept: VecDeque<Kept<C>>,
    events: usize,
    bytes: usize,
    /// How many reads were begun.
    reads: u64,
    /// Up to which of them they may be of another database.
    void: u64,
    /// The types of several, as they were last asked for.
    union: Option<(BTreeSet<u64>, Arc<TypeSet>)>,
}

/// One subscription.
struct Seat<C> {
    types: Arc<TypeSet>,
    stands: Option<Stand<C>>,
    /// The page that it has taken a part of only.
    rest: Option<Kept<C>>,
}

/// Where it reads next, what, and how much of it at once.
struct Stand<C> {
    place: C,
    shards: Shards,
    limit: usize,
}

/// A question for the events after a place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a, C> {
    pub(crate) seat: u64,
    pub(crate) place: &'a C,
    pub(crate) shards: &'a Shards,
    pub(crate) limit: usize,
    /// How many reads had begun when there last was a reason to look.
    pub(crate) since: u64,
    /// In milliseconds.
    pub(crate) now: i64,
}

/// A read that is to be made, and for whom.
pub(crate) struct Reading<C> {
    pub(crate) number: u64,
    pub(crate) types: Arc<TypeSet>,
    pub(crate) shards: Shards,
    pub(crate) limit: usize,
    pub(crate) upto: Option<C>,
    seats: BTreeSet<u64>,
}

impl<C> Default for Feed<C> {
    fn default() -> Self {
        Self {
            seats: BTreeMap::new(),
            taken: 0,
            kept: VecDeque::new(),
            events: 0,
            bytes: 0,
            reads: 0,
            void: 0,
            union: None,
        }
    }
}

impl<C: Cursor> Feed<C> {
    /// A seat for somebody who wants these types.
    pub(crate) fn sit(&mut self, types: TypeSet) -> u64 {
        self.taken += 1;
        let seat = Seat { types: Arc::new(types), stands: None, rest: None };
        self.seats.insert(self.taken, seat);
        self.taken
    }

    pub(crate) fn rise(&mut self, seat: u64) {
        self.seats.remove(&seat);
    }

    /// How many reads were begun so far.
    pub(crate) const fn reads(&self) -> u64 {
        self.reads
    }

    /// Forgets all pages and places, also those that are being read.
    pub(crate) fn forget(&mut self) {
        self.void = self.reads;
        self.kept.clear();
        (self.events, self.bytes) = (0, 0);
        for seat in self.seats.values_mut() {
            (seat.stands, seat.rest) = (None, None);
        }
    }

    /// The page that answers a question, where it is kept.
    pub(crate) fn take(&mut self, ask: &Ask<'_, C>) -> Option<Taken<C>> {
        while self.kept.front().is_some_and(|kept| kept.sheet.read_at + LONGEST < ask.now) {
            self.drop_oldest();
        }
        self.stand(ask, ask.place.clone());
        let seat = self.seat(ask);
        // Only whoever took a part of a page stands inside of it.
        let begun = self.kept.iter().rev().filter(|kept| kept.sheet.start == *ask.place);
        let (kept, before) = seat.rest.iter().chain(begun).find_map(|kept| {
            let before = kept.sheet.before(ask.place)?;
            let covers = kept.sheet.covers(ask.seat, &seat.types, ask.shards);
            covers.then(|| (kept.clone(), before))
        })?;
        Some(self.part(ask, kept, before))
    }

    /// Begins to read what a question asks for, and others with it.
    pub(crate) fn begin(&mut self, ask: &Ask<'_, C>) -> Reading<C> {
        self.reads += 1;
        let seats = self.followers(ask);
        let types = self.types(&seats);
        let all = || seats.iter().filter_map(|seat| self.seats.get(seat)?.stands.as_ref());
        let shards = all().fold(ask.shards.clone(), |shards, stand| shards.union(&stand.shards));
        let limit = all().map(|stand| stand.limit).fold(ask.limit, usize::max);
        let (number, upto) = (self.reads, self.meeting(ask));
        Reading { number, types, shards, limit, upto, seats }
    }

    /// Takes in what a read brought. It is kept where somebody else may want it.
    pub(crate) fn land(
        &mut self,
        ask: &Ask<'_, C>,
        reading: Reading<C>,
        page: store::Page<C>,
    ) -> Kept<C> {
        let Reading { number, types, shards, seats, .. } = reading;
        let Page { window, events, end, more } = Page::from(page);
        let (start, read_at) = (ask.place.clone(), ask.now);
        let sheet = Sheet { start, window, events, seats, types, shards, read_at };
        let mut kept = Kept { sheet: Arc::new(sheet), end, number, more, bytes: 0 };
        let others = |(other, at): (&u64, &Seat<C>)| *other != ask.seat && at.stands.is_some();
        let moved = kept.end != kept.sheet.start;
        if moved && number > self.void && self.seats.iter().any(others) && !self.extend(ask, &kept)
        {
            kept.bytes = kept.sheet.bytes();
            self.keep(kept.clone());
        }
        kept
    }

    /// What a read brings to whoever made it.
    pub(crate) fn own(&mut self, ask: &Ask<'_, C>, kept: Kept<C>) -> Taken<C> {
        self.part(ask, kept, 0)
    }

    /// What it brings to somebody who waited for it; `None` where it was not read for them, or does not count any more.
    pub(crate) fn share(&mut self, ask: &Ask<'_, C>, kept: Kept<C>) -> Option<Taken<C>> {
        let covers = kept.sheet.covers(ask.seat, &self.seat(ask).types, ask.shards);
        (covers && kept.number > self.void).then(|| self.part(ask, kept, 0))
    }

    /// A part of a page for somebody, who reads on where it ends and may have to come back for the rest.
    fn part(&mut self, ask: &Ask<'_, C>, mut kept: Kept<C>, before: usize) -> Taken<C> {
        let follows = self.kept.iter().any(|next| next.sheet.start == kept.end);
        kept.more |= kept.number <= ask.since || follows;
        let types = Arc::clone(&self.seat(ask).types);
        if kept.number > self.void {
            self.stand(ask, kept.end.clone());
            let may_be_cut = kept.sheet.events.len() - before > ask.limit;
            let rest = may_be_cut.then(|| kept.clone());
            self.seats.entry(ask.seat).and_modify(|seat| seat.rest = rest);
        }
        Taken { kept, before, seat: ask.seat, types }
    }

    fn seat(&self, ask: &Ask<'_, C>) -> &Seat<C> {
        self.seats.get(&ask.seat).expect("whoever asks has a seat")
    }

    fn stand(&mut self, ask: &Ask<'_, C>, place: C) {
        if let Some(seat) = self.seats.get_mut(&ask.seat) {
            seat.stands = Some(Stand { place, shards: ask.shards.clone(), limit: ask.limit });
        }
    }

    /// Who stands where a read begins, or where kept pages lead to that place.
    fn followers(&self, ask: &Ask<'_, C>) -> BTreeSet<u64> {
        let mut places = vec![ask.place];
        for kept in self.kept.iter().rev() {
            if places.contains(&&kept.end) {
                places.push(&kept.sheet.start);
            }
        }
        let follows = |seat: &Seat<C>| {
            seat.stands.as_ref().is_some_and(|stand| places.contains(&&stand.place))
        };
        let others = self.seats.iter().filter(|(_, seat)| follows(seat)).map(|(seat, _)| *seat);
        others.chain([ask.seat]).collect()
    }

    /// What these want together. Counting it together takes a while where there are many types, and it is mostly the same.
    fn types(&mut self, seats: &BTreeSet<u64>) -> Arc<TypeSet> {
        if let Some((_, types)) = self.union.as_ref().filter(|(of, _)| of == seats) {
            return Arc::clone(types);
        }
        let mut all = seats.iter().filter_map(|seat| self.seats.get(seat)).map(|seat| &seat.types);
        let Some(first) = all.next() else { return Arc::default() };
        let types = all.fold(Arc::clone(first), |types, more| Arc::new(types.union(more)));
        self.union = Some((seats.clone(), Arc::clone(&types)));
        types
    }

    /// The nearest place ahead where others stand, or where a page begins that was kept for whoever asks.
    fn meeting(&self, ask: &Ask<'_, C>) -> Option<C> {
        let others = self.seats.iter().filter(|(seat, _)| **seat != ask.seat);
        let stands = others.filter_map(|(_, seat)| Some(&seat.stands.as_ref()?.place));
        // Mostly it is the newest page that ends here, and none is ahead.
        let is_first = self.kept.back().is_some_and(|kept| kept.end == *ask.place);
        let kept = self.kept.iter().map(|kept| &kept.sheet).filter(|_| !is_first);
        let own = kept.filter(|sheet| sheet.seats.contains(&ask.seat)).map(|sheet| &sheet.start);
        let ahead = stands.chain(own).filter(|at| ask.place < *at);
        ahead.reduce(|nearest, at| if at < nearest { at } else { nearest }).cloned()
    }

    /// Lets the pages before an empty one end where that does, if nobody stands between; whether they do.
    ///
    /// Who looks again and again and finds nothing makes no pages by that.
    fn extend(&mut self, ask: &Ask<'_, C>, empty: &Kept<C>) -> bool {
        let Kept { sheet, end, number, more, .. } = empty;
        let between = |(seat, at): (&u64, &Seat<C>)| {
            *seat != ask.seat && at.stands.as_ref().is_some_and(|stand| stand.place == sheet.start)
        };
        let mut before: Vec<_> =
            self.kept.iter_mut().filter(|kept| kept.end == sheet.start).collect();
        let fits = !before.is_empty() && before.iter().all(|kept| sheet.is_for_all_of(&kept.sheet));
        if !sheet.events.is_empty() || !fits || self.seats.iter().any(between) {
            return false;
        }
        for kept in &mut before {
            (kept.end, kept.number, kept.more) = (end.clone(), *number, *more);
        }
        true
    }

    /// Keeps a page, and lets older ones go for it.
    fn keep(&mut self, kept: Kept<C>) {
        self.events += kept.sheet.events.len();
        self.bytes += kept.bytes;
        self.kept.push_back(kept);
        while self.kept.len() > 1
            && (self.events > MOST_EVENTS
                || self.bytes > MOST_BYTES
                || self.kept.len() > MOST_PAGES)
        {
            self.drop_oldest();
        }
    }

    fn drop_oldest(&mut self) {
        if let Some(kept) = self.kept.pop_front() {
            self.events -= kept.sheet.events.len();
            self.bytes -= kept.bytes;
        }
    }
}

#[cfg(test)]
mod tests;
