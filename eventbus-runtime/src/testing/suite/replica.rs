//! Subscriptions that are made known, and replicas that say that they are alive.

use std::time::Duration;

use crate::store::{Handles, Log, Registration, Replica, Start};
use crate::testing::suite::tools::{
    SHARDS, advance, claim, drain, emit, log, register, replica, to, try_claim,
};
use crate::testing::suite::{StoreFixture, bus};

fn handles(version: u32) -> Handles {
    Handles::from([("note.*".to_owned(), 0), ("note.taken".to_owned(), version)])
}

pub(super) async fn a_subscription_is_made_once<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    assert!(bus.store().roster("reader").await.unwrap().is_none(), "it is not known yet");
    let subscription = "reader".to_owned();
    let first =
        Registration { subscription, start: Start::Beginning, shards: 3, handles: handles(1) };
    let (one, two) = tokio::join!(bus.store().register(&first), other.store().register(&first));
    one.and(two).unwrap();
    emit(&bus, &["1"]).await;
    let again = Registration { start: Start::Now, shards: 5, handles: handles(2), ..first };
    bus.store().register(&again).await.unwrap();
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!((roster.paused, roster.handles), (false, handles(1)));
    assert!(roster.alive.is_empty());
    let shards: Vec<_> = roster
        .shards
        .iter()
        .map(|shard| (shard.held.shard, shard.held.fence, shard.owner))
        .collect();
    let fence = shards[0].1;
    assert_eq!(shards, [(0, fence, None), (1, fence, None), (2, fence, None)]);
    let cursor = roster.shards[0].cursor.clone();
    assert_eq!(drain(&bus, cursor).await.0.len(), 1, "it still stands at the beginning");
}

pub(super) async fn what_the_newest_code_handles_is_replaced_where_it_was_seen<F: StoreFixture>(
    fixture: &F,
) {
    let bus = bus(fixture).await;
    register(bus.store(), "reader", Start::Beginning).await;
    let told = async || bus.store().roster("reader").await.unwrap().unwrap().handles;
    assert_eq!(told().await, Handles::new());
    bus.store().declare("reader", &Handles::new(), &handles(2)).await.unwrap();
    assert_eq!(told().await, handles(2));
    bus.store().declare("reader", &Handles::new(), &handles(1)).await.unwrap();
    assert_eq!(told().await, handles(2), "somebody else was first");
}

pub(super) async fn newest_code_that_renews_was_seen<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    register(bus.store(), "reader", Start::Beginning).await;
    bus.store().declare("reader", &Handles::new(), &handles(2)).await.unwrap();
    let unseen = async || bus.store().roster("reader").await.unwrap().unwrap().unseen;
    let replica = replica("reader");
    loop {
        bus.store().renew(&replica, &handles(1)).await.unwrap();
        if unseen().await >= 20 {
            break;
        }
    }
    let (before, renewed) = (unseen().await, bus.store().renew(&replica, &handles(2)).await);
    assert!(renewed.unwrap() && unseen().await < before, "only what handles the same is seen");
}

pub(super) async fn a_replica_is_alive_until_its_lease_ends<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    register(bus.store(), "reader", Start::Beginning).await;
    let alive = async || bus.store().roster("reader").await.unwrap().unwrap().alive;
    let (long, short) = (replica("reader"), replica("reader"));
    let short = Replica { lease: Duration::from_millis(20), ..short };
    for replica in [&long, &short] {
        assert!(bus.store().renew(replica, &Handles::new()).await.unwrap());
    }
    while alive().await.contains(&short.id) {
        tokio::task::yield_now().await;
    }
    assert_eq!(alive().await.into_iter().collect::<Vec<_>>(), [long.id]);
    let again = Replica { lease: Duration::from_secs(60), ..short };
    assert!(bus.store().renew(&again, &Handles::new()).await.unwrap());
    assert_eq!(alive().await.len(), 2, "whoever says so again is alive again");
    let nobody = replica("nobody");
    assert!(!bus.store().renew(&nobody, &Handles::new()).await.unwrap(), "there is none");
    assert!(bus.store().roster("nobody").await.unwrap().is_none());
}

pub(super) async fn a_replica_that_goes_leaves_its_shards<F: StoreFixture>(fixture: &F) {
    let bus = bus(fixture).await;
    let owned = claim(&bus, "reader").await;
    let one = replica("reader");
    bus.store().renew(&one, &Handles::new()).await.unwrap();
    let taken = bus.store().take(&one, &owned.owner.held[..1]).await.unwrap();
    owned.release(bus.store()).await;
    let roster = bus.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(roster.alive.into_iter().collect::<Vec<_>>(), [one.id]);
    assert_eq!(roster.shards[0], taken[0], "another's shard is another's");
    assert!(roster.shards[1..].iter().all(|shard| shard.owner.is_none()));
    let fences = roster.shards[1..].iter().map(|shard| shard.held);
    assert!(fences.eq(owned.owner.held[1..].iter().copied()), "a fence moves when it is taken");
}

/// The lease is a minute, so it is the store that noticed.
pub(super) async fn a_process_that_is_gone_is_not_waited_for<F: StoreFixture>(fixture: &F) {
    let (bus, other) = (bus(fixture).await, bus(fixture).await);
    emit(&bus, &["1"]).await;
    let owned = claim(&bus, "reader").await;
    let (_, end) = drain(&bus, owned.cursor.clone()).await;
    advance(&bus, &owned.owner, &to(end.clone())).await.unwrap();
    assert!(try_claim(other.store(), "reader", Start::Beginning).await.is_none());
    drop(bus);
    let taken = claim(&other, "reader").await;
    assert_eq!(taken.cursor, end);
    assert_eq!(taken.owner.held[0].fence, owned.owner.held[0].fence + 1);
}

pub(super) async fn what_was_committed_outlives_every_handle<F: StoreFixture>(fixture: &F) {
    let first = bus(fixture).await;
    emit(&first, &["1", "2"]).await;
    let owned = claim(&first, "reader").await;
    let (events, end) = drain(&first, owned.cursor.clone()).await;
    advance(&first, &owned.owner, &to(end.clone())).await.unwrap();
    owned.release(first.store()).await;
    drop(first);
    let second = bus(fixture).await;
    assert_eq!(log(&second).await, events);
    let roster = second.store().roster("reader").await.unwrap().unwrap();
    assert_eq!(roster.shards.len(), usize::from(SHARDS));
    assert!(roster.shards.iter().all(|shard| shard.cursor == end));
}
