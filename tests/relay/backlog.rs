//! Many events in trouble at once: they are handed over as a page is, and nothing that holds for a page is lost by that.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{Event, Events, HandlerError, LetterFilter, RawEvent, Running, Tx};

use crate::desk::{Desk, Seen, counts};
use crate::events::{Posted, noted, posted};
use crate::faulty::{Faults, Faulty};

/// Few enough transactions for a hundred events to see that they share them: a busy machine commits them in slices.
const FEW: usize = 50;

fn of_one(numbers: std::ops::RangeInclusive<i64>) -> Vec<RawEvent> {
    numbers.map(|n| posted("a", n)).collect()
}

/// The first event of the aggregate fails once, so that the others are parked behind it.
fn at_first(n: i64, attempt: u32) -> Result<(), HandlerError> {
    match (n, attempt) {
        (1, 1) => Err(HandlerError::retryable("the others wait")),
        _ => Ok(()),
    }
}

/// Notes each event in the transaction and then comes to what `ends` says of its number and attempt.
async fn auditing<S: Log>(
    desk: &Desk<S>,
    ends: impl Fn(i64, u32, &Faults) -> Result<(), HandlerError> + Send + Sync + 'static,
) -> Running<Faulty<S>> {
    let (store, ends) = (desk.store.clone(), Arc::new(ends));
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (store, ends) = (store.clone(), Arc::clone(&ends));
        async move {
            store.append(&mut tx, &[noted(event.0).into()]).await?;
            ends(event.0, event.attempt(), &store.faults)
        }
    };
    desk.subscribe("audit").handle(handler).start().await.unwrap()
}

pub(crate) async fn parked_events_share_a_transaction<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&of_one(1..=100)).await;
    let commits = desk.faults.commits.load(SeqCst);
    let running = auditing(&desk, |n, attempt, _| at_first(n, attempt)).await;
    running.settled().await.unwrap();
    let commits = desk.faults.commits.load(SeqCst) - commits;
    assert!(commits < FEW, "{commits} transactions for 100 events");
    assert_eq!(desk.audits().await, (1..=100).collect::<Vec<_>>());
    assert_eq!(counts(&running), (100, 1, 0));
}

pub(crate) async fn rows_of_plain_handlers_go_together<S: Log>(store: S) {
    let (desk, seen) = (Desk::new(store), Seen::default());
    desk.emit(&of_one(1..=100)).await;
    let commits = desk.faults.commits.load(SeqCst);
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(at_first(event.0, event.attempt()))
    };
    let running = desk.subscribe("plain").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let commits = desk.faults.commits.load(SeqCst) - commits;
    assert!(commits < FEW, "{commits} transactions for 100 events");
    assert_eq!(seen.numbers(), [vec![1], (1..=100).collect()].concat());
    assert_eq!(counts(&running), (100, 1, 0));
}

pub(crate) async fn parked_events_follow_in_batches<S: Log>(store: S) {
    let desk = Desk::new(store);
    let calls: Arc<Mutex<Vec<Vec<i64>>>> = Arc::default();
    let called = Arc::clone(&calls);
    let handler = move |events: Events<Posted>| {
        called.lock().unwrap().push(events.iter().map(|event| event.0).collect());
        ready(events.iter().try_for_each(|event| at_first(event.0, event.attempt())))
    };
    desk.emit(&of_one(1..=4)).await;
    let running = desk.subscribe("batches").batch(3).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let calls = calls.lock().unwrap().clone();
    assert_eq!(calls.last_chunk(), Some(&[vec![1], vec![2, 3, 4]]), "{calls:?}");
    assert_eq!(counts(&running), (4, 1, 0));
}

pub(crate) async fn aggregates_of_an_outage_share_a_transaction<S: Log>(store: S) {
    let (desk, healed) = (Desk::new(store), Arc::new(AtomicBool::new(false)));
    let events: Vec<_> = (1..=100).map(|n| posted(&n.to_string(), n)).collect();
    desk.emit(&events).await;
    let well = Arc::clone(&healed);
    let down = move |_, _, _: &Faults| match well.load(SeqCst) {
        true => Ok(()),
        false => Err(HandlerError::terminal("down")),
    };
    let running = auditing(&desk, down).await;
    running.settled().await.unwrap();
    healed.store(true, SeqCst);
    let commits = desk.faults.commits.load(SeqCst);
    desk.bus.dead_letters().by("alice").retry_where(&LetterFilter::all()).await.unwrap();
    running.settled().await.unwrap();
    let commits = desk.faults.commits.load(SeqCst) - commits;
    assert!(commits < FEW, "{commits} transactions for 100 aggregates");
    assert_eq!(desk.audits().await, (1..=100).collect::<Vec<_>>());
}

/// In a run of parked events one fails once more, one is dead, and one of another aggregate fails between them.
fn in_the_middle(n: i64, attempt: u32) -> Result<(), HandlerError> {
    match (n, attempt) {
        (1 | 101, 1) | (15 | 110, 1..=2) => Err(HandlerError::retryable("once more")),
        (20, _) => Err(HandlerError::terminal("never")),
        _ => Ok(()),
    }
}

/// The events of two aggregates, one of each in turns, and what is handled of each.
fn two_aggregates() -> (Vec<RawEvent>, [Vec<i64>; 2]) {
    let events = (1..=30).flat_map(|n| [posted("a", n), posted("b", n + 100)]).collect();
    (events, [(1..=30).filter(|n| *n != 20).collect(), (101..=130).collect()])
}

fn split(numbers: &[i64]) -> [Vec<i64>; 2] {
    let (a, b) = numbers.iter().partition(|n| **n <= 100);
    [a, b]
}

pub(crate) async fn a_failure_among_parked_events_keeps_the_order<S: Log>(store: S) {
    let (desk, seen) = (Desk::new(store), Seen::default());
    let (events, handled) = two_aggregates();
    desk.emit(&events).await;
    let running = auditing(&desk, |n, attempt, _| in_the_middle(n, attempt)).await;
    running.settled().await.unwrap();
    assert_eq!(split(&desk.audits().await), handled);
    assert_eq!(counts(&running), (59, 6, 1));

    let notes = seen.clone();
    let plain = move |event: Event<Posted>| {
        let ended = in_the_middle(event.0, event.attempt());
        if ended.is_ok() {
            notes.note(&event);
        }
        async move {
            tokio::task::yield_now().await;
            ended
        }
    };
    let running = desk.subscribe("plain").handle(plain).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(split(&seen.numbers()), handled);
    assert_eq!(counts(&running), (59, 6, 1));
}

/// Whatever is not known of a commit: it took place and nobody says so, it did not, another owner was faster.
pub(crate) async fn effects_of_parked_events_happen_once_where_a_drain_is_cut<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&of_one(1..=60)).await;
    let (struck, enough) = (Mutex::new(BTreeSet::new()), Arc::new(AtomicBool::new(false)));
    let stop = Arc::clone(&enough);
    let strike = move |n, attempt, faults: &Faults| {
        at_first(n, attempt)?;
        if struck.lock().unwrap().insert(n) {
            match n {
                10 => faults.lost.store(true, SeqCst),
                20 => faults.poisoned.store(true, SeqCst),
                30 => faults.fenced.store(true, SeqCst),
                40 => return Err(HandlerError::retryable("by itself")),
                50 => stop.store(true, SeqCst),
                _ => {}
            }
        }
        Ok(())
    };
    let strike = Arc::new(strike);
    let again = Arc::clone(&strike);
    let first = auditing(&desk, move |n, attempt, faults| strike(n, attempt, faults)).await;
    while !enough.load(SeqCst) {
        tokio::task::yield_now().await;
    }
    first.shutdown().await.unwrap();
    let second = auditing(&desk, move |n, attempt, faults| again(n, attempt, faults)).await;
    second.settled().await.unwrap();
    assert_eq!(desk.audits().await, (1..=60).collect::<Vec<_>>());
    assert_eq!(second.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_refused_drain_is_traced_to_its_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&of_one(1..=8)).await;
    let poison = |n, attempt, faults: &Faults| {
        faults.poisoned.fetch_or(n == 5, SeqCst);
        at_first(n, attempt)
    };
    let running = auditing(&desk, poison).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1, 2, 3, 4, 6, 7, 8]);
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].data()), (1, "{\"n\":5}"));
    assert!(letters[0].message.ends_with("transaction was refused: deferred constraint"));
}

pub(crate) async fn what_is_handled_is_not_called_again_where_its_row_could_not_go<S: Log>(
    store: S,
) {
    let (desk, seen) = (Desk::new(store), Seen::default());
    desk.emit(&of_one(1..=30)).await;
    let (notes, faults) = (seen.clone(), Arc::clone(&desk.faults));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        faults.refused.fetch_or(event.0 == 15, SeqCst);
        ready(at_first(event.0, event.attempt()))
    };
    let running = desk.subscribe("plain").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.numbers(), [vec![1], (1..=30).collect()].concat());
    assert!(!desk.faults.refused.load(SeqCst), "the step of the parked ones was refused");
}
