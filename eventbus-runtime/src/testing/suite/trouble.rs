//! Events in trouble, and the step that leaves them behind.

use crate::bus::EventBus;
use crate::error::ErrorKind;
use crate::filter::TypeSet;
use crate::store::{
    Change, Fate, Log, MOST_PARKED, NewEvent, Shards, Step, Store, Stored, Troubles, Way,
};
use crate::testing::suite::tools::{
    SHARDS, append, apply, change, claim, commit, dead, drain, emit, failure, note, read_page, torn,
};
use crate::testing::suite::{StoreFixture, bus};

async fn look<S: Log>(bus: &EventBus<S>, now: i64) -> Troubles {
    bus.store().troubles("reader", &Shards::all(SHARDS), now, 10).await.unwrap()
}

fn is_empty(troubles: &Troubles) -> bool {
    troubles.ready.is_empty() && troubles.keys.is_empty() && troubles.next_at.is_none()
}

fn retrying(attempts: u32, next_at: i64) -> Fate {
    Fate::Retrying { attempts, next_at, failure: failure("no", 1) }
}

pub(super) async fn trouble_is_kept_until_it_is_handled<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1"]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    assert!(is_empty(&look(&bus, 0).await));

    apply(&bus, &claim, vec![change(&events[0], retrying(1, 100))]).await;
    let troubles = look(&bus, 99).await;
    assert!(troubles.ready.is_empty(), "not due yet");
    assert!(troubles.keys.contains("a"));
    assert_eq!(troubles.next_at, Some(100));
    let troubles = look(&bus, 100).await;
    assert_eq!(troubles.ready[0].stored, events[0]);
    assert_eq!(troubles.ready[0].attempts, 1);
    let all = Shards::all(SHARDS);
    assert!(is_empty(&bus.store().troubles("another", &all, 100, 10).await.unwrap()));

    apply(&bus, &claim, vec![change(&events[0], retrying(2, 300))]).await;
    assert_eq!(look(&bus, 300).await.ready[0].attempts, 2);
    apply(&bus, &claim, vec![change(&events[0], Fate::Handled)]).await;
    assert!(is_empty(&look(&bus, 300).await));
}

pub(super) async fn parked_events_wait_for_the_retrying_one<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2", "3"]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let parked = |index: usize| change(&events[index], Fate::Parked);
    apply(&bus, &claim, vec![change(&events[0], retrying(1, 100)), parked(1), parked(2)]).await;
    let ready = async |now, limit| {
        let all = Shards::all(SHARDS);
        let troubles = bus.store().troubles("reader", &all, now, limit).await.unwrap();
        troubles.ready.iter().map(|trouble| trouble.stored.position).collect::<Vec<_>>()
    };
    assert!(ready(99, 10).await.is_empty());
    assert_eq!(ready(100, 10).await, [events[0].position]);

    apply(&bus, &claim, vec![change(&events[0], Fate::Handled)]).await;
    assert_eq!(ready(0, 10).await, [events[1].position, events[2].position]);
    assert_eq!(ready(0, 1).await, [events[1].position], "no more than the limit");

    apply(&bus, &claim, vec![change(&events[1], dead(5, "never", 5))]).await;
    assert_eq!(ready(0, 10).await, [events[2].position], "a dead one holds nobody back");
}

pub(super) async fn a_parked_event_waits_for_its_own_key_alone<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let early = [note("c", "0"), torn(1), note("a", "2"), note("c", "3")];
    commit(&bus, &early).await;
    commit(&bus, &[torn(4), note("b", "5")]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let tried_again = events[1..4].iter().map(|stored| change(stored, retrying(1, 100)));
    let parked = [&events[0], &events[4], &events[5]];
    let waiting = parked.iter().map(|stored| change(stored, Fate::Parked));
    apply(&bus, &claim, tried_again.chain(waiting).collect()).await;
    let ready = look(&bus, 99).await.ready;
    let ready: Vec<_> = ready.iter().map(|trouble| trouble.stored.position).collect();
    let expected = parked.map(|stored| stored.position);
    assert_eq!(ready, expected, "and for what is before it; without a key for nothing");
}

pub(super) async fn an_aggregate_with_too_many_rows_is_crowded<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let texts: Vec<&str> = vec!["x"; MOST_PARKED];
    emit(&bus, &texts).await;
    let claim = claim(&bus, "reader").await;
    let types = TypeSet::everything();
    let page = read_page(bus.store(), &claim.cursor, &types, MOST_PARKED).await.unwrap();
    let events = page.events;
    let parked =
        |events: &[Stored]| events.iter().map(|stored| change(stored, Fate::Parked)).collect();
    apply(&bus, &claim, vec![change(&events[0], retrying(1, 100))]).await;
    apply(&bus, &claim, parked(&events[1..MOST_PARKED - 1])).await;
    assert!(look(&bus, 0).await.crowded.is_empty(), "one less");
    apply(&bus, &claim, parked(&events[MOST_PARKED - 1..])).await;
    assert_eq!(look(&bus, 0).await.crowded, [events[0].slot].into());
}

pub(super) async fn a_row_keeps_its_key_and_its_first_attempt<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    commit(&bus, &[note("a", "1"), torn(2)]).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let first = Change {
        first_at: Some(7),
        key: Some("a key of its own".to_owned()),
        ..change(&events[0], retrying(1, 10))
    };
    let of_none = change(&events[1], retrying(3, 20));
    apply(&bus, &claim, vec![first, of_none]).await;
    let troubles = look(&bus, 20).await;
    assert_eq!(troubles.keys.into_iter().collect::<Vec<_>>(), ["a key of its own"]);
    assert_eq!(troubles.next_at, Some(10), "the earliest");
    let rows: Vec<_> = troubles
        .ready
        .iter()
        .map(|trouble| (trouble.attempts, trouble.first_at, trouble.key.as_deref()))
        .collect();
    assert_eq!(rows, [(1, Some(7), Some("a key of its own")), (3, None, None)]);
}

pub(super) async fn a_row_that_somebody_changed_is_not_written_again<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    let (claim, other) = (claim(&bus, "reader").await, claim(&bus, "another").await);
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    // Another subscription has rows of the same events, which are none of its business.
    for claim in [&claim, &other] {
        let changes = vec![change(&events[0], retrying(1, 10)), change(&events[1], Fate::Parked)];
        apply(&bus, claim, changes).await;
    }
    // A late outcome of the first attempt, after a second one was recorded, and one of a row that is gone.
    let late = |stored, was, fate| Change { was: Some(was), ..change(stored, fate) };
    apply(&bus, &claim, vec![late(&events[0], 1, retrying(2, 20))]).await;
    apply(&bus, &claim, vec![late(&events[1], 0, Fate::Handled)]).await;
    for (stored, was) in [(&events[0], 1), (&events[1], 0)] {
        for fate in [Fate::Handled, retrying(2, 30), dead(2, "never", 30)] {
            let changes = vec![late(stored, was, fate)];
            let mut tx = bus.store().begin().await.unwrap();
            let step = Step { cursor: None, way: Way::Main, changes };
            let refused = match bus.store().advance(&mut tx, &claim.owner, &step).await {
                Ok(()) => bus.store().commit(tx).await,
                Err(error) => bus.store().rollback(tx).await.and(Err(error)),
            };
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Fenced);
        }
    }
    let troubles = look(&bus, 20).await;
    let rows: Vec<_> =
        troubles.ready.iter().map(|row| (row.stored.position, row.attempts)).collect();
    assert_eq!(rows, [(events[0].position, 2)]);
    apply(&bus, &other, vec![late(&events[0], 1, Fate::Handled)]).await;
    let all = Shards::all(SHARDS);
    let others = bus.store().troubles("another", &all, 20, 10).await.unwrap().ready;
    let others: Vec<_> = others.iter().map(|row| (row.stored.position, row.attempts)).collect();
    assert_eq!(others, [(events[1].position, 0)], "its own rows alone go");
    assert_eq!(look(&bus, 20).await.ready.len(), 1);
}

pub(super) async fn trouble_belongs_to_its_shard<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events: Vec<NewEvent> = (0..40).map(|n| note(&n.to_string(), "x")).collect();
    commit(&bus, &events).await;
    let claim = claim(&bus, "reader").await;
    let (events, _) = drain(&bus, claim.cursor.clone()).await;
    let changes = events.iter().map(|stored| change(stored, retrying(1, stored.position)));
    apply(&bus, &claim, changes.collect()).await;
    for shards in [Shards::new(SHARDS, [2]), Shards::new(SHARDS, 8..12), Shards::new(SHARDS, [])] {
        let own: Vec<_> = events.iter().filter(|stored| shards.contains(stored.slot)).collect();
        let troubles = bus.store().troubles("reader", &shards, i64::MAX, 100).await.unwrap();
        let ready: Vec<_> = troubles.ready.iter().map(|trouble| &trouble.stored).collect();
        assert_eq!(ready, own);
        assert_eq!(troubles.keys.len(), own.len());
        assert_eq!(troubles.next_at, own.iter().map(|stored| stored.position).min());
    }
}

pub(super) async fn a_step_is_made_whole_or_not_at_all<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    let claim = claim(&bus, "reader").await;
    let (events, end) = drain(&bus, claim.cursor.clone()).await;
    let changes = vec![change(&events[0], retrying(1, 10)), change(&events[1], Fate::Parked)];
    let step = Step { cursor: Some(end.clone()), way: Way::Main, changes };
    let cursor = async || {
        let roster = bus.store().roster("reader").await.unwrap().unwrap();
        roster.shards[0].cursor.clone()
    };
    for commit in [false, true] {
        let mut tx = bus.store().begin().await.unwrap();
        append(&bus, &mut tx, &[torn(3)]).await;
        bus.store().advance(&mut tx, &claim.owner, &step).await.unwrap();
        if commit {
            bus.store().commit(tx).await.unwrap();
        } else {
            bus.store().rollback(tx).await.unwrap();
            assert_eq!(cursor().await, claim.cursor);
            assert!(is_empty(&look(&bus, 10).await));
        }
    }
    assert_eq!(cursor().await, end);
    assert_eq!(look(&bus, 10).await.ready.len(), 1);
    let (rest, _) = drain(&bus, end).await;
    assert_eq!(rest.len(), 1, "what a handler emits is committed with its step");
}
