//! Shards that stand apart go on together.

use std::cmp::Ordering;

use crate::store::{Log, NewEvent, Shards, Stored, Tracks, Wanted};
use crate::testing::suite::tools::{SHARDS, claim, commit, drain, emit, note, notes, read_page};
use crate::testing::suite::{StoreFixture, bus};

/// Reads some shards from one place to another; every event between them, once.
async fn catch_up<S: Log>(
    store: &S,
    mut cursor: S::Cursor,
    upto: &S::Cursor,
    shards: &Shards,
) -> Vec<Stored> {
    let types = notes();
    let mut read = Vec::new();
    for _ in 0..1_000 {
        let wanted =
            Wanted { types: &types, shards, tracks: &Tracks::all(), limit: 3, upto: Some(upto) };
        let page = store.page(&cursor, &wanted).await.unwrap();
        assert!(page.events.len() <= 3);
        read.extend(page.events);
        cursor = page.end;
        match cursor.partial_cmp(upto) {
            Some(Ordering::Equal) => return read,
            Some(Ordering::Greater) => panic!("{cursor:?} went beyond {upto:?}"),
            // Not yet, or the two windows do not meet yet.
            Some(Ordering::Less) | None => assert!(page.more, "there is more up to {upto:?}"),
        }
    }
    panic!("{cursor:?} never reaches {upto:?}");
}

fn aggregates(range: std::ops::Range<u32>) -> Vec<NewEvent> {
    range.map(|n| note(&n.to_string(), "x")).collect()
}

pub(super) async fn a_shard_that_is_behind_reads_up_to_where_others_are<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    let start = claim(&bus, "reader").await.cursor;
    commit(&bus, &aggregates(0..10)).await;
    let (first, middle) = drain(&bus, start.clone()).await;
    commit(&bus, &aggregates(10..20)).await;
    let (second, ahead) = drain(&bus, middle.clone()).await;
    commit(&bus, &aggregates(20..30)).await;

    let shards = Shards::all(SHARDS);
    assert_eq!(catch_up(bus.store(), start.clone(), &middle, &shards).await, first);
    let whole = [first, second.clone()].concat();
    assert_eq!(catch_up(bus.store(), start.clone(), &ahead, &shards).await, whole);
    assert_eq!(catch_up(bus.store(), middle, &ahead, &shards).await, second);
    for shard in 0..SHARDS {
        let shards = Shards::new(SHARDS, [shard]);
        let own: Vec<_> =
            whole.iter().filter(|stored| shards.contains(stored.slot)).cloned().collect();
        assert_eq!(catch_up(bus.store(), start.clone(), &ahead, &shards).await, own);
    }
    let (rest, _) = drain(&bus, ahead).await;
    assert_eq!(rest.len(), 10, "what came later comes later");
}

pub(super) async fn it_meets_them_inside_a_page_as_well<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let start = claim(&bus, "reader").await.cursor;
    emit(&bus, &["1", "2", "3", "4", "5", "6"]).await;
    let page = read_page(bus.store(), &start, &notes(), 4).await.unwrap();
    assert_eq!(page.events.len(), 4);
    let (rest, end) = drain(&bus, page.end.clone()).await;
    let shards = Shards::all(SHARDS);
    assert_eq!(catch_up(bus.store(), start.clone(), &page.end, &shards).await, page.events);
    assert_eq!(catch_up(bus.store(), page.end.clone(), &end, &shards).await, rest);
    let whole = [page.events, rest].concat();
    assert_eq!(catch_up(bus.store(), start, &end, &shards).await, whole);
}

pub(super) async fn places_compare_as_what_lies_before_them<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let start = claim(&bus, "reader").await.cursor;
    let mut places = vec![start];
    for _ in 0..3 {
        emit(&bus, &["x", "y"]).await;
        let (_, end) = drain(&bus, places[places.len() - 1].clone()).await;
        places.push(end);
    }
    for (index, place) in places.iter().enumerate() {
        for (other, behind) in places.iter().enumerate() {
            assert_eq!(place.partial_cmp(behind), Some(index.cmp(&other)));
        }
    }
}
