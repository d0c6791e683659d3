//! Which shards a replica takes and which it gives back.
//!
//! The replicas of a subscription that are alive share its shards evenly, without talking to each other: each looks at
//! the same roster and moves towards its own share. Nobody takes from one that is alive; who has too many gives back.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

use crate::store::{Held, Roster, Shard};

/// What a replica does after it looked at the roster.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Assignment {
    /// Shards that it held and that are not its own any more.
    pub(crate) lost: BTreeSet<u16>,
    /// Shards that it gives back, for replicas that have less than their share.
    pub(crate) give: BTreeSet<u16>,
    /// Shards to take, under the fences that the roster shows.
    pub(crate) take: Vec<Held>,
    /// Shards that bear its name although it holds them no more, and that are more than its share: they are given back
    /// under the fences that the roster shows, or nobody would ever take them.
    pub(crate) disown: Vec<Held>,
}

/// The assignment of the replica `me`, which holds the shards in `held` under their fences and does not want those in
/// `avoid`.
pub(crate) fn assign<C>(
    me: Uuid,
    roster: &Roster<C>,
    held: &BTreeMap<u16, i64>,
    avoid: &BTreeSet<u16>,
) -> Assignment {
    let is_mine = |shard: &Shard<C>| {
        shard.owner == Some(me) && held.get(&shard.held.shard) == Some(&shard.held.fence)
    };
    let mine: BTreeSet<u16> =
        roster.shards.iter().filter(|shard| is_mine(shard)).map(|shard| shard.held.shard).collect();
    let lost = held.keys().filter(|shard| !mine.contains(shard)).copied().collect();
    let share = if roster.paused { 0 } else { share(me, roster) };
    let surplus = mine.len().saturating_sub(share);
    let give = mine.iter().rev().take(surplus).copied().collect();
    // What this replica took under a fence that it does not know any more it takes again, also beyond its share, which it
    // gives back then: nobody else would take it.
    let (own, others): (Vec<&Shard<C>>, Vec<&Shard<C>>) = roster
        .shards
        .iter()
        .filter(|shard| !is_mine(shard) && !avoid.contains(&shard.held.shard))
        .partition(|shard| shard.owner == Some(me));
    let free = others.into_iter().filter(|shard| is_free(shard, &roster.alive));
    let missing = share.saturating_sub(mine.len());
    let disown = own.iter().skip(missing).map(|shard| shard.held).collect();
    let take = own.into_iter().chain(free).take(missing).map(|shard| shard.held).collect();
    Assignment { lost, give, take, disown }
}

fn is_free<C>(shard: &Shard<C>, alive: &BTreeSet<Uuid>) -> bool {
    shard.owner.is_none_or(|owner| !alive.contains(&owner))
}

/// How many shards are this replica's: an equal part, and one more for the first few where it does not come out even.
fn share<C>(me: Uuid, roster: &Roster<C>) -> usize {
    let rank = roster.alive.iter().filter(|other| **other < me).count();
    let replicas = roster.alive.len() + usize::from(!roster.alive.contains(&me));
    let (even, rest) = (roster.shards.len() / replicas, roster.shards.len() % replicas);
    even + usize::from(rank < rest)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use uuid::Uuid;

    use super::assign;
    use crate::store::{Held, Roster, Shard};

    const SHARDS: u16 = 16;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    fn roster(alive: &[u128]) -> Roster<()> {
        let shard = |shard| Shard {
            held: Held { shard, fence: 0 },
            owner: None,
            cursor: (),
            detours: BTreeMap::new(),
        };
        Roster {
            paused: false,
            handles: BTreeMap::new(),
            unseen: 0,
            alive: alive.iter().copied().map(id).collect(),
            shards: (0..SHARDS).map(shard).collect(),
        }
    }

    /// Replicas that look at one roster in turns.
    struct Group {
        roster: Roster<()>,
        held: BTreeMap<u128, BTreeMap<u16, i64>>,
    }

    impl Group {
        fn new() -> Self {
            Self { roster: roster(&[]), held: BTreeMap::new() }
        }

        fn look(&mut self, me: u128) {
            self.roster.alive.insert(id(me));
            let held = self.held.entry(me).or_default();
            let assignment = assign(id(me), &self.roster, held, &BTreeSet::new());
            held.retain(|shard, _| !assignment.lost.contains(shard));
            for shard in assignment.give {
                held.remove(&shard);
                self.roster.shards[usize::from(shard)].owner = None;
            }
            for Held { shard, fence } in assignment.take {
                let row = &mut self.roster.shards[usize::from(shard)];
                assert_eq!(row.held.fence, fence);
                row.held.fence += 1;
                row.owner = Some(id(me));
                held.insert(shard, row.held.fence);
            }
            for Held { shard, .. } in assignment.disown {
                self.roster.shards[usize::from(shard)].owner = None;
            }
        }

        fn sizes(&self) -> Vec<usize> {
            self.held.values().map(BTreeMap::len).collect()
        }
    }

    #[test]
    fn a_lone_replica_takes_everything_at_once() {
        let mut group = Group::new();
        group.look(1);
        assert_eq!(group.sizes(), [16]);
    }

    #[test]
    fn what_a_replica_lost_sight_of_finds_an_owner_beside_others() {
        let mut group = Group::new();
        group.look(1);
        // Its last commit was not answered: it has to take everything again, and meanwhile another came.
        group.held.insert(1, BTreeMap::new());
        for me in [2, 1, 2, 1, 2] {
            group.look(me);
        }
        assert_eq!(group.sizes(), [8, 8]);
    }

    #[test]
    fn replicas_that_come_get_their_share_and_no_shard_has_two_owners() {
        let mut group = Group::new();
        for me in [2, 1, 3, 2, 1, 3, 2] {
            group.look(me);
            let held: Vec<u16> =
                group.held.values().flat_map(|held| held.keys().copied()).collect();
            let distinct: BTreeSet<u16> = held.iter().copied().collect();
            assert_eq!(held.len(), distinct.len());
        }
        assert_eq!(group.sizes(), [6, 5, 5]);
        let before = group.held.clone();
        (1..=3).for_each(|me| group.look(me));
        assert_eq!(group.held, before, "an even group rests");
    }

    #[test]
    fn the_shards_of_a_dead_replica_go_to_the_others() {
        let mut group = Group::new();
        for me in [1, 2, 3, 1, 2, 3] {
            group.look(me);
        }
        group.roster.alive.remove(&id(1));
        group.held.remove(&1);
        (2..=3).for_each(|me| group.look(me));
        assert_eq!(group.sizes(), [8, 8]);
    }

    #[test]
    fn what_a_replica_dropped_and_has_no_share_of_any_more_goes_to_others() {
        let mut group = Group::new();
        group.look(1);
        group.held.remove(&1);
        group.roster.alive.insert(id(2));
        for me in [1, 2] {
            group.look(me);
        }
        assert_eq!(group.sizes(), [8, 8]);
    }

    #[test]
    fn more_replicas_than_shards_leave_some_without() {
        let mut group = Group::new();
        for _ in 0..3 {
            (1..=20).for_each(|me| group.look(me));
        }
        assert_eq!(group.sizes().iter().filter(|size| **size == 1).count(), 16);
    }

    #[test]
    fn a_paused_subscription_is_given_back_whole() {
        let mut group = Group::new();
        group.look(1);
        group.roster.paused = true;
        group.look(1);
        assert_eq!(group.sizes(), [0]);
    }

    #[test]
    fn a_fence_that_moved_is_lost_and_a_forgotten_one_is_taken_again() {
        let mut group = Group::new();
        group.look(1);
        group.roster.shards[3].held.fence = 9;
        let assignment = assign(id(1), &group.roster, &group.held[&1], &BTreeSet::new());
        assert_eq!(assignment.lost, BTreeSet::from([3]));
        assert_eq!(assignment.take, [Held { shard: 3, fence: 9 }]);
        group.held.get_mut(&1).unwrap().remove(&5);
        let avoided = assign(id(1), &group.roster, &group.held[&1], &BTreeSet::from([3, 5]));
        assert_eq!(avoided.take, []);
    }
}
