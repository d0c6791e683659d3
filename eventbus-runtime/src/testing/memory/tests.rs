//! The store in memory keeps what the databases keep.

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::error::ErrorKind;
use crate::store::{
    Change, Failure, Fate, Handles, Held, Log, NewEvent, Owner, Registration, Replica, Shard,
    Shards, Start, Step, Store,
};
use crate::testing::MemoryStore;
use crate::testing::memory::MemoryCursor;

fn event() -> NewEvent {
    let envelope = Envelope {
        id: Uuid::now_v7(),
        event_type: "order.placed".to_owned(),
        version: 1,
        source: "test".to_owned(),
        tenant: None,
        aggregate_id: None,
        correlation_id: None,
        causation_id: None,
        traceparent: None,
        tracestate: None,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data: "{}".to_owned() }.into()
}

async fn emit(store: &MemoryStore, count: usize) {
    let mut transaction = store.begin().await.unwrap();
    let events: Vec<NewEvent> = (0..count).map(|_| event()).collect();
    store.append(&mut transaction, &events).await.unwrap();
    store.commit(transaction).await.unwrap();
}

async fn register(store: &MemoryStore, subscription: &str, start: Start) -> Replica {
    let registration = Registration {
        subscription: subscription.to_owned(),
        start,
        shards: 2,
        handles: Handles::new(),
    };
    store.register(&registration).await.unwrap();
    let lease = Duration::from_secs(15);
    Replica { id: Uuid::now_v7(), subscription: subscription.to_owned(), lease }
}

/// Takes both shards, whoever has them.
async fn take(store: &MemoryStore, replica: &Replica) -> (Owner, Vec<Shard<MemoryCursor>>) {
    let roster = store.roster(&replica.subscription).await.unwrap().unwrap();
    let held: Vec<Held> = roster.shards.iter().map(|shard| shard.held).collect();
    let taken = store.take(replica, &held).await.unwrap();
    let held = taken.iter().map(|shard| shard.held).collect();
    (Owner { subscription: replica.subscription.clone(), of: 2, held }, taken)
}

fn row(position: i64, fate: Fate) -> Change {
    let key = Some("order//o-1".to_owned());
    Change { position, slot: 0, event_id: Uuid::now_v7(), key, first_at: None, fate }
}

fn retrying(next_at: i64) -> Fate {
    let failure =
        Failure { kind: ErrorKind::DeliveryFailed, message: "down".to_owned(), at: 1_000 };
    Fate::Retrying { attempts: 1, next_at, failure }
}

#[tokio::test]
async fn events_appear_with_their_commit_and_never_without() {
    let store = MemoryStore::new();
    let (mut first, mut second) = (store.open(), store.open());
    store.append(&mut first, &[event()]).await.unwrap();
    store.append(&mut second, &[event(), event()]).await.unwrap();
    assert!(store.log().is_empty());
    second.commit().unwrap();
    drop(first);
    let positions: Vec<i64> = store.log().iter().map(|stored| stored.position).collect();
    assert_eq!(positions, [1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_subscription_keeps_its_place_and_its_replicas_their_lease() {
    let store = MemoryStore::new();
    emit(&store, 3).await;
    let first = register(&store, "a", Start::Now).await;
    store.renew(&first, &Handles::new()).await.unwrap();
    let (_, taken) = take(&store, &first).await;
    assert!(taken.iter().all(|shard| shard.cursor == MemoryCursor(3) && shard.held.fence == 1));
    let second = register(&store, "a", Start::Beginning).await;
    let roster = async || store.roster("a").await.unwrap().unwrap();
    assert!(roster().await.alive.contains(&first.id));
    let stale: Vec<Held> = (0..2).map(|shard| Held { shard, fence: 0 }).collect();
    assert_eq!(store.take(&second, &stale).await.unwrap(), [], "a fence that moved takes nothing");
    tokio::time::advance(Duration::from_secs(16)).await;
    assert!(roster().await.alive.is_empty());
    let (_, taken) = take(&store, &second).await;
    assert!(taken.iter().all(|shard| shard.cursor == MemoryCursor(3) && shard.held.fence == 2));
    store.retire(&second).await.unwrap();
    assert!(roster().await.shards.iter().all(|shard| shard.owner.is_none()));
}

#[tokio::test]
async fn a_stale_owner_commits_nothing_of_its_transaction() {
    let store = MemoryStore::new();
    let first = register(&store, "a", Start::Beginning).await;
    let (stale, _) = take(&store, &first).await;
    let step = Step { cursor: Some(MemoryCursor(1)), changes: Vec::new() };
    let mut late = store.open();
    store.append(&mut late, &[event()]).await.unwrap();
    store.advance(&mut late, &stale, &step).await.unwrap();
    let second = register(&store, "a", Start::Beginning).await;
    take(&store, &second).await;
    assert_eq!(late.commit().unwrap_err().kind(), ErrorKind::Fenced);
    assert!(store.log().is_empty());
    let refused = store.advance(&mut store.open(), &stale, &step).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
}

#[tokio::test]
async fn parked_events_are_ready_when_nothing_before_them_is_retried() {
    let store = MemoryStore::new();
    emit(&store, 3).await;
    let replica = register(&store, "a", Start::Beginning).await;
    let (owner, _) = take(&store, &replica).await;
    let advance = async |owner: &Owner, changes| {
        let mut transaction = store.open();
        let step = Step { cursor: None, changes };
        store.advance(&mut transaction, owner, &step).await.unwrap();
        transaction.commit().unwrap();
    };
    let ready = async |now| {
        let troubles = store.troubles("a", &Shards::all(2), now, 10).await.unwrap();
        let ready: Vec<i64> = troubles.ready.iter().map(|open| open.stored.position).collect();
        (ready, troubles.next_at, troubles.keys)
    };
    let keys = HashSet::from(["order//o-1".to_owned()]);
    advance(&owner, vec![row(1, retrying(2_000)), row(2, Fate::Parked), row(3, Fate::Parked)])
        .await;
    assert_eq!(ready(1_999).await, (vec![], Some(2_000), keys.clone()));
    assert_eq!(ready(2_000).await, (vec![1], Some(2_000), keys.clone()));
    advance(&owner, vec![row(1, Fate::Handled)]).await;
    assert_eq!(ready(2_000).await, (vec![2, 3], None, keys));
    advance(&owner, vec![row(2, Fate::Handled), row(3, Fate::Handled)]).await;
    assert_eq!(ready(2_000).await, (vec![], None, HashSet::new()));
}
