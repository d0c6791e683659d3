//! Writing events in transactions.

use std::collections::BTreeSet;

use crate::store::{NewEvent, Shards, Store, Stored};
use crate::testing::suite::tools::{SHARDS, append, claim, drain, emit, full, log, note, torn};
use crate::testing::suite::{StoreFixture, bus};

pub(super) async fn events_come_back_as_they_were_written<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let events = [full(), note("a", "ü \" \\ \n 𝄞"), torn(7)];
    let mut tx = bus.store().begin().await.unwrap();
    append(&bus, &mut tx, &events).await;
    bus.store().commit(tx).await.unwrap();

    let log = log(&bus).await;
    let written: Vec<_> = events.iter().map(|new| &new.event).collect();
    let read: Vec<_> = log.iter().map(|stored| &stored.event).collect();
    assert_eq!(read, written, "every column, and the very text of the payload");
    assert!(log.is_sorted_by(|one, next| one.position < next.position));
    for (stored, new) in log.iter().zip(&events) {
        assert_eq!(stored.slot, new.slot(), "`NewEvent::slot` is stored");
    }
}

pub(super) async fn many_events_keep_their_order<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut tx = bus.store().begin().await.unwrap();
    append(&bus, &mut tx, &[torn(0)]).await;
    append(&bus, &mut tx, &(1..1_234).map(torn).collect::<Vec<NewEvent>>()).await;
    bus.store().commit(tx).await.unwrap();
    let data: Vec<u32> =
        log(&bus).await.iter().map(|stored| stored.event.data.parse().unwrap()).collect();
    assert_eq!(data, (0..1_234).collect::<Vec<_>>());
}

pub(super) async fn events_are_there_for_every_handle<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    emit(&bus, &["1"]).await;
    emit(&other, &["2"]).await;
    assert_eq!(log(&bus).await.len(), 2);
    assert_eq!(log(&bus).await, log(&other).await);
}

pub(super) async fn a_rolled_back_append_leaves_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut tx = bus.store().begin().await.unwrap();
    append(&bus, &mut tx, &[torn(1)]).await;
    bus.store().rollback(tx).await.unwrap();
    assert_eq!(log(&bus).await, []);
}

pub(super) async fn a_discarded_transaction_leaves_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    for _ in 0..20 {
        let mut tx = bus.store().begin().await.unwrap();
        append(&bus, &mut tx, &[torn(1)]).await;
        bus.store().discard(tx).await;
    }
    emit(&bus, &["2"]).await;
    let told = "only what was committed, and the store still has connections";
    assert_eq!(log(&bus).await.len(), 1, "{told}");
}

pub(super) async fn a_begin_that_nobody_waits_for_leaves_the_store_usable<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    for _ in 0..50 {
        let store = bus.store().clone();
        let begin = tokio::spawn(async move { store.begin().await.map(drop) });
        tokio::task::yield_now().await;
        begin.abort();
    }
    emit(&bus, &["1"]).await;
    assert_eq!(log(&bus).await.len(), 1);
}

pub(super) async fn a_commit_that_nobody_waits_for_is_carried_out<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let mut tx = bus.store().begin().await.unwrap();
    append(&bus, &mut tx, &[torn(1)]).await;
    tokio::select! {
        biased;
        _ = bus.store().commit(tx) => {}
        () = std::future::ready(()) => {}
    }
    while log(&bus).await.is_empty() {
        tokio::task::yield_now().await;
    }
}

pub(super) async fn an_open_transaction_shows_nothing<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let cursor = claim(&bus, "reader").await.cursor;
    let mut tx = bus.store().begin().await.unwrap();
    append(&bus, &mut tx, &[torn(1)]).await;
    let (events, cursor) = drain(&bus, cursor).await;
    assert_eq!(events, [], "it is not committed yet");
    bus.store().commit(tx).await.unwrap();
    assert_eq!(drain(&bus, cursor).await.0.len(), 1, "and then it is not passed over");
}

pub(super) async fn an_aggregate_has_one_slot<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    emit(&bus, &["1", "2"]).await;
    let mut tx = bus.store().begin().await.unwrap();
    let others: Vec<NewEvent> = (0..100).map(|n| note(&n.to_string(), "x")).collect();
    append(&bus, &mut tx, &others).await;
    bus.store().commit(tx).await.unwrap();
    let log = log(&bus).await;
    assert_eq!(log[0].slot, log[1].slot);
    let owned = |stored: &Stored| {
        let holds = |shard: &u16| Shards::new(SHARDS, [*shard]).contains(stored.slot);
        (0..SHARDS).find(holds).expect("a slot lies below 1,024")
    };
    assert!(log.iter().map(owned).collect::<BTreeSet<u16>>().len() > 5, "others lie elsewhere");
}

pub(super) async fn tables_are_made_once<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    emit(&bus, &["1"]).await;
    let (one, two) = tokio::join!(bus.migrate(), other.migrate());
    one.and(two).unwrap();
    assert_eq!(log(&bus).await.len(), 1, "`migrate` changes nothing where nothing is to be done");
}
