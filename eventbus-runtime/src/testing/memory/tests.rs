//! What the store in memory finds out at a commit, beyond the suite of every store.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::dead_letter::LetterFilter;
use crate::envelope::{Envelope, RawEvent};
use crate::error::{ErrorKind, HandlerError};
use crate::store::{
    EventKey, Handles, Held, LetterSlice, Letters, Log, NewEvent, Owner, Registration, Replica,
    Shard, Start, Step, Store, Way,
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
        priority: crate::Priority::Normal,
        metadata: BTreeMap::new(),
    };
    RawEvent { envelope, data: "{}".to_owned() }.into()
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
async fn a_stale_owner_commits_nothing_of_its_transaction() {
    let store = MemoryStore::new();
    let first = register(&store, "a", Start::Beginning).await;
    let (stale, _) = take(&store, &first).await;
    let step = Step { cursor: Some(MemoryCursor(1)), way: Way::Main, changes: Vec::new() };
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
async fn of_two_transactions_that_move_a_letter_one_commits() {
    let bus = EventBus::in_memory();
    let busy = HandlerError::retryable("busy");
    let id = bus.dead_letters().park("mail", "1", busy).await.unwrap();
    let (mut first, mut second) = (bus.store().open(), bus.store().open());
    let filter = LetterFilter::all();
    let slice = LetterSlice::first(&filter, 10);
    let moved = bus.store().remove_letters(&mut first, &slice).await.unwrap();
    assert_eq!(moved.moved, [id]);
    assert!(bus.store().take_letter(&mut second, id).await.unwrap().is_some());
    bus.store().append(&mut second, &[event()]).await.unwrap();
    first.commit().unwrap();
    assert_eq!(second.commit().unwrap_err().kind(), ErrorKind::TransactionRollback);
    assert!(bus.store().log().is_empty(), "nothing of it was done");
}
