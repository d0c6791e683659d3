//! Subscriptions that live with the process.

use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    Ephemeral, ErrorKind, Event, HandlerError, LetterFilter, Listening, MOST_REPLAYED, Retry,
    State, Tx,
};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::sqlite::SqliteFile;
use sqlx::query_scalar;
use tokio::sync::{Semaphore, mpsc};

use crate::desk::{Desk, Seen};
use crate::events::{Noted, Posted, noted, posted};
use crate::faulty::Faulty;

/// Three attempts with hardly a wait.
fn brief<S: Log>(desk: &Desk<S>) -> Ephemeral<Faulty<S>> {
    let brief = Duration::from_millis(2);
    desk.bus.ephemeral().retry(Retry { attempts: 3, first: brief, factor: 1, max: brief })
}

type Answer = std::future::Ready<Result<(), HandlerError>>;

/// A handler that tells the numbers that it is given.
fn telling()
-> (impl Fn(Event<Posted>) -> Answer + Send + Sync + 'static, mpsc::UnboundedReceiver<i64>) {
    let (told, numbers) = mpsc::unbounded_channel();
    let handler = move |event: Event<Posted>| {
        told.send(event.0).unwrap();
        std::future::ready(Ok(()))
    };
    (handler, numbers)
}

/// The next `count` numbers.
async fn take(numbers: &mut mpsc::UnboundedReceiver<i64>, count: usize) -> Vec<i64> {
    let mut taken = Vec::new();
    while taken.len() < count {
        taken.push(numbers.recv().await.unwrap());
    }
    taken
}

/// Waits until so many events are dealt with, handled or dropped.
async fn dealt_with(listening: &Listening, count: u64) {
    while listening.stats().total.handled + listening.stats().total.dead < count {
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn it_gets_what_comes_after_its_start<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let (handler, mut numbers) = telling();
    let listening = desk.bus.ephemeral().handle(handler).start().await.unwrap();
    desk.emit(&[noted(3), posted("a", 4)]).await;
    desk.emit(&[posted("a", 5)]).await;
    assert_eq!(take(&mut numbers, 2).await, [4, 5]);
    assert_eq!(listening.state(), State::Running);
}

pub(crate) async fn it_begins_with_the_last_it_wants<S: Log>(store: S) {
    let desk = Desk::new(store);
    let many: Vec<_> = (0..40).flat_map(|n| [posted("a", n), noted(n)]).collect();
    desk.emit(&many).await;
    let (handler, mut numbers) = telling();
    let default = desk.bus.ephemeral().replay_last().handle(handler).start().await.unwrap();
    let (handler, mut few) = telling();
    let three = desk.bus.ephemeral().last(3).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 40)]).await;
    assert_eq!(take(&mut numbers, 17).await, (24..=40).collect::<Vec<_>>());
    assert_eq!(take(&mut few, 4).await, [37, 38, 39, 40]);
    dealt_with(&default, 17).await;
    dealt_with(&three, 4).await;
}

pub(crate) async fn it_is_not_known_to_the_store<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |event: Event<Posted>| match event.0 {
        1 => Err(HandlerError::terminal("never")),
        _ => Ok(()),
    };
    let listening = brief(&desk).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    dealt_with(&listening, 2).await;
    assert!(desk.store.roster("ephemeral").await.unwrap().is_none());
    let all = LetterFilter::all();
    assert_eq!(desk.bus.dead_letters().list(&all, None, 10).await.unwrap().len(), 0);
    listening.shutdown().await.unwrap();
    assert_eq!(listening.state(), State::Ended);
}

pub(crate) async fn what_fails_is_tried_again_and_then_dropped<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let ended = match (event.0, event.attempt()) {
            (1, 3) | (3, _) => Ok(()),
            _ => Err(HandlerError::retryable("down")),
        };
        async { ended }
    };
    let listening = brief(&desk).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3)]).await;
    dealt_with(&listening, 3).await;
    let attempts = [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)];
    assert_eq!(seen.attempts(), attempts);
    let stats = listening.stats();
    assert_eq!((stats.total.handled, stats.total.retried, stats.total.dead), (2, 4, 1));
    assert_eq!(stats.by_type["account.posted"].dead, 1);
}

pub(crate) async fn siblings_wait_while_one_is_tried_again<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let (gate, open) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (waits, opens) = (Arc::clone(&gate), Arc::clone(&open));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let (waits, opens) = (Arc::clone(&waits), Arc::clone(&opens));
        async move {
            match (event.0, event.attempt()) {
                (1, 1) => Err(HandlerError::retryable("once")),
                (1, _) => {
                    opens.add_permits(1);
                    waits.acquire().await.unwrap().forget();
                    Ok(())
                }
                _ => Ok(()),
            }
        }
    };
    let listening = brief(&desk).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("a", 2), posted("b", 3), posted("a", 4)]).await;
    open.acquire().await.unwrap().forget();
    dealt_with(&listening, 1).await;
    assert_eq!((seen.of("a"), seen.of("b")), (vec![1, 1], vec![3]), "others go on");
    gate.add_permits(1);
    dealt_with(&listening, 4).await;
    assert_eq!(seen.of("a"), [1, 1, 2, 4]);
}

pub(crate) async fn handlers_that_are_too_slow_miss_events_and_slow_nobody<S: Log>(store: S) {
    let desk = Desk::new(store);
    let gate = Arc::new(Semaphore::new(0));
    let (told, mut numbers) = mpsc::unbounded_channel();
    let waits = Arc::clone(&gate);
    let slow = move |event: Event<Posted>| {
        let (waits, told) = (Arc::clone(&waits), told.clone());
        async move {
            waits.acquire().await.unwrap().forget();
            told.send(event.0).unwrap();
            Ok(())
        }
    };
    let (quick, mut quick_numbers) = telling();
    let slow = desk.bus.ephemeral().concurrency(1).handle(slow).start().await.unwrap();
    let quick = desk.bus.ephemeral().handle(quick).start().await.unwrap();
    for round in 0..6 {
        let events: Vec<_> = (0..100).map(|n| posted(&n.to_string(), round * 100 + n)).collect();
        desk.emit(&events).await;
        take(&mut quick_numbers, 100).await;
    }
    assert_eq!((quick.stats().total.missed, slow.stats().total.handled), (0, 0));
    gate.add_permits(600);
    let mut got = Vec::new();
    while got.last() != Some(&599) {
        got.push(numbers.recv().await.unwrap());
    }
    dealt_with(&slow, u64::try_from(got.len()).unwrap()).await;
    let total = slow.stats().total;
    assert!(total.missed >= 600 - 513, "{total:?}");
    assert_eq!(total.missed + total.handled, 600);
    assert!(got.is_sorted());
}

pub(crate) async fn it_ends_with_its_handle<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (handler, mut numbers) = telling();
    let listening = desk.bus.ephemeral().handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    assert_eq!(take(&mut numbers, 1).await, [1]);
    drop(listening);
    assert_eq!(numbers.recv().await, None, "its handler is dropped");
}

pub(crate) async fn it_ends_with_its_bus<S: Log>(store: S) {
    let Desk { bus, .. } = Desk::new(store);
    let (handler, mut numbers) = telling();
    let (other, mut others) = telling();
    let first = bus.ephemeral().handle(handler).start().await.unwrap();
    bus.shutdown().await.unwrap();
    assert_eq!((first.state(), numbers.recv().await), (State::Ended, None));
    let second = bus.ephemeral().handle(other).start().await.unwrap();
    drop(bus);
    assert_eq!(others.recv().await, None);
    second.shutdown().await.unwrap();
}

pub(crate) async fn what_it_cannot_be_is_refused_at_the_start<S: Log>(store: S) {
    let desk = Desk::new(store);
    let plain = async |_: Event<Posted>| Ok(());
    let transactional = async |_: Tx<Faulty<S>>, _: Event<Posted>| Ok(());
    let deaf = eventbus_runtime::TypeSet::of::<Noted>().to_string();
    let noted = <Noted as eventbus_runtime::DomainEvent>::filter();
    let refused = [
        (desk.bus.ephemeral().handle(transactional), "take the transaction out"),
        (desk.bus.ephemeral().handle(plain).last(MOST_REPLAYED + 1), "256 at most"),
        (desk.bus.ephemeral(), "no handler"),
        (desk.bus.ephemeral().handle(plain).filter(noted), &*deaf),
    ];
    for (ephemeral, word) in refused {
        let error = ephemeral.start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(word), "{error}");
    }
}

/// How many rows a subscription of any kind has left.
const ROWS: &str = "SELECT (SELECT count(*) FROM eventbus_subscription) + (SELECT count(*) FROM eventbus_shard) \
     + (SELECT count(*) FROM eventbus_replica) + (SELECT count(*) FROM eventbus_delivery) \
     + (SELECT count(*) FROM eventbus_dead_letter)";

/// Has an ephemeral subscription handle, retry and drop events while a stream reads them.
async fn busy<S: Log>(store: S) -> (Listening, impl Sized) {
    let desk = Desk::new(store);
    let handler = async |event: Event<Posted>| match (event.0, event.attempt()) {
        (1, _) | (2, 1) => Err(HandlerError::retryable("down")),
        _ => Ok(()),
    };
    let listening = brief(&desk).replay_last().handle(handler).start().await.unwrap();
    let stream = desk.bus.stream::<Posted>().start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("b", 2), posted("c", 3)]).await;
    dealt_with(&listening, 3).await;
    assert_eq!(listening.stats().total.dead, 1);
    (listening, (stream, desk))
}

#[tokio::test]
async fn it_leaves_no_row_in_sqlite() {
    let file = SqliteFile::new();
    let bus = file.bus().await;
    let _listening = busy(bus.store().clone()).await;
    let rows: i64 = query_scalar(ROWS).fetch_one(bus.pool()).await.unwrap();
    assert_eq!(rows, 0);
}

#[tokio::test]
async fn it_leaves_no_row_in_postgres() {
    let database = PgDatabase::new().await;
    let bus = database.bus().await;
    let _listening = busy(bus.store().clone()).await;
    let rows: i64 = query_scalar(ROWS).fetch_one(bus.pool()).await.unwrap();
    assert_eq!(rows, 0);
}
