//! Who owns which part of a subscription.
//!
//! An event's **slot** is the hash of what orders it, 0 to 1,023. A **shard** is a range of slots, and each shard of a
//! subscription has a cursor and an owner of its own. An owner is a **replica**: one running subscription in one
//! process, which says again and again that it is alive.
//!
//! What decides is the shard's fence. It is raised whenever the shard is taken, and a step under an older one commits
//! nothing. Whether an owner is alive only decides *when* somebody takes its shards.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use uuid::Uuid;

#[cfg(feature = "relay")]
use crate::store::Tracks;
use crate::store::{Start, Track};

/// How many slots there are.
pub const SLOTS: u16 = 1024;

/// The number of the shard, of `of`, that a slot belongs to.
#[must_use]
pub fn shard_of(slot: u16, of: u16) -> u16 {
    let shard = u32::from(slot) * u32::from(of) / u32::from(SLOTS);
    u16::try_from(shard).expect("a shard has a number below their count")
}

/// Some of a subscription's shards, all of one count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shards {
    of: u16,
    numbers: BTreeSet<u16>,
}

impl Shards {
    /// Those of `numbers` that exist where there are `of`.
    #[must_use]
    pub fn new(of: u16, numbers: impl IntoIterator<Item = u16>) -> Self {
        Self { of, numbers: numbers.into_iter().filter(|shard| *shard < of).collect() }
    }

    /// All `of` shards.
    #[must_use]
    pub fn all(of: u16) -> Self {
        Self::new(of, 0..of)
    }

    /// How many shards the subscription has.
    #[must_use]
    pub const fn of(&self) -> u16 {
        self.of
    }

    /// Their numbers, ascending.
    pub fn numbers(&self) -> impl Iterator<Item = u16> + '_ {
        self.numbers.iter().copied()
    }

    /// Whether these are all that there are.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.numbers.len() == usize::from(self.of)
    }

    /// Whether these others are among them.
    #[cfg(feature = "relay")]
    pub(crate) fn includes(&self, others: &Self) -> bool {
        self.is_all() || (self.of == others.of && self.numbers.is_superset(&others.numbers))
    }

    /// The shards of both, or all where the two subscriptions have not the same count.
    #[cfg(feature = "relay")]
    pub(crate) fn union(&self, others: &Self) -> Self {
        if self.of == others.of {
            Self::new(self.of, self.numbers().chain(others.numbers()))
        } else {
            Self::all(1)
        }
    }

    /// Whether an event of this slot is theirs.
    #[must_use]
    pub fn contains(&self, slot: u16) -> bool {
        self.is_all() || self.numbers.contains(&shard_of(slot, self.of))
    }
}

/// The event types that a subscription's code handles, each with the newest version that it reads. A family that it
/// takes whole stands as `order.*`, with the version 0.
pub type Handles = BTreeMap<String, u32>;

/// Whether an event type is among them, by its name or by a family around it.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing", feature = "relay"))]
pub(crate) fn covers(handles: &Handles, event_type: &str) -> bool {
    handles.contains_key(event_type)
        || families(event_type).any(|family| handles.contains_key(&family))
}

/// The families around a name, innermost first: `order.item.*`, `order.*`, `*`.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing", feature = "relay"))]
pub(crate) fn families(event_type: &str) -> impl Iterator<Item = String> + '_ {
    let name = event_type.strip_suffix('*').unwrap_or(event_type);
    let ends = name.rmatch_indices('.').map(|(end, _)| end);
    ends.map(|end| format!("{}.*", &name[..end])).chain(["*".to_owned()])
}

/// The fence that all shards of a new subscription begin with. It is a matter of chance, so that whoever owned shards of
/// one of its name that was removed has none of its fences. PostgreSQL counts fences in 40 bits.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) fn first_fence() -> i64 {
    let low = Uuid::now_v7().as_u128() & ((1 << 38) - 1);
    i64::try_from(low).expect("38 bits fit")
}

/// What makes a subscription known to a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// The subscription's name.
    pub subscription: String,
    /// Where it starts when it is new.
    pub start: Start,
    /// How many shards it gets when it is new.
    pub shards: u16,
    /// What its code handles, recorded when it is new.
    pub handles: Handles,
}

/// One running subscription of one process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replica {
    /// Its own id.
    pub id: Uuid,
    /// The subscription's name.
    pub subscription: String,
    /// For how long it counts as alive after it last said so.
    pub lease: Duration,
}

/// What a store knows of a subscription: who is there, and who owns what.
#[derive(Debug, Clone)]
pub struct Roster<C> {
    /// Whether an operator paused it.
    pub paused: bool,
    /// What its newest code handles.
    pub handles: Handles,
    /// How long ago code that handles this was last alive, in milliseconds.
    pub unseen: i64,
    /// The replicas that are alive.
    pub alive: BTreeSet<Uuid>,
    /// Its shards, ascending.
    pub shards: Vec<Shard<C>>,
}

#[cfg(feature = "relay")]
impl<C: PartialEq> Roster<C> {
    /// The places that shards stand at, each with its shards and with whose events are read there: what is asked of them
    /// is asked once for each place.
    pub(crate) fn places(&self) -> Vec<(&C, Shards, Tracks)> {
        let of = u16::try_from(self.shards.len()).unwrap_or(u16::MAX);
        let mut places: Vec<(&C, Tracks, Vec<u16>)> = Vec::new();
        for shard in &self.shards {
            for (cursor, tracks) in shard.ways() {
                match places.iter_mut().find(|(at, of, _)| *at == cursor && *of == tracks) {
                    Some((.., numbers)) => numbers.push(shard.held.shard),
                    None => places.push((cursor, tracks, vec![shard.held.shard])),
                }
            }
        }
        let place = |(at, tracks, numbers)| (at, Shards::new(of, numbers), tracks);
        places.into_iter().map(place).collect()
    }
}

/// One shard of a subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shard<C> {
    /// Its number and its fence.
    pub held: Held,
    /// The replica that took it last and has not given it back.
    pub owner: Option<Uuid>,
    /// How far it has come.
    pub cursor: C,
    /// How far the detours have come that tracks have in it: what the cursor reads is without them.
    pub detours: BTreeMap<Track, C>,
}

#[cfg(feature = "relay")]
impl<C> Shard<C> {
    /// Its cursors, each with whose events it reads: what is narrower has a detour of its own.
    pub(crate) fn ways(&self) -> impl Iterator<Item = (&C, Tracks)> {
        let all = Track::default();
        let cursors = std::iter::once((all, &self.cursor));
        let cursors = cursors.chain(self.detours.iter().map(|(track, at)| (track.clone(), at)));
        cursors.map(|(only, cursor)| {
            let narrower = self.detours.keys().filter(|track| only.is_split_by(track));
            let without = narrower.cloned().collect();
            (cursor, Tracks { only, without })
        })
    }
}

/// A shard under a fence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// Its number.
    pub shard: u16,
    /// The number that came with taking it; under a stale one nothing is committed.
    pub fence: i64,
}

/// Who may move the cursors of some shards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The subscription's name.
    pub subscription: String,
    /// How many shards it has.
    pub of: u16,
    /// The shards, ascending.
    pub held: Vec<Held>,
}

impl Owner {
    /// Its shards.
    #[must_use]
    pub fn shards(&self) -> Shards {
        Shards::new(self.of, self.held.iter().map(|held| held.shard))
    }
}

#[cfg(test)]
mod tests {
    use super::{SLOTS, Shards, shard_of};

    #[test]
    fn shards_are_ranges_that_cover_every_slot() {
        for of in [1, 3, 16, 1024] {
            let shards: Vec<u16> = (0..SLOTS).map(|slot| shard_of(slot, of)).collect();
            assert!(shards.is_sorted());
            assert_eq!((shards[0], shards[1023]), (0, of - 1));
        }
    }

    #[test]
    fn a_slot_belongs_to_one_shard() {
        let (some, others) =
            (Shards::new(16, [0, 7]), Shards::new(16, (1..16).filter(|n| *n != 7)));
        assert!((0..SLOTS).all(|slot| some.contains(slot) != others.contains(slot)));
        assert!(Shards::all(16).is_all() && !some.is_all());
        assert_eq!(Shards::new(2, [1, 2, 9]).numbers().collect::<Vec<_>>(), [1]);
    }
}
