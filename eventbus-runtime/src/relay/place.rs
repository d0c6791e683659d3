//! Where the shards of this replica stand, and the detours in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Clock, system_time};
use crate::event::Delivery;
use crate::priority::Priority;
use crate::relay::detour::Backlog;
use crate::replay;
use crate::store::{
    Cursor, Held, Owner, Shard, Shards, Stored, Track, Tracks, Trouble, Way, shard_of,
};

/// Shards that stand at one cursor and move together, or the detours of one track in such shards.
#[derive(Clone)]
pub(super) struct Place<C> {
    pub(super) owner: Owner,
    pub(super) shards: Shards,
    /// Which events are read here: those of a track on a detour, else all; without what has a detour of its own.
    pub(super) tracks: Tracks,
    pub(super) cursor: C,
    /// Whether a detour began here, and nothing was read since.
    pub(super) begins: bool,
    /// In which of the replica's turns it was read last.
    pub(super) turn: u64,
    /// What was read since there was nothing more.
    pub(super) backlog: Backlog<C>,
    /// Whether the cursor moved without being written.
    pub(super) unsaved: bool,
    /// When the cursor was last written.
    pub(super) saved_at: i64,
    /// Whether there may be open delivery rows that were not read yet.
    pub(super) look: bool,
    /// When they were last read.
    pub(super) looked_at: i64,
    /// When dead letters may be due again.
    pub(super) revive_at: i64,
    /// Whether it stands still, because aggregates of all its shards have too many events in trouble.
    crowded: bool,
    /// Whether what is read here is replayed.
    replay: bool,
    pub(super) clock: Clock,
}

/// Where a place is to go.
#[derive(Debug, PartialEq)]
pub(super) enum Goal<C> {
    /// As far as there is something.
    On,
    /// To a place ahead, where it goes on together with what is there.
    Meet(C),
    /// It is a detour, and is where its shards are.
    Arrived,
}

impl<C: PartialEq> Goal<C> {
    /// Whether it is to go to this place and no farther.
    pub(super) fn is(&self, place: &C) -> bool {
        matches!(self, Self::Meet(meet) if meet == place)
    }
}

/// All that a replica holds.
pub(super) struct Places<C> {
    of: u16,
    places: Vec<Place<C>>,
}

impl<C: Cursor> Place<C> {
    fn new(owner: Owner, tracks: Tracks, cursor: C, clock: Clock) -> Self {
        let (shards, saved_at) = (owner.shards(), clock.now());
        let replay = replay::is_name(&owner.subscription);
        Self {
            owner,
            shards,
            tracks,
            cursor,
            begins: false,
            turn: 0,
            backlog: Backlog::default(),
            unsaved: false,
            saved_at,
            look: true,
            looked_at: saved_at,
            revive_at: saved_at,
            crowded: false,
            replay,
            clock,
        }
    }

    /// The track whose detour it is.
    pub(super) fn track(&self) -> Option<&Track> {
        (self.tracks.only != Track::default()).then_some(&self.tracks.only)
    }

    /// The tracks of which nothing is read here, because they have detours.
    pub(super) const fn without(&self) -> &BTreeSet<Track> {
        &self.tracks.without
    }

    /// The priorities of which something is read here, the highest first.
    pub(super) fn priorities(&self) -> impl Iterator<Item = Priority> {
        let read = |one: &Priority| self.tracks.only.overlaps(&Track::of(*one));
        Priority::ALL
            .into_iter()
            .filter(read)
            .filter(|one| !self.without().contains(&Track::of(*one)))
    }

    /// With which priority it takes its turns; `None` where it is read in each round. That is so where several priorities are
    /// read here, which have no backlog then or get detours, and where a detour began here and is to go another way.
    pub(super) fn rank(&self) -> Option<Priority> {
        let mut priorities = self.priorities();
        let first = priorities.next().filter(|_| !self.begins);
        first.filter(|_| priorities.next().is_none())
    }

    /// The cursor that it moves.
    pub(super) fn way(&self) -> Way {
        self.track().cloned().map_or(Way::Main, Way::Detour)
    }

    /// Whether a track is read here while it has no detour.
    fn has(&self, track: &Track) -> bool {
        self.tracks.only.is_split_by(track)
    }

    /// The same place for some of its shards.
    fn part(&self, shards: &BTreeSet<u16>) -> Self {
        let held = self.owner.held.iter().filter(|held| shards.contains(&held.shard));
        let owner = Owner { held: held.copied().collect(), ..self.owner.clone() };
        Self { shards: owner.shards(), owner, ..self.clone() }
    }

    /// Whether all of its shards have an aggregate of these slots, so that the place stands still.
    pub(super) fn is_crowded(&mut self, slots: &BTreeSet<u16>) -> bool {
        let crowded: BTreeSet<u16> =
            slots.iter().map(|slot| shard_of(*slot, self.owner.of)).collect();
        self.crowded =
            !crowded.is_empty() && self.shards.numbers().all(|shard| crowded.contains(&shard));
        self.crowded
    }

    /// The first delivery of an event, now.
    pub(super) fn delivery(&self, stored: &Stored) -> Delivery {
        let delivery = Delivery::new(stored.position, 1).replayed(self.replay);
        delivery.first_at(system_time(self.clock.now()))
    }

    /// The next delivery of an event in trouble.
    pub(super) fn delivery_again(&self, trouble: &Trouble) -> Delivery {
        let first_at = trouble.first_at.unwrap_or_else(|| self.clock.now());
        let delivery = Delivery::new(trouble.stored.position, trouble.attempts + 1);
        delivery.replayed(self.replay).first_at(system_time(first_at))
    }

    /// Lets shards go that are not this replica's any more, or are not to be.
    fn drop_shards(&mut self, gone: &BTreeSet<u16>) -> Vec<Held> {
        let (gone, kept) = self.owner.held.iter().partition(|held| gone.contains(&held.shard));
        self.owner.held = kept;
        self.shards = self.owner.shards();
        gone
    }

    fn goes_with(&self, other: &Self) -> bool {
        !self.crowded
            && !other.crowded
            && self.cursor == other.cursor
            && self.tracks == other.tracks
    }

    /// Goes on together with another that has come to the same cursor.
    fn join(&mut self, other: Self) {
        self.owner.held.extend(other.owner.held);
        self.owner.held.sort_unstable();
        self.shards = self.owner.shards();
        self.unsaved |= other.unsaved;
        self.saved_at = self.saved_at.min(other.saved_at);
        self.look |= other.look;
        self.begins |= other.begins;
        self.turn = self.turn.min(other.turn);
        // Both were read up to here, and counted the events of shards of their own.
        self.backlog.add(other.backlog);
    }
}

impl<C: Cursor> Places<C> {
    pub(super) const fn new() -> Self {
        Self { of: 1, places: Vec::new() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether each of its places is so.
    pub(super) fn all(&self, is_so: impl FnMut(&Place<C>) -> bool) -> bool {
        self.places.iter().all(is_so)
    }

    /// Every shard with its fence.
    pub(super) fn held(&self) -> BTreeMap<u16, i64> {
        let held = self.places.iter().flat_map(|place| &place.owner.held);
        held.map(|held| (held.shard, held.fence)).collect()
    }

    /// Adds shards that were just taken; those with one cursor as one place, and so the detours in them.
    pub(super) fn add(&mut self, subscription: &str, of: u16, taken: Vec<Shard<C>>, clock: Clock) {
        self.of = of;
        for shard in taken {
            for (cursor, tracks) in shard.ways() {
                let (subscription, held) = (subscription.to_owned(), vec![shard.held]);
                let owner = Owner { subscription, of, held };
                self.places.push(Place::new(owner, tracks, cursor.clone(), clock));
            }
        }
        self.merge();
    }

    /// Lets shards go, with the detours in them; those that were there, under their fences.
    pub(super) fn drop_shards(&mut self, gone: &BTreeSet<u16>) -> Vec<Held> {
        let gone = self.places.iter_mut().flat_map(|place| place.drop_shards(gone));
        let gone: BTreeSet<Held> = gone.collect();
        self.places.retain(|place| !place.owner.held.is_empty());
        gone.into_iter().collect()
    }

    /// Lets everything go that is in the shards of a place that was given up: they are taken anew with all their cursors.
    /// Answers where the places behind `index` begin now.
    pub(super) fn drop_with(&mut self, place: &Place<C>, index: usize) -> usize {
        let shards: BTreeSet<u16> = place.shards.numbers().collect();
        let is_gone = |other: &Place<C>| other.shards.numbers().all(|n| shards.contains(&n));
        let before = self.places[..index].iter().filter(|other| !is_gone(other)).count();
        self.drop_shards(&shards);
        before
    }

    /// Lets the shard of a slot go; `None` where it is not there.
    pub(super) fn drop_slot(&mut self, slot: u16) -> Option<Held> {
        self.drop_shards(&BTreeSet::from([shard_of(slot, self.of)])).pop()
    }

    /// With which priority a place takes its turns.
    pub(super) fn rank(&self, index: usize) -> Option<Priority> {
        self.places[index].rank()
    }

    /// The priorities with which places take turns.
    pub(super) fn ranks(&self) -> BTreeSet<Priority> {
        self.places.iter().filter_map(Place::rank).collect()
    }

    /// Those whose last turn was longest ago come first; detours come last nevertheless.
    pub(super) fn sort_by_turn(&mut self) {
        self.places.sort_by_key(|place| (place.track().is_some(), place.turn));
    }

    /// Takes a place out, to work with it. It is to meet the nearest place ahead of it; a detour meets what has its events
    /// where it has ended: its shards, or the detour of its priority in them. Where that is not the same for all of its shards,
    /// those of its shards that have no such detour are left for later.
    pub(super) fn take(&mut self, index: usize) -> (Place<C>, Goal<C>) {
        let mut place = self.places.remove(index);
        let is_detour = place.track().is_some();
        let into = self.ends_in(&place).cloned();
        if into.is_some() {
            let have: BTreeSet<u16> =
                self.of_track(into.as_ref()).flat_map(|other| other.shards.numbers()).collect();
            let lack = place.shards.numbers().filter(|number| !have.contains(number)).collect();
            let rest = place.part(&lack);
            if !rest.owner.held.is_empty() {
                place.drop_shards(&lack);
                self.places.push(rest);
            }
        }
        let shares = |other: &&Place<C>| {
            !is_detour || other.owner.held.iter().any(|held| place.owner.held.contains(held))
        };
        let others = || self.of_track(into.as_ref()).filter(shares);
        let mut with = others().filter(|_| is_detour).peekable();
        if with.peek().is_some() && with.all(|other| other.cursor == place.cursor) {
            return (place, Goal::Arrived);
        }
        let ahead = others().filter(|other| place.cursor < other.cursor);
        let nearest = ahead.reduce(
            |nearest, other| {
                if other.cursor < nearest.cursor { other } else { nearest }
            },
        );
        let goal = nearest.map_or(Goal::On, |other| Goal::Meet(other.cursor.clone()));
        (place, goal)
    }

    /// The detours of a track, or the shards themselves.
    fn of_track(&self, track: Option<&Track>) -> impl Iterator<Item = &Place<C>> {
        self.places.iter().filter(move |place| place.track() == track)
    }

    /// The track whose detour has the events of this one where it has ended, in one of its shards at least; `None` where the
    /// shards themselves have.
    pub(super) fn ends_in(&self, detour: &Place<C>) -> Option<&Track> {
        let track = detour.track()?;
        let shares = |other: &&Place<C>| {
            other.owner.held.iter().any(|held| detour.owner.held.contains(held))
        };
        let mut wider = self.places.iter().filter(|other| other.has(track)).filter(shares);
        wider.find_map(Place::track)
    }

    /// Puts it back where it was.
    pub(super) fn put_back(&mut self, index: usize, place: Place<C>) {
        self.places.insert(index, place);
    }

    /// Makes a place of their own of the shards of these slots.
    pub(super) fn set_apart(&mut self, index: usize, slots: &BTreeSet<u16>) {
        if slots.is_empty() {
            return;
        }
        let shards: BTreeSet<u16> = slots.iter().map(|slot| shard_of(*slot, self.of)).collect();
        let place = &mut self.places[index];
        let apart = Place { crowded: true, ..place.part(&shards) };
        place.drop_shards(&shards);
        self.places.push(apart);
        self.places.retain(|place| !place.owner.held.is_empty());
    }

    /// A track's detour begins in the shards of a place, where they stand.
    pub(super) fn begin_detour(&mut self, index: usize, track: Track) {
        let place = &self.places[index];
        let (owner, cursor, clock) = (place.owner.clone(), place.cursor.clone(), place.clock);
        let narrower = place.without().iter().filter(|other| track.is_split_by(other));
        let tracks = Tracks { only: track.clone(), without: narrower.cloned().collect() };
        let shards = place.shards.numbers().collect();
        self.change(&shards, &track, |part| {
            part.tracks.without.insert(track.clone());
            part.begins = true;
            part.backlog.forget(&track);
        });
        self.places.push(Place::new(owner, tracks, cursor, clock));
    }

    /// A detour has ended: its events are read where they were before.
    pub(super) fn end_detour(&mut self, detour: &Place<C>) {
        let Some(track) = detour.track() else { return };
        let shards = detour.shards.numbers().collect();
        self.change(&shards, track, |part| {
            part.tracks.without.remove(track);
            part.look = true;
        });
    }

    /// Changes all that has a track in these shards; the parts of places come first, so that the order of places stays.
    fn change(&mut self, shards: &BTreeSet<u16>, track: &Track, change: impl Fn(&mut Place<C>)) {
        let mut parts = Vec::new();
        for place in self.places.iter_mut().filter(|place| place.has(track)) {
            let mut part = place.part(shards);
            if part.owner.held.is_empty() {
                continue;
            }
            change(&mut part);
            place.drop_shards(shards);
            parts.push(part);
        }
        self.places.retain(|place| !place.owner.held.is_empty());
        self.places.splice(0..0, parts);
    }

    /// Reads delivery rows again: somebody else may have written some.
    pub(super) fn look_again(&mut self) {
        self.places.iter_mut().for_each(|place| place.look = true);
    }

    /// Makes one place of those that have come to one cursor and read the same tracks. Detours come last.
    pub(super) fn merge(&mut self) {
        let mut merged: Vec<Place<C>> = Vec::with_capacity(self.places.len());
        for place in self.places.drain(..) {
            match merged.iter_mut().find(|other| other.goes_with(&place)) {
                Some(other) => other.join(place),
                None => merged.push(place),
            }
        }
        merged.sort_by_key(|place| place.track().is_some());
        self.places = merged;
    }
}

#[cfg(test)]
mod tests;
