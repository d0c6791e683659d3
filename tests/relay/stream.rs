//! Streams of events.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{
    DomainEvent, ErrorKind, Event, EventStream, HandlerError, MemoryStore, RawEvent, StreamError,
};
use futures_util::StreamExt;
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::desk::Desk;
use crate::events::{Any, Noted, Posted, noted, posted};

/// The next `count` numbers; every item is an event.
async fn take(stream: &mut EventStream<Posted>, count: usize) -> Vec<i64> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(stream.next().await.unwrap().unwrap().0);
    }
    taken
}

fn numbers(from: i64, to: i64) -> Vec<RawEvent> {
    (from..to).map(|n| posted(&(n % 10).to_string(), n)).collect()
}

pub(crate) async fn it_gives_what_comes_after_its_start<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), noted(2)]).await;
    let stream = desk.bus.stream::<Any>().start().await.unwrap();
    desk.emit(&[noted(3), posted("a", 4)]).await;
    desk.emit(&[posted("b", 5)]).await;
    // As the trait of `futures-core` gives them.
    let got = stream.take(3).map(|item| match &*item.unwrap() {
        Any::Posted(Posted(n)) | Any::Noted(Noted(n)) => *n,
    });
    assert_eq!(got.collect::<Vec<_>>().await, [3, 4, 5]);
}

/// Those who listen already are given what stands before the place where another joins, which may be more than they have
/// been given yet.
pub(crate) async fn who_joins_takes_nothing_from_who_is_there<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut first = desk.bus.stream::<Posted>().start().await.unwrap();
    for round in 0..20 {
        desk.emit(&numbers(round * 3, round * 3 + 3)).await;
        let mut second = desk.bus.stream::<Posted>().start().await.unwrap();
        desk.emit(&[posted("a", 1_000 + round)]).await;
        assert_eq!(take(&mut second, 1).await, [1_000 + round]);
        let expected = (round * 3..round * 3 + 3).chain([1_000 + round]);
        assert_eq!(take(&mut first, 4).await, expected.collect::<Vec<_>>());
    }
}

pub(crate) async fn the_last_come_first_once_and_none_is_missed_in_between<S: Log>(store: S) {
    const EACH: i64 = 50;
    let desk = Arc::new(Desk::new(store));
    let emitters: Vec<_> = (0..4)
        .map(|emitter| {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                for n in 0..EACH {
                    desk.emit(&[posted(&emitter.to_string(), emitter * EACH + n), noted(n)]).await;
                    yield_now().await;
                }
            })
        })
        .collect();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let stream = desk.bus.stream::<Posted>().last(256).start().await.unwrap();
        streams.push(tokio::spawn(async move {
            let mut stream = stream;
            take(&mut stream, 4 * usize::try_from(EACH).unwrap()).await
        }));
        for _ in 0..30 {
            yield_now().await;
        }
    }
    for emitter in emitters {
        emitter.await.unwrap();
    }
    for stream in streams {
        let got = stream.await.unwrap();
        assert_eq!(got.iter().collect::<BTreeSet<_>>().len(), got.len(), "{got:?}");
        for emitter in 0..4 {
            assert!(got.iter().filter(|n| *n / EACH == emitter).is_sorted(), "{got:?}");
        }
    }
    let mut late = desk.bus.stream::<Posted>().replay_last().start().await.unwrap();
    desk.emit(&[posted("a", 1_000)]).await;
    assert_eq!(take(&mut late, 17).await.last(), Some(&1_000));
}

pub(crate) async fn what_is_open_at_its_start_comes_with_its_commit<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let mut transaction = desk.store.begin().await.unwrap();
    desk.store.append(&mut transaction, &[posted("b", 3).into()]).await.unwrap();
    let mut stream = desk.bus.stream::<Posted>().replay_last().start().await.unwrap();
    assert_eq!(take(&mut stream, 2).await, [1, 2]);
    desk.store.commit(transaction).await.unwrap();
    desk.bus.wake();
    desk.emit(&[posted("a", 4)]).await;
    assert_eq!(take(&mut stream, 2).await, [3, 4]);
    let mut late = desk.bus.stream::<Posted>().last(3).start().await.unwrap();
    assert_eq!(take(&mut late, 3).await, [2, 3, 4]);
}

pub(crate) async fn one_that_is_not_read_misses_events_and_slows_nobody<S: Log>(store: S) {
    let desk = Desk::new(store);
    let durable = desk.subscribe("durable").handle(async |_: Event<Posted>| Ok(()));
    let durable = durable.start().await.unwrap();
    let mut slow = desk.bus.stream::<Posted>().start().await.unwrap();
    let mut fast = desk.bus.stream::<Posted>().start().await.unwrap();
    for round in 0..6 {
        desk.emit(&numbers(round * 100, round * 100 + 100)).await;
        let all: Vec<_> = (round * 100..round * 100 + 100).collect();
        assert_eq!(take(&mut fast, 100).await, all);
    }
    durable.settled().await.unwrap();
    assert_eq!(durable.stats().total.handled, 600);
    let Some(Err(StreamError::Lagged { missed, .. })) = slow.next().await else {
        panic!("it says that it lagged")
    };
    assert_eq!(missed, 600 - 256);
    assert_eq!(take(&mut slow, 256).await, (344..600).collect::<Vec<_>>());
    desk.emit(&[posted("a", 600)]).await;
    assert_eq!(take(&mut slow, 1).await, [600]);
}

pub(crate) async fn a_filter_is_asked_of_the_past_too<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&numbers(0, 700)).await;
    let rare = Posted::filter().and(|event: &Event<Posted>| event.0 % 200 == 0);
    let mut stream = desk.bus.stream::<Posted>().filter(rare).last(3).start().await.unwrap();
    desk.emit(&numbers(700, 801)).await;
    assert_eq!(take(&mut stream, 4).await, [200, 400, 600, 800]);
    let nothing = desk.bus.stream::<Posted>().filter(Noted::filter()).start().await.unwrap_err();
    assert_eq!(nothing.kind(), ErrorKind::Configuration);
    assert!(nothing.to_string().contains("audit.noted"), "{nothing}");
}

pub(crate) async fn an_unreadable_event_is_an_item<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut stream = desk.bus.stream::<Posted>().start().await.unwrap();
    let unfit = RawEvent { data: "{}".to_owned(), ..posted("a", 1) };
    desk.emit(&[unfit, posted("a", 2)]).await;
    let Some(Err(StreamError::Unreadable { source, .. })) = stream.next().await else {
        panic!("it says what cannot be read")
    };
    assert_eq!(source.kind(), ErrorKind::DeserializationFailed);
    assert_eq!(take(&mut stream, 1).await, [2]);
}

pub(crate) async fn it_ends_with_its_bus_and_gives_what_it_has<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut stream = desk.bus.stream::<Posted>().start().await.unwrap();
    let mut seen = desk.bus.stream::<Posted>().start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    assert_eq!(take(&mut seen, 1).await, [1]);
    desk.bus.shutdown().await.unwrap();
    assert_eq!(take(&mut stream, 1).await, [1]);
    assert!(stream.next().await.is_none() && seen.next().await.is_none());
}

pub(crate) async fn a_refused_start_is_tried_anew<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.faults.down.store(true, SeqCst);
    let error = desk.bus.stream::<Posted>().start().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    desk.faults.down.store(false, SeqCst);
    let mut stream = desk.bus.stream::<Posted>().start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    assert_eq!(take(&mut stream, 1).await, [1]);
    desk.faults.down.store(true, SeqCst);
    desk.emit(&[posted("a", 2)]).await;
    yield_now().await;
    desk.faults.down.store(false, SeqCst);
    assert_eq!(take(&mut stream, 1).await, [2], "what the store failed at is read again");
}

#[tokio::test(start_paused = true)]
async fn all_who_listen_are_fed_by_one_read_of_each_page() {
    let desk = Desk::new(MemoryStore::new());
    let mut first = desk.bus.stream::<Posted>().start().await.unwrap();
    let mut second = desk.bus.stream::<Posted>().start().await.unwrap();
    let handler = async |_: Event<Posted>| Ok::<_, HandlerError>(());
    let third = desk.bus.ephemeral().handle(handler).start().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    let before = desk.faults.pages.load(SeqCst);
    for round in 0..10 {
        desk.emit(&numbers(round * 50, round * 50 + 50)).await;
        assert_eq!(take(&mut first, 50).await, take(&mut second, 50).await);
    }
    let pages = desk.faults.pages.load(SeqCst) - before;
    assert!(pages <= 20, "{pages} reads of 10 pages, each with the look that finds no more");
    assert_eq!(third.stats().total.handled, 500);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_when_nobody_listens_any_more() {
    let desk = Desk::new(MemoryStore::new());
    let stream = desk.bus.stream::<Posted>().start().await.unwrap();
    let other = desk.bus.stream::<Posted>().start().await.unwrap();
    sleep(Duration::from_secs(10)).await;
    drop(stream);
    let before = desk.faults.pages.load(SeqCst);
    sleep(Duration::from_secs(60)).await;
    let pages = desk.faults.pages.load(SeqCst) - before;
    assert!((60..=68).contains(&pages), "{pages} polls in a minute for the one that is left");
    drop(other);
    let before = desk.faults.pages.load(SeqCst);
    desk.emit(&numbers(0, 10)).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.faults.pages.load(SeqCst), before);
    let mut again = desk.bus.stream::<Posted>().last(1).start().await.unwrap();
    desk.emit(&[posted("a", 10)]).await;
    assert_eq!(take(&mut again, 2).await, [9, 10]);
}
