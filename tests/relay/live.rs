//! Live queries: a run for each change, and none missed.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    DomainEvent, Error, ErrorKind, EventBus, Key, Live, MemoryStore, RawEvent, Result, TypeSet,
};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::{Notify, oneshot};
use tokio::time::{Instant, sleep, timeout};

use crate::desk::Desk;
use crate::events::{Noted, Posted, noted, posted};
use crate::faulty::Faulty;

/// Before anything is posted.
const NONE: [i64; 0] = [];

/// The numbers of all that is posted, in the order of the log: what a query reads here.
async fn numbers<S: Log>(store: Faulty<S>) -> Result<Vec<i64>> {
    let end = store.end().await?;
    let posted = store.last(&end, &TypeSet::of::<Posted>(), i64::MAX, 10_000).await?;
    let number = |event: RawEvent| {
        Posted::from_data("account.posted", 2, &event.data).map(|posted| posted.0)
    };
    posted.into_iter().map(|stored| number(stored.event)).collect()
}

/// A live query of the numbers, and how often it ran.
async fn live<S: Log>(desk: &Desk<S>) -> (Live<Vec<i64>, Error>, Arc<AtomicUsize>) {
    let store = desk.store.clone();
    counted(&desk.bus, move || numbers(store.clone())).await
}

async fn counted<S: Log, T, F>(
    bus: &EventBus<S>,
    mut query: impl FnMut() -> F + Send + 'static,
) -> (Live<T, Error>, Arc<AtomicUsize>)
where
    F: Future<Output = Result<T>> + Send + 'static,
{
    let runs = Arc::<AtomicUsize>::default();
    let count = Arc::clone(&runs);
    let query = move || {
        count.fetch_add(1, SeqCst);
        query()
    };
    (bus.live([Key::of::<Posted>()], query).await.unwrap(), runs)
}

/// Emits, and returns when everybody who listened before has been told.
async fn emit_and_tell<S: Log>(desk: &Desk<S>, events: &[RawEvent]) {
    let mut told = desk.bus.watch([Key::of::<Noted>()]).await.unwrap();
    desk.emit(events).await;
    desk.emit(&[noted(0)]).await;
    told.changed().await.unwrap();
}

pub(crate) async fn it_gives_what_is_and_what_becomes_of_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1)]).await;
    let (mut live, runs) = live(&desk).await;
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    for n in 2..6 {
        emit_and_tell(&desk, &[noted(n)]).await;
        assert!(live.next().now_or_never().is_none(), "events of other keys");
        desk.emit(&[posted("a", n)]).await;
        // As the trait of `futures-core` gives it.
        let item = StreamExt::next(&mut live).await;
        assert_eq!(item.unwrap().unwrap(), (1..=n).collect::<Vec<_>>());
    }
    assert_eq!(runs.load(SeqCst), 5);
}

pub(crate) async fn nothing_is_missed_around_the_first_run<S: Log>(store: S) {
    let desk = Arc::new(Desk::new(store));
    let mut before_its_end = Some(Arc::clone(&desk));
    let (mut live, _) = counted(&desk.bus, {
        let store = desk.store.clone();
        move || {
            let (desk, store) = (before_its_end.take(), store.clone());
            async move {
                let read = numbers(store).await;
                if let Some(desk) = desk {
                    desk.emit(&[posted("a", 2)]).await;
                }
                read
            }
        }
    })
    .await;
    // The stream is there, and has not been asked yet.
    desk.emit(&[posted("a", 1)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    while live.next().await.unwrap().unwrap() != [1, 2] {}
}

pub(crate) async fn what_a_run_sees_asks_for_no_other<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (mut live, runs) = live(&desk).await;
    emit_and_tell(&desk, &[posted("a", 1)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    assert!(live.next().now_or_never().is_none());
    for round in 0..10 {
        let events: Vec<_> = (0..100).map(|n| posted("a", round * 100 + n)).collect();
        emit_and_tell(&desk, &events).await;
    }
    assert_eq!(live.next().await.unwrap().unwrap().len(), 1_001);
    assert!(live.next().now_or_never().is_none());
    assert_eq!(runs.load(SeqCst), 2, "a thousand events are one change");
}

pub(crate) async fn a_failed_run_is_an_item_and_it_goes_on<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (mut live, _) = live(&desk).await;
    assert_eq!(live.next().await.unwrap().unwrap(), NONE);
    emit_and_tell(&desk, &[posted("a", 1)]).await;
    desk.faults.down.store(true, SeqCst);
    assert_eq!(live.next().await.unwrap().unwrap_err().kind(), ErrorKind::Store);
    desk.faults.down.store(false, SeqCst);
    assert_eq!(live.next().await.unwrap().unwrap(), [1], "nothing more is committed");
    desk.emit(&[posted("a", 2)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), [1, 2]);
}

pub(crate) async fn a_distinct_result_is_told_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    let store = desk.store.clone();
    let largest = move || numbers(store.clone()).map(|numbers| Ok(numbers?.into_iter().max()));
    let (live, runs) = counted(&desk.bus, largest).await;
    let mut live = live.distinct();
    assert_eq!(live.next().await.unwrap().unwrap(), None);
    desk.emit(&[posted("a", 5)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), Some(5));
    emit_and_tell(&desk, &[posted("a", 4)]).await;
    let before = runs.load(SeqCst);
    assert!(tokio::select! {
        biased;
        item = live.next() => panic!("{item:?} is no news"),
        () = until(|| runs.load(SeqCst) > before) => true,
    });
    desk.emit(&[posted("a", 6)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), Some(6));
    emit_and_tell(&desk, &[posted("a", 3)]).await;
    desk.faults.down.store(true, SeqCst);
    live.next().await.unwrap().unwrap_err();
    desk.faults.down.store(false, SeqCst);
    assert_eq!(live.next().await.unwrap().unwrap(), Some(6), "who was told an error is told again");
}

/// Resolves when it holds.
async fn until(holds: impl Fn() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn a_wait_that_is_dropped_leaves_the_run_where_it_is<S: Log>(store: S) {
    let desk = Desk::new(store);
    let gate = Arc::new(Notify::new());
    let (mut live, runs) = counted(&desk.bus, {
        let (store, gate) = (desk.store.clone(), Arc::clone(&gate));
        move || {
            let (store, gate) = (store.clone(), Arc::clone(&gate));
            async move {
                let read = numbers(store).await;
                gate.notified().await;
                read
            }
        }
    })
    .await;
    desk.emit(&[posted("a", 1)]).await;
    for _ in 0..3 {
        assert!(live.next().now_or_never().is_none());
    }
    gate.notify_one();
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    assert_eq!(runs.load(SeqCst), 1);
}

pub(crate) async fn its_last_run_is_that_of_the_last_change<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (mut live, runs) = live(&desk).await;
    assert_eq!(live.next().await.unwrap().unwrap(), NONE);
    emit_and_tell(&desk, &[posted("a", 1)]).await;
    desk.bus.shutdown().await.unwrap();
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    assert!(live.next().await.is_none() && live.next().await.is_none());
    assert_eq!(runs.load(SeqCst), 2);
}

pub(crate) async fn a_query_of_no_key_is_refused<S: Log>(store: S) {
    let desk = Desk::new(store);
    let query = || async { Ok::<_, Error>(()) };
    let none = desk.bus.live([], query).await.unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Configuration);
    assert!(none.to_string().contains("without a key"), "{none}");
    desk.faults.down.store(true, SeqCst);
    let down = desk.bus.live([Key::all()], query).await.unwrap_err();
    assert_eq!(down.kind(), ErrorKind::Store);
}

#[tokio::test(start_paused = true)]
async fn a_failed_run_is_tried_again_each_second_and_at_once_after_a_commit() {
    let desk = Desk::new(MemoryStore::new());
    let (mut live, runs) = live(&desk).await;
    desk.faults.down.store(true, SeqCst);
    let begun = Instant::now();
    for n in 0..5 {
        let failed = timeout(Duration::from_secs(60), live.next()).await.expect("it runs again");
        failed.unwrap().unwrap_err();
        assert_eq!(begun.elapsed().as_secs(), n);
    }
    desk.faults.down.store(false, SeqCst);
    emit_and_tell(&desk, &[posted("a", 1)]).await;
    assert_eq!(live.next().await.unwrap().unwrap(), [1]);
    assert!(begun.elapsed() < Duration::from_secs(5));
    assert_eq!(runs.load(SeqCst), 6);
    sleep(Duration::from_secs(60)).await;
    assert!(live.next().now_or_never().is_none(), "what went well waits for a change");
}

#[tokio::test(start_paused = true)]
async fn a_throttled_query_rests_between_two_runs_and_misses_nothing() {
    const REST: Duration = Duration::from_secs(10);
    let desk = Desk::new(MemoryStore::new());
    let (live, runs) = live(&desk).await;
    let mut live = live.throttle(REST);
    assert_eq!(live.next().await.unwrap().unwrap(), NONE);
    for round in 0..3_usize {
        let ended = Instant::now();
        for n in 0..5 {
            emit_and_tell(&desk, &[posted("a", n)]).await;
            assert!(live.next().now_or_never().is_none(), "it rests");
        }
        assert_eq!(live.next().await.unwrap().unwrap().len(), (round + 1) * 5);
        assert_eq!(ended.elapsed().as_secs(), REST.as_secs());
    }
    sleep(REST).await;
    emit_and_tell(&desk, &[posted("a", 5)]).await;
    let begun = Instant::now();
    assert_eq!(live.next().await.unwrap().unwrap().len(), 16);
    assert_eq!(begun.elapsed(), Duration::ZERO, "who has rested goes on at once");
    assert_eq!(runs.load(SeqCst), 5);
}

#[tokio::test(start_paused = true)]
async fn dropping_it_drops_the_run_and_ends_the_reading() {
    let desk = Desk::new(MemoryStore::new());
    let (held, mut dropped) = oneshot::channel::<()>();
    let mut held = Some(held);
    let (mut live, _) = counted(&desk.bus, move || {
        let held = held.take();
        async move {
            std::future::pending::<()>().await;
            drop(held);
            Ok(())
        }
    })
    .await;
    assert!(live.next().now_or_never().is_none());
    assert!(dropped.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Empty));
    drop(live);
    assert!(dropped.try_recv().is_err_and(|error| error == oneshot::error::TryRecvError::Closed));
    let before = desk.faults.pages.load(SeqCst);
    desk.emit(&[posted("a", 1)]).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.faults.pages.load(SeqCst), before);
}
