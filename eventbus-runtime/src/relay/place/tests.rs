use std::collections::{BTreeMap, BTreeSet};

use super::{Goal, Place, Places};
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
        Shard { held, owner: None, cursor: Number(at), detours: BTreeMap::new() }
    };
    cursors.iter().map(shard).collect()
}

/// What each place reads: its shards, where it is, and the tenant of a detour.
fn read(places: &Places<Number>) -> Vec<(Vec<u16>, i64, Option<&str>)> {
    places.places.iter().map(read_at).collect()
}

fn read_at(place: &Place<Number>) -> (Vec<u16>, i64, Option<&str>) {
    let tenant = place.tenant().map(String::as_str);
    (place.shards.numbers().collect(), place.cursor.0, tenant)
}

#[tokio::test]
async fn a_detour_meets_its_own_shards_and_ends_there() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5), (2, 9)]), Clock::new());
    places.begin_detour(0, "big".to_owned());
    assert_eq!(
        read(&places),
        [(vec![0, 1], 5, None), (vec![2], 9, None), (vec![0, 1], 5, Some("big"))]
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
    places.end_detour(detour);
    places.merge();
    assert_eq!(read(&places), [(vec![0, 1, 2], 9, None)]);
}

#[tokio::test]
async fn a_detour_of_some_shards_ends_in_these_alone() {
    let mut places = Places::new();
    places.add("a", 4, shards(&[(0, 5), (1, 5)]), Clock::new());
    places.begin_detour(0, "big".to_owned());
    places.set_apart(1, &BTreeSet::from([0]));
    assert_eq!(
        read(&places),
        [(vec![0, 1], 5, None), (vec![1], 5, Some("big")), (vec![0], 5, Some("big"))]
    );
    let (detour, goal) = places.take(1);
    assert_eq!(goal, Goal::Arrived);
    places.end_detour(detour);
    places.merge();
    assert_eq!(read(&places), [(vec![1], 5, None), (vec![0], 5, None), (vec![0], 5, Some("big"))]);
    assert!(places.places[0].without().is_empty());
    assert_eq!(places.places[1].without(), BTreeSet::from(["big".to_owned()]));
}

#[tokio::test]
async fn what_is_given_up_goes_with_all_of_its_cursors() {
    let mut places = Places::new();
    let mut taken = shards(&[(0, 5), (1, 7)]);
    taken[0].detours = BTreeMap::from([("big".to_owned(), Number(2))]);
    places.add("a", 4, taken, Clock::new());
    assert_eq!(read(&places), [(vec![0], 5, None), (vec![1], 7, None), (vec![0], 2, Some("big"))]);
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
