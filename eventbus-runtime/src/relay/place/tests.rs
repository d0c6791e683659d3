use std::collections::{BTreeMap, BTreeSet};

use super::{Goal, Place, Places};
use crate::clock::Clock;
use crate::priority::Priority::{High, Low, Normal};
use crate::store::{Cursor, Held, Shard, Track};

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
        Shard { held, owner: None, cursor: Number(at), detours: BTreeMap::new() }
    };
    cursors.iter().map(shard).collect()
}

/// What each place reads: its shards, where it is, and the track of a detour.
fn read(places: &Places<Number>) -> Vec<(Vec<u16>, i64, Option<Track>)> {
    places.places.iter().map(read_at).collect()
}

fn read_at(place: &Place<Number>) -> (Vec<u16>, i64, Option<Track>) {
    (place.shards.numbers().collect(), place.cursor.0, place.track().cloned())
}

fn big() -> Track {
    Track::of(Normal).with_tenant("big")
}

#[tokio::test]
async fn a_detour_meets_its_own_shards_and_ends_there() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5), (2, 9)]), Clock::new());
    places.begin_detour(0, big());
    assert_eq!(
        read(&places),
        [(vec![0, 1], 5, None), (vec![2], 9, None), (vec![0, 1], 5, Some(big()))]
    );
    assert_eq!(places.held().len(), 3);
    let (mut main, goal) = places.take(0);
    assert_eq!(goal, Goal::Meet(Number(9)), "no detour is anybody's goal");
    main.cursor = Number(9);
    places.put_back(0, main);
    places.merge();
    assert_eq!(places.len(), 3, "one reads what the other does not");
    let (mut detour, goal) = places.take(2);
    assert_eq!(goal, Goal::Meet(Number(9)));
    detour.cursor = Number(9);
    places.put_back(2, detour);
    let (detour, goal) = places.take(2);
    assert_eq!(goal, Goal::Arrived);
    places.end_detour(&detour);
    places.merge();
    assert_eq!(read(&places), [(vec![0, 1, 2], 9, None)]);
}

#[tokio::test]
async fn a_detour_of_some_shards_ends_in_these_alone() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5)]), Clock::new());
    places.begin_detour(0, big());
    places.set_apart(1, &BTreeSet::from([0]));
    assert_eq!(
        read(&places),
        [(vec![0, 1], 5, None), (vec![1], 5, Some(big())), (vec![0], 5, Some(big()))]
    );
    let (detour, goal) = places.take(1);
    assert_eq!(goal, Goal::Arrived);
    places.end_detour(&detour);
    places.merge();
    assert_eq!(read(&places), [(vec![1], 5, None), (vec![0], 5, None), (vec![0], 5, Some(big()))]);
    assert!(places.places[0].without().is_empty());
    assert_eq!(places.places[1].without(), &BTreeSet::from([big()]));
}

#[tokio::test]
async fn what_is_given_up_goes_with_all_of_its_cursors() {
    let mut places = Places::new();
    let mut taken = shards(&[(0, 5), (1, 7)]);
    taken[0].detours = BTreeMap::from([(big(), Number(2))]);
    places.add("a", 4, taken, Clock::new());
    assert_eq!(read(&places), [(vec![0], 5, None), (vec![1], 7, None), (vec![0], 2, Some(big()))]);
    let (detour, _) = places.take(2);
    assert_eq!(places.drop_with(&detour, 2), 1);
    assert_eq!(read(&places), [(vec![1], 7, None)], "it is taken anew as a whole");
}

#[tokio::test]
async fn shards_of_one_cursor_go_together_and_others_meet_them() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 9), (2, 5), (3, 7)]), Clock::new());
    assert_eq!((places.len(), places.held().len()), (3, 4));
    let (mut first, meet) = places.take(0);
    assert_eq!((first.cursor, first.shards.numbers().collect()), (Number(5), vec![0, 2]));
    assert_eq!(meet, Goal::Meet(Number(7)), "the nearest one ahead");
    first.cursor = Number(7);
    places.put_back(0, first);
    places.merge();
    assert_eq!(places.len(), 2);
    assert_eq!(places.drop_slot(0), Some(Held { shard: 0, fence: 1 }));
    assert_eq!(places.drop_slot(0), None);
    assert_eq!(places.drop_shards(&BTreeSet::from([1, 2])).len(), 2);
    let (last, meet) = places.take(0);
    assert_eq!((last.shards.numbers().collect(), meet), (vec![3], Goal::On));
    assert!(places.is_empty());
}

/// The rank of each place and what it reads.
fn ranks(places: &Places<Number>) -> Vec<(Option<crate::Priority>, Option<Track>)> {
    places.places.iter().map(|place| (place.rank(), place.track().cloned())).collect()
}

#[tokio::test]
async fn places_take_turns_with_the_one_priority_that_they_read() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5)]), Clock::new());
    places.begin_detour(0, Track::of(Normal));
    assert_eq!(ranks(&places), [(None, None), (Some(Normal), Some(Track::of(Normal)))]);
    places.begin_detour(0, Track::of(High));
    assert_eq!(places.rank(0), None, "it is to go on from where the detour began");
    let (mut main, _) = places.take(0);
    main.begins = false;
    places.put_back(0, main);
    assert_eq!(places.ranks(), BTreeSet::from([High, Normal, Low]));
}

#[tokio::test]
async fn a_tenants_detour_ends_in_that_of_its_priority() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5)]), Clock::new());
    places.begin_detour(0, big());
    places.begin_detour(0, Track::of(Normal));
    let normal = Some(Track::of(Normal));
    assert_eq!(
        read(&places),
        [(vec![0, 1], 5, None), (vec![0, 1], 5, Some(big())), (vec![0, 1], 5, normal.clone())]
    );
    assert_eq!(places.places[2].without(), &BTreeSet::from([big()]));
    let (mut main, _) = places.take(0);
    main.cursor = Number(9);
    places.put_back(0, main);
    let (tenant, goal) = places.take(1);
    assert_eq!((goal, places.ends_in(&tenant)), (Goal::Arrived, normal.as_ref()));
    places.end_detour(&tenant);
    assert!(places.places.iter().all(|place| !place.without().contains(&big())));
    let (detour, goal) = places.take(1);
    assert_eq!((goal, detour.track()), (Goal::Meet(Number(9)), normal.as_ref()));
    assert_eq!(places.ends_in(&detour), None);
}

#[tokio::test]
async fn a_detour_with_and_without_one_of_its_priority_goes_in_two_parts() {
    let mut places = Places::new();
    let mut taken = shards(&[(0, 9), (1, 9)]);
    taken[0].detours = BTreeMap::from([(big(), Number(5)), (Track::of(Normal), Number(5))]);
    taken[1].detours = BTreeMap::from([(big(), Number(5))]);
    places.add("a", 4, taken, Clock::new());
    let at = places.places.iter().position(|place| place.track() == Some(&big())).unwrap();
    let (part, goal) = places.take(at);
    assert_eq!((read_at(&part), goal), ((vec![0], 5, Some(big())), Goal::Arrived));
    let (rest, goal) = places.take(places.len() - 1);
    assert_eq!((read_at(&rest), goal), ((vec![1], 5, Some(big())), Goal::Meet(Number(9))));
}
