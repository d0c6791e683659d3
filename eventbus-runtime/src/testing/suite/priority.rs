//! Priorities, and detours of them.

use std::collections::BTreeMap;

use crate::error::ErrorKind;
use crate::priority::Priority::{self, High, Low, Normal};
use crate::store::{Handled, Log, NewEvent, Shards, Stored, Track, Tracks, Waits, Way};
use crate::testing::suite::detour::{detours, read, step};
use crate::testing::suite::tools::{SHARDS, advance, claim, commit, log, note, notes, to};
use crate::testing::suite::{StoreFixture, bus};

/// A note about an aggregate of a tenant, or of none.
fn of(priority: Priority, tenant: &str, text: &str) -> NewEvent {
    let mut event = note(text, text).event;
    event.envelope.priority = priority;
    event.envelope.tenant = (!tenant.is_empty()).then(|| tenant.to_owned());
    NewEvent::from(event)
}

fn big() -> Track {
    Track::of(Normal).with_tenant("big")
}

/// Events of several priorities and tenants, each told by its text.
fn mixed() -> Vec<NewEvent> {
    vec![
        of(Normal, "big", "1"),
        of(High, "big", "2"),
        of(Normal, "", "3"),
        of(Low, "small", "4"),
        of(Normal, "big", "5"),
        of(High, "", "6"),
        of(Normal, "small", "7"),
    ]
}

pub(super) async fn priorities_are_read_apart_and_each_event_once<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &mixed()).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let normal = Track::of(Normal);
    let whole = Track { priority: None, tenant: Some("big".to_owned()) };
    for (tracks, expected) in [
        (Tracks::all(), vec!["1", "2", "3", "4", "5", "6", "7"]),
        (Tracks::only(Track::of(High)), vec!["2", "6"]),
        (Tracks::only(normal.clone()), vec!["1", "3", "5", "7"]),
        (Tracks::only(big()), vec!["1", "5"]),
        (Tracks::only(normal.clone()).without(big()), vec!["3", "7"]),
        (Tracks::all().without(normal.clone()), vec!["2", "4", "6"]),
        (Tracks::all().without(normal.clone()).without(big()), vec!["2", "4", "6"]),
        (Tracks::all().without(big()).without(Track::of(Low)), vec!["2", "3", "6", "7"]),
        (Tracks::all().without(whole.clone()), vec!["3", "4", "6", "7"]),
        (Tracks::only(whole), vec!["1", "2", "5"]),
        (Tracks::only(Track::of(Normal).with_tenant("")), vec!["3"]),
    ] {
        assert_eq!(read(&bus, &cursor, &tracks, None).await.0, expected, "{tracks:?}");
        let waits = Waits { types: &types, shards: &shards, tracks: &tracks, at_most: 100 };
        let pending = bus.store().pending(&cursor, waits).await.unwrap();
        assert_eq!(pending.events, u64::try_from(expected.len()).unwrap(), "{tracks:?}");
        let waiting = bus.store().waiting(&cursor, waits).await.unwrap();
        let groups: u64 = waiting.groups.iter().map(|group| group.events).sum();
        assert_eq!(groups, pending.events, "{tracks:?}");
    }
}

pub(super) async fn a_priority_is_read_beside_its_shard_and_meets_it<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &mixed()).await;
    let reader = claim(&bus, "reader").await;
    let (track, begins) = (Track::of(Normal), reader.cursor.clone());
    let begin = Way::Begin { track: track.clone(), from: None };
    advance(&bus, &reader.owner, &step(begins.clone(), begin)).await.unwrap();
    let others = Tracks::all().without(track.clone());
    let (texts, main) = read(&bus, &begins, &others, None).await;
    assert_eq!(texts, ["2", "4", "6"]);
    advance(&bus, &reader.owner, &to(main.clone())).await.unwrap();
    let only = Tracks::only(track.clone());
    let (texts, met) = read(&bus, &begins, &only, Some(&main)).await;
    assert_eq!((texts.join(" "), &met), ("1 3 5 7".to_owned(), &main));
    let expected = BTreeMap::from([(track.clone(), begins)]);
    assert!(detours(&bus).await.iter().all(|of| *of == expected));
    let end = Way::End { track, into: None };
    advance(&bus, &reader.owner, &step(met, end)).await.unwrap();
    assert!(detours(&bus).await.iter().all(BTreeMap::is_empty));
}

pub(super) async fn a_tenants_detour_begins_and_ends_in_that_of_its_priority<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    commit(&bus, &mixed()).await;
    let reader = claim(&bus, "reader").await;
    let (normal, begins) = (Track::of(Normal), reader.cursor.clone());
    let inside = |way: Way| step(begins.clone(), way);
    let begin = Way::Begin { track: big(), from: Some(normal.clone()) };
    let refused = advance(&bus, &reader.owner, &inside(begin.clone())).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced, "there is no such detour: {refused}");

    let lane = Way::Begin { track: normal.clone(), from: None };
    advance(&bus, &reader.owner, &inside(lane)).await.unwrap();
    let end_of_log = bus.store().end().await.unwrap();
    advance(&bus, &reader.owner, &to(end_of_log.clone())).await.unwrap();
    advance(&bus, &reader.owner, &inside(begin)).await.unwrap();
    let both = BTreeMap::from([(normal.clone(), begins.clone()), (big(), begins.clone())]);
    assert!(detours(&bus).await.iter().all(|of| *of == both), "it begins where that one is");

    let moved = Way::Detour(big());
    advance(&bus, &reader.owner, &step(end_of_log.clone(), moved)).await.unwrap();
    let end = Way::End { track: big(), into: Some(normal.clone()) };
    advance(&bus, &reader.owner, &step(end_of_log.clone(), end)).await.unwrap();
    let left = BTreeMap::from([(normal, end_of_log.clone())]);
    assert!(detours(&bus).await.iter().all(|of| *of == left), "and moves it where it ends");
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert!(roster.shards.iter().all(|shard| shard.cursor == end_of_log));
}

pub(super) async fn what_the_detour_of_a_priority_has_not_passed_is_not_handled<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    commit(&bus, &mixed()).await;
    let events = log(&bus).await;
    let reader = claim(&bus, "reader").await;
    let handles = [("note.taken".to_owned(), 2)].into();
    bus.store().declare("reader", &BTreeMap::new(), &handles).await.unwrap();
    let begins = reader.cursor.clone();
    let normal = Track::of(Normal);
    let lane = Way::Begin { track: normal.clone(), from: None };
    advance(&bus, &reader.owner, &step(begins.clone(), lane)).await.unwrap();
    let tenant = Way::Begin { track: big(), from: Some(normal.clone()) };
    advance(&bus, &reader.owner, &step(begins, tenant)).await.unwrap();
    let end_of_log = bus.store().end().await.unwrap();
    let handled = async || {
        let mut texts = Vec::new();
        for Stored { event, .. } in &events {
            let of = bus.store().handled("reader", event.envelope.id).await.unwrap();
            if of == Handled::Yes {
                texts.push(event.envelope.aggregate_id.clone().unwrap());
            }
        }
        texts.join(" ")
    };
    assert_eq!(handled().await, "");
    advance(&bus, &reader.owner, &to(end_of_log.clone())).await.unwrap();
    assert_eq!(handled().await, "2 4 6");
    let moved = Way::Detour(normal);
    advance(&bus, &reader.owner, &step(end_of_log.clone(), moved)).await.unwrap();
    assert_eq!(handled().await, "2 3 4 6 7");
    advance(&bus, &reader.owner, &step(end_of_log, Way::Detour(big()))).await.unwrap();
    assert_eq!(handled().await, "1 2 3 4 5 6 7");
}
