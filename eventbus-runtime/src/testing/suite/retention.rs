//! Old events leave the log, and what keeps them there.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use crate::bus::EventBus;
use crate::store::{
    Cursor, Dropped, Fate, Handles, Hold, Holder, LetterSlice, Letters, Log, Old, Registration,
    ReplayRow, Retention, Step, Store, Stored, Way,
};
use crate::testing::suite::tools::{
    Claimed, advance, append, apply, change, claim, claim_at, commit, data, dead, drain, emit,
    failure, full, notes, read_page, replica, retrying, to, torn,
};
use crate::testing::suite::{StoreFixture, bus};
use crate::{LetterFilter, Start};

/// Everything that is in the log, read without a subscription, which would hold it.
async fn everything<S: Retention>(bus: &EventBus<S>) -> Vec<Stored> {
    let events = bus.store().settled(0, i64::MAX, 1_000).await.unwrap();
    events.into_iter().map(|old| old.stored).collect()
}

/// Drops what may go, in batches of two; how many that are.
async fn drop_all<S: Retention>(bus: &EventBus<S>) -> u64 {
    let upto = bus.store().settle().await.unwrap().upto;
    let mut events = 0;
    loop {
        let batch = bus.store().drop_events(upto, 2).await.unwrap();
        events += batch.events;
        if !batch.more {
            return events;
        }
    }
}

/// A subscription that has handled the first events, and where they are.
async fn past<S: Retention>(
    bus: &EventBus<S>,
    name: &str,
    many: usize,
) -> (Claimed<S::Cursor>, Vec<Stored>) {
    let claim = claim(bus, name).await;
    let page = read_page(bus.store(), &claim.cursor, &notes(), 100).await.unwrap();
    let place = page.window.at(page.events[many - 1].position);
    advance(bus, &claim.owner, &to(place)).await.unwrap();
    (claim, page.events)
}

/// Who holds what, by their subscriptions.
async fn held<S: Retention>(bus: &EventBus<S>) -> BTreeMap<String, i64> {
    let holds = bus.store().holds().await.unwrap();
    holds.iter().map(|hold| (hold.subscription().unwrap().to_owned(), hold.upto)).collect()
}

fn holder(holds: &[Hold], is_it: impl Fn(&Holder) -> bool) -> i64 {
    holds.iter().find(|hold| is_it(&hold.holder)).expect("it holds").upto
}

pub(super) async fn nothing_is_dropped_past_a_subscription<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3", "4", "5"]).await;
    let (_, events) = past(&bus, "slow", 3).await;
    let (_, _) = past(&bus, "quick", 5).await;
    let third = events[2].position;
    assert_eq!(held(&bus).await["slow"], third);
    assert!(held(&bus).await["quick"] >= events[4].position);
    assert_eq!(bus.store().count(third).await.unwrap(), 3);
    assert_eq!(drop_all(&bus).await, 3);
    assert_eq!(everything(&bus).await, events[3..]);
    assert_eq!(bus.store().ledger().await.unwrap().dropped, third);
    assert_eq!(drop_all(&bus).await, 0, "the rest is before the slow one");
    let slow = bus.store().roster("slow").await.unwrap().unwrap();
    assert_eq!(drain(&bus, slow.shards[0].cursor.clone()).await.0, events[3..]);
    assert!(bus.store().remove("slow").await.unwrap());
    assert_eq!(drop_all(&bus).await, 2, "nobody holds them any more");
}

pub(super) async fn of_a_subscription_the_last_shard_counts<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3"]).await;
    let (claim, events) = past(&bus, "reader", 3).await;
    let slow = claim.owner.held[4].shard;
    bus.store().retire(&claim.replica).await.unwrap();
    let (from, _) = bus.store().span(Start::Position(events[1].position), i64::MAX).await.unwrap();
    let other = replica("reader");
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    let shard = roster.shards.iter().find(|shard| shard.held.shard == slow).unwrap().held;
    let taken = bus.store().take(&other, &[shard]).await.unwrap();
    let mut owner = claim.owner.clone();
    owner.held = taken.iter().map(|shard| shard.held).collect();
    advance(&bus, &owner, &to(from)).await.unwrap();
    let holds = bus.store().holds().await.unwrap();
    assert_eq!(holds.len(), 1, "{holds:?}");
    assert_eq!(
        holds[0].holder,
        Holder::Shard { subscription: "reader".to_owned(), shard: slow, paused: false }
    );
    assert_eq!(drop_all(&bus).await, 1);
}

pub(super) async fn numbers_of_dropped_events_do_not_come_back<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[torn(1), torn(2), torn(3)]).await;
    let last = everything(&bus).await[2].position;
    assert_eq!(drop_all(&bus).await, 3);
    assert_eq!(everything(&bus).await, []);
    assert_eq!(bus.store().ledger().await.unwrap().dropped, last);
    let now = claim_at(&bus, "now", Start::Now).await;
    let first = claim_at(&bus, "first", Start::Beginning).await;
    let next = claim_at(&bus, "next", Start::Position(last + 1)).await;
    emit(&bus, &["later"]).await;
    assert!(everything(&bus).await[0].position > last);
    for claim in [now, first, next] {
        assert_eq!(data(&drain(&bus, claim.cursor).await.0), [r#"["a","later"]"#]);
    }
}

pub(super) async fn a_batch_deletes_the_oldest_and_says_whether_there_is_more<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    commit(&bus, &[torn(1), torn(2), torn(3)]).await;
    let upto = bus.store().settle().await.unwrap().upto;
    let batch = bus.store().drop_events(upto, 2).await.unwrap();
    assert_eq!(batch, Dropped { events: 2, more: true });
    assert_eq!(data(&everything(&bus).await), ["3"]);
    let batch = bus.store().drop_events(upto, 2).await.unwrap();
    assert_eq!(batch, Dropped { events: 1, more: false });
    assert_eq!(bus.store().drop_events(upto, 2).await.unwrap(), Dropped::default());
}

pub(super) async fn an_event_in_trouble_is_kept<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3"]).await;
    let (claim, events) = past(&bus, "reader", 3).await;
    apply(&bus, &claim, vec![change(&events[1], retrying(1, "busy", 10))]).await;
    let holds = bus.store().holds().await.unwrap();
    let second = events[1].position;
    assert_eq!(holder(&holds, |holder| matches!(holder, Holder::Delivery { .. })), second - 1);
    assert_eq!(drop_all(&bus).await, 1);
    let again = Fate::Dead { attempts: 2, failure: failure("never", 20), retry_at: Some(1_000) };
    let mut given_up = change(&events[1], again);
    given_up.was = Some(1);
    apply(&bus, &claim, vec![given_up]).await;
    let holds = bus.store().holds().await.unwrap();
    assert_eq!(holder(&holds, |holder| matches!(holder, Holder::Letter { .. })), second - 1);
    assert_eq!(drop_all(&bus).await, 0, "it is retried by itself");
    let mut tx = bus.store().begin().await.unwrap();
    let filter = LetterFilter::all();
    let moved = bus.store().retry_letters(&mut tx, &LetterSlice::first(&filter, 10), 5).await;
    assert_eq!(moved.unwrap().moved.len(), 1);
    bus.store().commit(tx).await.unwrap();
    assert_eq!(drop_all(&bus).await, 0, "it is retried now");
    let mut given_up = change(&events[1], dead(1, "never", 30));
    given_up.was = Some(0);
    apply(&bus, &claim, vec![given_up]).await;
    assert_eq!(drop_all(&bus).await, 2, "a letter has the whole event");
}

pub(super) async fn what_may_still_come_is_not_settled<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let late = EventBus::on(fixture.store().await);
    commit(&bus, &[torn(1)]).await;
    let before = bus.store().settle().await.unwrap();
    assert!(!before.waits);
    let mut open = late.store().begin().await.unwrap();
    append(&late, &mut open, &[torn(2)]).await;
    commit(&bus, &[torn(3)]).await;
    let meanwhile = bus.store().settle().await.unwrap();
    assert!(meanwhile.upto >= before.upto, "the mark of an earlier look counts");
    late.store().commit(open).await.unwrap();
    let stored = everything(&bus).await;
    let second = stored.iter().find(|stored| stored.event.data == "2").unwrap();
    assert!(second.position > meanwhile.upto, "{meanwhile:?}");
    let after = bus.store().settle().await.unwrap();
    assert!(!after.waits && after.upto >= stored[2].position);
}

pub(super) async fn what_committed_late_is_held_until_it_is_read<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let late = EventBus::on(fixture.store().await);
    let claim = claim(&bus, "reader").await;
    commit(&bus, &[torn(1)]).await;
    let mut open = late.store().begin().await.unwrap();
    append(&late, &mut open, &[torn(2)]).await;
    commit(&bus, &[torn(3)]).await;
    let (events, place) = drain(&bus, claim.cursor.clone()).await;
    assert_eq!(data(&events), ["1", "3"]);
    advance(&bus, &claim.owner, &to(place.clone())).await.unwrap();
    late.store().commit(open).await.unwrap();
    drop_all(&bus).await;
    let (events, place) = drain(&bus, place).await;
    assert_eq!(data(&events), ["2"], "the reader has still to read it");
    advance(&bus, &claim.owner, &to(place)).await.unwrap();
    drop_all(&bus).await;
    assert_eq!(everything(&bus).await, []);
}

pub(super) async fn what_is_put_back_is_before_every_place<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[full(), torn(2), torn(3)]).await;
    let (claim, events) = past(&bus, "reader", 3).await;
    let now = claim_at(&bus, "now", Start::Now).await;
    assert_eq!(drop_all(&bus).await, 3);
    let mut tx = bus.store().begin().await.unwrap();
    let old = [Old { stored: events[0].clone(), moved_at: None }];
    bus.store().restore(&mut tx, &old).await.unwrap();
    bus.store().restore(&mut tx, &old).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    assert_eq!(everything(&bus).await, events[..1], "as it was, and once");
    let reader = bus.store().roster("reader").await.unwrap().unwrap();
    for place in [reader.shards[0].cursor.clone(), now.cursor] {
        assert_eq!(drain(&bus, place).await.0, []);
    }
    let changes = vec![change(&events[0], retrying(1, "busy", 10))];
    advance(&bus, &claim.owner, &Step { cursor: None, way: Way::Main, changes }).await.unwrap();
    assert_eq!(drop_all(&bus).await, 0, "it is in trouble");
    let mut handled = change(&events[0], Fate::Handled);
    handled.was = Some(1);
    apply(&bus, &claim, vec![handled]).await;
    assert_eq!(drop_all(&bus).await, 1);
}

pub(super) async fn a_place_in_the_first_window_has_a_number<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[torn(1), torn(2), torn(3)]).await;
    let events = everything(&bus).await;
    let second = events[1].position;
    bus.store().drop_events(second, 10).await.unwrap();
    for first in [second + 1, events[2].position + 1] {
        let (from, upto) = bus.store().span(Start::Position(first), i64::MAX).await.unwrap();
        assert!(from.number().unwrap() >= second, "{from:?}");
        let early = from.at(1);
        assert_eq!(early.number(), Some(1));
        assert!(early < from && early < upto, "{early:?}, {from:?}, {upto:?}");
        let row =
            ReplayRow { filter: "all".to_owned(), total: 1, began_at: 1, upto, archived: second };
        let registration = Registration {
            subscription: format!("replay:{first}"),
            start: Start::Beginning,
            shards: 2,
            handles: Handles::new(),
        };
        let known = bus.store().begin_replay(&registration, &early, &row).await.unwrap();
        assert_eq!(known, row);
        let roster = bus.store().roster(&registration.subscription).await.unwrap().unwrap();
        assert_eq!(roster.shards[0].cursor.number(), Some(1));
    }
    assert_eq!(drop_all(&bus).await, 0, "they read on in the log");
}

pub(super) async fn the_first_event_of_a_time_is_found<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let store = bus.store();
    assert_eq!(store.first_since(SystemTime::UNIX_EPOCH).await.unwrap(), None);
    commit(&bus, &[torn(1)]).await;
    let first = everything(&bus).await[0].position;
    assert_eq!(store.first_since(SystemTime::UNIX_EPOCH).await.unwrap(), Some(first));
    let far = SystemTime::UNIX_EPOCH + Duration::from_hours(24 * 366 * 100);
    assert_eq!(store.first_since(far).await.unwrap(), None);
}

pub(super) async fn what_holds_is_noted_with_its_first_time<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let ledger = bus.store().ledger().await.unwrap();
    assert_eq!((ledger.dropped, &ledger.held), (0, &None));
    let other = EventBus::on(fixture.store().await);
    assert_eq!(other.store().ledger().await.unwrap().log, ledger.log, "it is one log");
    bus.store().note_hold(Some("a")).await.unwrap();
    let first = bus.store().ledger().await.unwrap().held;
    bus.store().note_hold(Some("a")).await.unwrap();
    assert_eq!(bus.store().ledger().await.unwrap().held, first);
    bus.store().note_hold(Some("b")).await.unwrap();
    assert_eq!(bus.store().ledger().await.unwrap().held.unwrap().0, "b");
    bus.store().note_hold(None).await.unwrap();
    assert_eq!(bus.store().ledger().await.unwrap().held, None);
}

pub(super) async fn only_who_was_not_seen_for_long_is_removed<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    past(&bus, "reader", 1).await;
    let removed = async |unseen| bus.store().remove_unseen("reader", unseen).await.unwrap();
    assert!(!removed(Duration::from_hours(1)).await, "its code was alive just now");
    assert_eq!(held(&bus).await.len(), 1);
    // Its clock counts milliseconds.
    while !removed(Duration::ZERO).await {
        tokio::task::yield_now().await;
    }
    assert!(bus.store().roster("reader").await.unwrap().is_none());
    assert!(!removed(Duration::ZERO).await, "it is gone");
    assert_eq!(drop_all(&bus).await, 2, "nobody holds them any more");
}
