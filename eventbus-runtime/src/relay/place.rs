//! Where the shards of this replica stand, and the detours in them.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Clock, system_time};
use crate::event::Delivery;
use crate::relay::detour::Backlog;
use crate::replay;
use crate::store::{Cursor, Held, Owner, Shard, Shards, Stored, Tenants, Trouble, Way, shard_of};

/// Shards that stand at one cursor and move together, or the detours of one tenant in such shards.
#[derive(Clone)]
pub(super) struct Place<C> {
    pub(super) owner: Owner,
    pub(super) shards: Shards,
    /// Whose events are read here: one tenant's on a detour, else those of all who have none.
    pub(super) tenants: Tenants,
    pub(super) cursor: C,
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
    fn new(owner: Owner, tenants: Tenants, cursor: C, clock: Clock) -> Self {
        let (shards, saved_at) = (owner.shards(), clock.now());
        let replay = replay::is_name(&owner.subscription);
        Self {
            owner,
            shards,
            tenants,
            cursor,
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

    /// The tenant whose detour it is.
    pub(super) const fn tenant(&self) -> Option<&String> {
        match &self.tenants {
            Tenants::Only(tenant) => Some(tenant),
            Tenants::All | Tenants::Without(_) => None,
        }
    }

    /// The tenants that have detours here; of a place that is none.
    pub(super) fn without(&self) -> BTreeSet<String> {
        match &self.tenants {
            Tenants::Without(tenants) => tenants.clone(),
            Tenants::All | Tenants::Only(_) => BTreeSet::new(),
        }
    }

    /// The cursor that it moves.
    pub(super) fn way(&self) -> Way {
        self.tenant().cloned().map_or(Way::Main, Way::Detour)
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
            && self.tenants == other.tenants
    }

    /// Goes on together with another that has come to the same cursor.
    fn join(&mut self, other: Self) {
        self.owner.held.extend(other.owner.held);
        self.owner.held.sort_unstable();
        self.shards = self.owner.shards();
        self.unsaved |= other.unsaved;
        self.saved_at = self.saved_at.min(other.saved_at);
        self.look |= other.look;
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
            for (cursor, tenants) in shard.ways() {
                let (subscription, held) = (subscription.to_owned(), vec![shard.held]);
                let owner = Owner { subscription, of, held };
                self.places.push(Place::new(owner, tenants, cursor.clone(), clock));
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

    /// Takes a place out, to work with it. It is to meet the nearest place ahead of it; a detour meets its shards.
    pub(super) fn take(&mut self, index: usize) -> (Place<C>, Goal<C>) {
        let place = self.places.remove(index);
        let is_detour = place.tenant().is_some();
        let shares = |other: &&Place<C>| {
            !is_detour || other.owner.held.iter().any(|held| place.owner.held.contains(held))
        };
        let others = || self.places.iter().filter(|other| other.tenant().is_none()).filter(shares);
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

    /// A tenant's detour begins in the shards of a place, where they stand.
    pub(super) fn begin_detour(&mut self, index: usize, tenant: String) {
        let place = &mut self.places[index];
        let mut without = place.without();
        without.insert(tenant.clone());
        place.tenants = Tenants::without(without);
        place.backlog.forget(&tenant);
        let (owner, cursor) = (place.owner.clone(), place.cursor.clone());
        let detour = Place::new(owner, Tenants::Only(tenant), cursor, place.clock);
        self.places.push(detour);
    }

    /// A detour has ended: its shards read its tenant's events again.
    pub(super) fn end_detour(&mut self, detour: Place<C>) {
        let Some(tenant) = detour.tenant() else { return };
        let shards: BTreeSet<u16> = detour.shards.numbers().collect();
        let mut parts = Vec::new();
        for place in self.places.iter_mut().filter(|place| place.tenant().is_none()) {
            let mut part = place.part(&shards);
            if part.owner.held.is_empty() {
                continue;
            }
            let mut without = part.without();
            without.remove(tenant);
            part.tenants = Tenants::without(without);
            part.look = true;
            place.drop_shards(&shards);
            parts.push(part);
        }
        // Where it was, so that the order of places stays.
        self.places.retain(|place| !place.owner.held.is_empty());
        self.places.splice(0..0, parts);
    }

    /// Reads delivery rows again: somebody else may have written some.
    pub(super) fn look_again(&mut self) {
        self.places.iter_mut().for_each(|place| place.look = true);
    }

    /// Makes one place of those that have come to one cursor and read the same tenants. Detours come last.
    pub(super) fn merge(&mut self) {
        let mut merged: Vec<Place<C>> = Vec::with_capacity(self.places.len());
        for place in self.places.drain(..) {
            match merged.iter_mut().find(|other| other.goes_with(&place)) {
                Some(other) => other.join(place),
                None => merged.push(place),
            }
        }
        merged.sort_by_key(|place| place.tenant().is_some());
        self.places = merged;
    }
}

#[cfg(test)]
mod tests;
