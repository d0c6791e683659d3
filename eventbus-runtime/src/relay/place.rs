//! Where the shards of this replica stand.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::{Clock, system_time};
use crate::event::Delivery;
use crate::replay;
use crate::store::{Cursor, Held, Owner, Shard, Shards, Stored, Trouble, shard_of};

/// Shards that stand at one cursor and move together.
pub(super) struct Place<C> {
    pub(super) owner: Owner,
    pub(super) shards: Shards,
    pub(super) cursor: C,
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

/// All that a replica holds.
pub(super) struct Places<C> {
    of: u16,
    places: Vec<Place<C>>,
}

impl<C: Cursor> Place<C> {
    fn new(subscription: &str, of: u16, shards: Vec<Shard<C>>, clock: Clock) -> Option<Self> {
        let cursor = shards.first()?.cursor.clone();
        let held = shards.into_iter().map(|shard| shard.held).collect();
        let owner = Owner { subscription: subscription.to_owned(), of, held };
        let (shards, saved_at) = (owner.shards(), clock.now());
        Some(Self {
            owner,
            shards,
            cursor,
            unsaved: false,
            saved_at,
            look: true,
            looked_at: saved_at,
            revive_at: saved_at,
            crowded: false,
            replay: replay::is_name(subscription),
            clock,
        })
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

    /// Goes on together with another that has come to the same cursor.
    fn join(&mut self, other: Self) {
        self.owner.held.extend(other.owner.held);
        self.owner.held.sort_unstable();
        self.shards = self.owner.shards();
        self.unsaved |= other.unsaved;
        self.saved_at = self.saved_at.min(other.saved_at);
        self.look |= other.look;
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

    /// Adds shards that were just taken; those with one cursor as one place.
    pub(super) fn add(&mut self, subscription: &str, of: u16, taken: Vec<Shard<C>>, clock: Clock) {
        self.of = of;
        let mut groups: Vec<Vec<Shard<C>>> = Vec::new();
        for shard in taken {
            match groups.iter_mut().find(|group| group[0].cursor == shard.cursor) {
                Some(group) => group.push(shard),
                None => groups.push(vec![shard]),
            }
        }
        for mut group in groups {
            group.sort_unstable_by_key(|shard| shard.held);
            self.places.extend(Place::new(subscription, of, group, clock));
        }
        self.merge();
    }

    /// Lets shards go; those that were there, under their fences.
    pub(super) fn drop_shards(&mut self, gone: &BTreeSet<u16>) -> Vec<Held> {
        let gone = self.places.iter_mut().flat_map(|place| place.drop_shards(gone)).collect();
        self.places.retain(|place| !place.owner.held.is_empty());
        gone
    }

    /// Lets the shard of a slot go; `None` where it is not there.
    pub(super) fn drop_slot(&mut self, slot: u16) -> Option<Held> {
        self.drop_shards(&BTreeSet::from([shard_of(slot, self.of)])).pop()
    }

    /// Takes a place out, to work with it, and the nearest place ahead of it, to meet there.
    pub(super) fn take(&mut self, index: usize) -> (Place<C>, Option<C>) {
        let place = self.places.remove(index);
        let ahead = self.places.iter().filter(|other| place.cursor < other.cursor);
        let nearest = ahead.reduce(
            |nearest, other| {
                if other.cursor < nearest.cursor { other } else { nearest }
            },
        );
        let meet = nearest.map(|place| place.cursor.clone());
        (place, meet)
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
        let held = place.drop_shards(&shards);
        let owner = Owner { held, ..place.owner.clone() };
        let (shards, cursor) = (owner.shards(), place.cursor.clone());
        let apart = Place { owner, shards, cursor, crowded: true, ..*place };
        self.places.push(apart);
        self.places.retain(|place| !place.owner.held.is_empty());
    }

    /// Reads delivery rows again: somebody else may have written some.
    pub(super) fn look_again(&mut self) {
        self.places.iter_mut().for_each(|place| place.look = true);
    }

    /// Makes one place of those that have come to one cursor.
    pub(super) fn merge(&mut self) {
        let mut merged: Vec<Place<C>> = Vec::with_capacity(self.places.len());
        for place in self.places.drain(..) {
            match merged
                .iter_mut()
                .find(|other| !other.crowded && !place.crowded && other.cursor == place.cursor)
            {
                Some(other) => other.join(place),
                None => merged.push(place),
            }
        }
        self.places = merged;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Places;
    use crate::clock::Clock;
    use crate::store::{Cursor, Held, Shard};

    #[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
    struct Number(i64);

    impl Cursor for Number {
        fn at(&self, position: i64) -> Self {
            Self(position)
        }

        fn number(&self) -> Option<i64> {
            Some(self.0)
        }
    }

    fn shards(cursors: &[(u16, i64)]) -> Vec<Shard<Number>> {
        let shard = |&(shard, at)| {
            let held = Held { shard, fence: 1 };
            Shard { held, owner: None, cursor: Number(at) }
        };
        cursors.iter().map(shard).collect()
    }

    #[tokio::test]
    async fn shards_of_one_cursor_go_together_and_others_meet_them() {
        let mut places = Places::new();
        places.add("a", 4, shards(&[(0, 5), (1, 9), (2, 5), (3, 7)]), Clock::new());
        assert_eq!((places.len(), places.held().len()), (3, 4));
        let (mut first, meet) = places.take(0);
        assert_eq!((first.cursor, first.shards.numbers().collect()), (Number(5), vec![0, 2]));
        assert_eq!(meet, Some(Number(7)), "the nearest one ahead");
        first.cursor = Number(7);
        places.put_back(0, first);
        places.merge();
        assert_eq!(places.len(), 2);
        assert_eq!(places.drop_slot(0), Some(Held { shard: 0, fence: 1 }));
        assert_eq!(places.drop_slot(0), None);
        assert_eq!(places.drop_shards(&BTreeSet::from([1, 2])).len(), 2);
        let (last, meet) = places.take(0);
        assert_eq!((last.shards.numbers().collect(), meet), (vec![3], None));
        assert!(places.is_empty());
    }
}
