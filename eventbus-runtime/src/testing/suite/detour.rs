//! Detours: cursors of single tracks beside those of the shards.

use std::collections::{BTreeMap, BTreeSet};

use crate::bus::EventBus;
use crate::error::ErrorKind;
use crate::priority::Priority;
use crate::store::{
    Handled, Held, Log, NewEvent, Owner, Retention, Shards, Start, Step, Store, Stored, Track,
    Tracks, Waits, Wanted, Way,
};
use crate::testing::suite::tools::{
    SHARDS, advance, append, claim, claim_at, commit, data, log, note, notes, replica, to, torn,
};
use crate::testing::suite::{StoreFixture, bus};

/// A note about an aggregate of a tenant, or of none.
fn of(tenant: &str, text: &str) -> NewEvent {
    let mut event = note(text, text).event;
    event.envelope.tenant = (!tenant.is_empty()).then(|| tenant.to_owned());
    NewEvent::from(event)
}

fn normal(tenant: &str) -> Track {
    Track::of(Priority::Normal).with_tenant(tenant)
}

fn only(tenant: &str) -> Tracks {
    Tracks::only(normal(tenant))
}

fn without(tenants: &[&str]) -> Tracks {
    Tracks {
        only: Track::default(),
        without: tenants.iter().map(|tenant| normal(tenant)).collect(),
    }
}

/// A step of one of the ways that end at a cursor.
pub(super) const fn step<C>(cursor: C, way: Way) -> Step<C> {
    Step { cursor: Some(cursor), way, changes: Vec::new() }
}

fn begin<C>(cursor: C, tenant: &str) -> Step<C> {
    step(cursor, Way::Begin { track: normal(tenant), from: None })
}

fn detour<C>(cursor: C, tenant: &str) -> Step<C> {
    step(cursor, Way::Detour(normal(tenant)))
}

fn end<C>(cursor: C, tenant: &str) -> Step<C> {
    step(cursor, Way::End { track: normal(tenant), into: None })
}

/// The texts of what some tracks have behind a cursor, up to another or to the end, and where that is.
pub(super) async fn read<S: Log>(
    bus: &EventBus<S>,
    cursor: &S::Cursor,
    tracks: &Tracks,
    upto: Option<&S::Cursor>,
) -> (Vec<String>, S::Cursor) {
    let (types, shards) = (notes(), Shards::all(SHARDS));
    let (mut texts, mut cursor) = (Vec::new(), cursor.clone());
    loop {
        let wanted = Wanted { types: &types, shards: &shards, tracks, limit: 2, upto };
        let page = bus.store().page(&cursor, &wanted).await.unwrap();
        let is_last = page.events.is_empty() && !page.more;
        texts.extend(
            page.events.into_iter().filter_map(|stored| stored.event.envelope.aggregate_id),
        );
        cursor = page.end;
        if is_last || upto == Some(&cursor) {
            return (texts, cursor);
        }
    }
}

/// The detours of a shard of the subscription `reader`.
pub(super) async fn detours<S: Log>(bus: &EventBus<S>) -> Vec<BTreeMap<Track, S::Cursor>> {
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    roster.shards.into_iter().map(|shard| shard.detours).collect()
}

pub(super) async fn tenants_are_read_apart_and_each_event_once<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let tenants = ["big", "", "small", "big", "bigger", "big", "", "small"];
    let events: Vec<_> =
        tenants.iter().enumerate().map(|(n, tenant)| of(tenant, &format!("{tenant}{n}"))).collect();
    commit(&bus, &events).await;
    let cursor = claim(&bus, "reader").await.cursor;
    for (tracks, expected) in [
        (only("big"), vec!["big0", "big3", "big5"]),
        (only(""), vec!["1", "6"]),
        (only("nobody"), vec![]),
        (without(&["big"]), vec!["1", "small2", "bigger4", "6", "small7"]),
        (without(&["", "big"]), vec!["small2", "bigger4", "small7"]),
    ] {
        assert_eq!(read(&bus, &cursor, &tracks, None).await.0, expected, "{tracks:?}");
    }
}

pub(super) async fn a_detour_is_read_up_to_its_shard<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[of("big", "1"), of("big", "2"), of("small", "3")]).await;
    let begins = claim(&bus, "reader").await.cursor;
    let (texts, main) = read(&bus, &begins, &without(&["big"]), None).await;
    assert_eq!(texts, ["3"]);
    commit(&bus, &[of("big", "4"), of("small", "5")]).await;
    let (texts, met) = read(&bus, &begins, &only("big"), Some(&main)).await;
    assert_eq!((texts, &met), (vec!["1".to_owned(), "2".to_owned()], &main));
    assert_eq!(
        read(&bus, &met, &Tracks::all(), None).await.0,
        ["4", "5"],
        "and they go on together"
    );
}

/// A detour that begins while transactions are open has their events once as well.
pub(super) async fn what_commits_late_is_on_one_of_the_two_ways<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[of("big", "1"), of("small", "2")]).await;
    let mut open = bus.store().begin().await.unwrap();
    append(&bus, &mut open, &[of("big", "3"), of("small", "4")]).await;
    commit(&bus, &[of("big", "5"), of("small", "6")]).await;
    let begins = claim(&bus, "reader").await.cursor;
    let (mut others, main) = read(&bus, &begins, &without(&["big"]), None).await;
    bus.store().commit(open).await.unwrap();
    commit(&bus, &[of("big", "7")]).await;
    let (late, main) = read(&bus, &main, &without(&["big"]), None).await;
    others.extend(late);
    assert_eq!(others, ["2", "6", "4"]);
    let (mut big, met) = read(&bus, &begins, &only("big"), Some(&main)).await;
    assert_eq!(met, main);
    big.sort_unstable();
    assert_eq!(big, ["1", "3", "5", "7"]);
    assert_eq!(read(&bus, &met, &Tracks::all(), None).await.0, [""; 0]);
}

pub(super) async fn a_detour_is_kept_with_its_shards<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[of("big", "1"), of("small", "2"), of("big", "3")]).await;
    let reader = claim(&bus, "reader").await;
    let events = log(&bus).await;
    let page = whole(&bus, &reader.cursor).await;
    let at = |n: usize| crate::store::Cursor::at(&page, events[n].position);
    advance(&bus, &reader.owner, &begin(at(0), "big")).await.unwrap();
    advance(&bus, &reader.owner, &to(at(2))).await.unwrap();
    let some = Owner { held: reader.owner.held[..3].to_vec(), ..reader.owner.clone() };
    advance(&bus, &some, &detour(at(1), "big")).await.unwrap();

    reader.release(bus.store()).await;
    let other = replica("reader");
    let taken = bus.store().take(&other, &reader.owner.held).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(roster.shards.len(), usize::from(SHARDS));
    for shard in taken.iter().chain(&roster.shards) {
        let moved = usize::from(shard.held.shard < 3);
        assert_eq!(shard.cursor, at(2));
        assert_eq!(shard.detours, BTreeMap::from([(normal("big"), at(moved))]));
    }
    let owner = owner(taken.iter().map(|shard| shard.held).collect());
    advance(&bus, &owner, &end(at(2), "big")).await.unwrap();
    assert!(detours(&bus).await.iter().all(BTreeMap::is_empty));
}

fn owner(mut held: Vec<Held>) -> Owner {
    held.sort_unstable();
    Owner { subscription: "reader".to_owned(), of: SHARDS, held }
}

/// A cursor in the window that all events of the log are in.
async fn whole<S: Log>(bus: &EventBus<S>, cursor: &S::Cursor) -> S::Cursor {
    let (types, shards, tracks) = (notes(), Shards::all(SHARDS), Tracks::all());
    let wanted = Wanted { types: &types, shards: &shards, tracks: &tracks, limit: 100, upto: None };
    bus.store().page(cursor, &wanted).await.unwrap().window
}

pub(super) async fn a_stale_fence_moves_no_detour<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[of("big", "1")]).await;
    let stale = claim(&bus, "reader").await;
    advance(&bus, &stale.owner, &begin(stale.cursor.clone(), "big")).await.unwrap();
    stale.release(bus.store()).await;
    bus.store().take(&replica("reader"), &stale.owner.held).await.unwrap();
    let before = detours(&bus).await;
    let end_of_log = bus.store().end().await.unwrap();
    for step in [
        begin(end_of_log.clone(), "small"),
        detour(end_of_log.clone(), "big"),
        end(end_of_log.clone(), "big"),
    ] {
        let refused = advance(&bus, &stale.owner, &step).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Fenced, "{refused}");
    }
    assert_eq!(detours(&bus).await, before);
}

pub(super) async fn a_detour_begins_once_and_ends_once<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let reader = claim(&bus, "reader").await;
    let at = reader.cursor.clone();
    let refused = async |step| advance(&bus, &reader.owner, &step).await.unwrap_err().kind();
    assert_eq!(refused(detour(at.clone(), "big")).await, ErrorKind::Fenced);
    assert_eq!(refused(end(at.clone(), "big")).await, ErrorKind::Fenced);
    advance(&bus, &reader.owner, &begin(at.clone(), "big")).await.unwrap();
    assert_eq!(refused(begin(at.clone(), "big")).await, ErrorKind::Fenced);
    advance(&bus, &reader.owner, &begin(at.clone(), "")).await.unwrap();
    let both = BTreeSet::from(["", "big"].map(normal));
    assert!(detours(&bus).await.iter().all(|of| of.keys().eq(&both)));
    advance(&bus, &reader.owner, &end(at, "big")).await.unwrap();
    assert!(detours(&bus).await.iter().all(|of| of.keys().eq([&normal("")])));
}

pub(super) async fn a_seek_ends_all_detours<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let reader = claim(&bus, "reader").await;
    advance(&bus, &reader.owner, &begin(reader.cursor.clone(), "big")).await.unwrap();
    assert!(bus.store().seek("reader", Start::Now).await.unwrap());
    assert!(detours(&bus).await.iter().all(BTreeMap::is_empty));
    let held: Vec<Held> = {
        let roster = bus.store().roster("reader").await.unwrap().unwrap();
        roster.shards.iter().map(|shard| shard.held).collect()
    };
    let taken = bus.store().take(&replica("reader"), &held).await.unwrap();
    let owner = owner(taken.iter().map(|shard| shard.held).collect());
    advance(&bus, &owner, &begin(reader.cursor.clone(), "big")).await.unwrap();
    assert!(bus.store().remove("reader").await.unwrap());
    claim_at(&bus, "reader", Start::Now).await;
    assert!(detours(&bus).await.iter().all(BTreeMap::is_empty), "a new one has none");
}

pub(super) async fn what_waits_is_counted_on_each_way<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let tenants = ["big", "small", "big", "", "big"];
    commit(&bus, &tenants.map(|tenant| of(tenant, tenant))).await;
    let begins = claim(&bus, "reader").await.cursor;
    let (types, shards) = (notes(), Shards::all(SHARDS));
    for (tracks, expected) in
        [(only("big"), 3), (only(""), 1), (without(&["big"]), 2), (Tracks::all(), 5)]
    {
        let waits = Waits { types: &types, shards: &shards, tracks: &tracks, at_most: 100 };
        let pending = bus.store().pending(&begins, waits).await.unwrap();
        assert_eq!((pending.events, pending.more), (expected, false), "{tracks:?}");
        let waiting = bus.store().waiting(&begins, waits).await.unwrap();
        let groups: u64 = waiting.groups.iter().map(|group| group.events).sum();
        assert_eq!(groups, expected, "{tracks:?}");
    }
}

pub(super) async fn what_a_detour_has_not_passed_is_not_handled<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[of("big", "1"), of("small", "2")]).await;
    let events = log(&bus).await;
    let reader = claim(&bus, "reader").await;
    let handles = [("note.taken".to_owned(), 2)].into();
    bus.store().declare("reader", &BTreeMap::new(), &handles).await.unwrap();
    advance(&bus, &reader.owner, &begin(reader.cursor.clone(), "big")).await.unwrap();
    let end_of_log = bus.store().end().await.unwrap();
    advance(&bus, &reader.owner, &to(end_of_log.clone())).await.unwrap();
    let handled = async |stored: &Stored| {
        bus.store().handled("reader", stored.event.envelope.id).await.unwrap()
    };
    assert_eq!(handled(&events[0]).await, Handled::NotYet);
    assert_eq!(handled(&events[1]).await, Handled::Yes);
    advance(&bus, &reader.owner, &detour(end_of_log, "big")).await.unwrap();
    assert_eq!(handled(&events[0]).await, Handled::Yes);
}

pub(super) async fn nothing_is_dropped_past_a_detour<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[torn(1), of("big", "2"), of("small", "3")]).await;
    let events = log(&bus).await;
    let reader = claim(&bus, "reader").await;
    let page = whole(&bus, &reader.cursor).await;
    let first = crate::store::Cursor::at(&page, events[0].position);
    advance(&bus, &reader.owner, &begin(first, "big")).await.unwrap();
    let end_of_log = bus.store().end().await.unwrap();
    advance(&bus, &reader.owner, &to(end_of_log.clone())).await.unwrap();
    for name in readers(&bus).await {
        bus.store().remove(&name).await.unwrap();
    }
    let settled = bus.store().settle().await.unwrap().upto;
    let holds = bus.store().holds().await.unwrap();
    assert_eq!(holds.iter().map(|hold| hold.upto).collect::<Vec<_>>(), [events[0].position]);
    assert_eq!(bus.store().drop_events(settled, 100).await.unwrap().events, 1);
    assert_eq!(data(&log(&bus).await), data(&events[1..]));
    advance(&bus, &reader.owner, &end(end_of_log, "big")).await.unwrap();
    for name in readers(&bus).await {
        bus.store().remove(&name).await.unwrap();
    }
    assert_eq!(bus.store().drop_events(settled, 100).await.unwrap().events, 2);
}

/// The subscriptions that only looked.
async fn readers<S: Log>(bus: &EventBus<S>) -> Vec<String> {
    let names = bus.store().subscriptions().await.unwrap();
    names.into_iter().filter(|name| name != "reader").collect()
}
