//! The store in memory keeps what the databases keep.

use std::collections::{BTreeMap, HashSet};
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use uuid::Uuid;

use crate::envelope::{Envelope, RawEvent};
use crate::error::ErrorKind;
use crate::store::{Change, EventKey, Failure, Fate, Log, NewEvent, Owner, Start, Step, Store};
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

fn row(position: i64, fate: Fate) -> Change {
    Change { position, event_id: Uuid::now_v7(), key: Some("order//o-1".to_owned()), fate }
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

#[tokio::test]
async fn a_second_event_of_a_key_waits_for_the_first_and_is_a_duplicate_if_that_commits() {
    for commits in [true, false] {
        let store = MemoryStore::new();
        let keyed = || {
            let key = EventKey { text: "1".to_owned(), window: Duration::from_hours(1) };
            NewEvent { key: Some(key), ..event() }
        };
        let (mut one, mut two) = (store.open(), store.open());
        let (first, second) = (keyed(), keyed());
        let repeated = [first.clone(), keyed()];
        let duplicates = store.append(&mut one, &repeated).await.unwrap();
        assert_eq!(duplicates, [(1, first.event.envelope.id)].into());
        let events = [second.clone()];
        let mut append = Box::pin(store.append(&mut two, &events));
        let polled = poll_fn(|context| Poll::Ready(append.as_mut().poll(context))).await;
        assert!(polled.is_pending());
        if commits {
            one.commit().unwrap();
        } else {
            drop(one);
        }
        let duplicates = append.await.unwrap();
        assert_eq!(duplicates.get(&0), commits.then_some(&first.event.envelope.id));
        two.commit().unwrap();
        let kept = if commits { first } else { second };
        assert_eq!(store.log().len(), 1);
        assert_eq!(store.log()[0].event, kept.event);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_is_free_when_its_window_has_passed() {
    let store = MemoryStore::new();
    let key = EventKey { text: "1".to_owned(), window: Duration::from_hours(1) };
    for duplicate in [false, true, false] {
        let mut transaction = store.open();
        let new = NewEvent { key: Some(key.clone()), ..event() };
        let duplicates = store.append(&mut transaction, &[new]).await.unwrap();
        assert_eq!(!duplicates.is_empty(), duplicate);
        transaction.commit().unwrap();
        tokio::time::advance(Duration::from_mins(31)).await;
    }
}

#[tokio::test]
async fn a_subscription_has_one_owner_and_keeps_its_place() {
    let store = MemoryStore::new();
    emit(&store, 3).await;
    let first = store.claim("a", Start::Now).await.unwrap().unwrap();
    assert!(store.claim("a", Start::Beginning).await.unwrap().is_none());
    assert!(store.claim("b", Start::Beginning).await.unwrap().is_some());
    drop(first);
    let second = store.claim("a", Start::Beginning).await.unwrap().unwrap();
    assert_eq!((second.cursor, second.owner.fence), (MemoryCursor(3), 2));
}

#[tokio::test]
async fn a_stale_owner_commits_nothing_of_its_transaction() {
    let store = MemoryStore::new();
    let first = store.claim("a", Start::Beginning).await.unwrap().unwrap();
    let step = Step { cursor: Some(MemoryCursor(1)), changes: Vec::new() };
    let mut late = store.open();
    store.append(&mut late, &[event()]).await.unwrap();
    store.advance(&mut late, &first.owner, &step).await.unwrap();
    let stale = first.owner.clone();
    drop(first);
    let _second = store.claim("a", Start::Beginning).await.unwrap().unwrap();
    assert_eq!(late.commit().unwrap_err().kind(), ErrorKind::Fenced);
    assert!(store.log().is_empty());
    let refused = store.advance(&mut store.open(), &stale, &step).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Fenced);
}

#[tokio::test]
async fn parked_events_are_ready_when_nothing_before_them_is_retried() {
    let store = MemoryStore::new();
    emit(&store, 3).await;
    let claim = store.claim("a", Start::Beginning).await.unwrap().unwrap();
    let advance = async |owner: &Owner, changes| {
        let mut transaction = store.open();
        let step = Step { cursor: None, changes };
        store.advance(&mut transaction, owner, &step).await.unwrap();
        transaction.commit().unwrap();
    };
    let ready = async |now| {
        let troubles = store.troubles("a", now, 10).await.unwrap();
        let ready: Vec<i64> = troubles.ready.iter().map(|open| open.stored.position).collect();
        (ready, troubles.next_at, troubles.keys)
    };
    let keys = HashSet::from(["order//o-1".to_owned()]);
    advance(
        &claim.owner,
        vec![row(1, retrying(2_000)), row(2, Fate::Parked), row(3, Fate::Parked)],
    )
    .await;
    assert_eq!(ready(1_999).await, (vec![], Some(2_000), keys.clone()));
    assert_eq!(ready(2_000).await, (vec![1], Some(2_000), keys.clone()));
    advance(&claim.owner, vec![row(1, Fate::Handled)]).await;
    assert_eq!(ready(2_000).await, (vec![2, 3], None, keys));
    advance(&claim.owner, vec![row(2, Fate::Handled), row(3, Fate::Handled)]).await;
    assert_eq!(ready(2_000).await, (vec![], None, HashSet::new()));
}
