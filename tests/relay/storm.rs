//! Everything at once, by chance: failures, panics, refused and lost commits, stale fences and restarts.

use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{Event, Events, HandlerError, RawEvent, Retry, Running, Tx};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::desk::{Desk, Seen};
use crate::events::{Posted, noted, posted};
use crate::faulty::{Faults, Faulty};

const EVENTS: i64 = 120;
const ACCOUNTS: i64 = 4;
const RESTARTS: usize = 4;

type Dice = Arc<Mutex<StdRng>>;

fn dice() -> Dice {
    let seed = rand::random::<u64>();
    println!("seed {seed}");
    Arc::new(Mutex::new(StdRng::seed_from_u64(seed)))
}

/// Lets something go wrong in one of five calls; an error where it is the handler that fails.
fn strike(dice: &Dice, faults: &Faults) -> Result<(), HandlerError> {
    let roll = dice.lock().unwrap().random_range(0..30);
    match roll {
        0 | 1 => return Err(HandlerError::retryable("by chance")),
        2 => panic!("by chance"),
        3 => faults.fenced.store(true, SeqCst),
        4 => faults.lost.store(true, SeqCst),
        5 => faults.poisoned.store(true, SeqCst),
        _ => {}
    }
    Ok(())
}

fn events() -> Vec<RawEvent> {
    (0..EVENTS).map(|n| posted(&(n % ACCOUNTS).to_string(), n)).collect()
}

fn stubborn() -> Retry {
    let brief = Duration::from_millis(2);
    Retry { attempts: u32::MAX, first: brief, factor: 1, max: brief }
}

/// Whether the numbers of each account are in order.
fn in_order(numbers: &[i64]) -> bool {
    (0..ACCOUNTS).all(|account| numbers.iter().filter(|n| **n % ACCOUNTS == account).is_sorted())
}

/// Notes an event in the transaction, and may fail then.
async fn write<S: Log>(
    store: &Faulty<S>,
    dice: &Dice,
    tx: &mut Tx<Faulty<S>>,
    n: i64,
) -> Result<(), HandlerError> {
    store.append(tx, &[noted(n).into()]).await?;
    tokio::task::yield_now().await;
    strike(dice, &store.faults)
}

async fn start_transactional<S: Log>(
    desk: &Desk<S>,
    dice: &Dice,
    (batches, lanes): (bool, usize),
) -> Running<Faulty<S>> {
    let (store, dice) = (desk.store.clone(), Arc::clone(dice));
    let (of_batches, rolled) = (store.clone(), Arc::clone(&dice));
    // Chance alone would seldom strike an event again that is tried once more in a smaller batch.
    let bad = (0..EVENTS).filter(|_| dice.lock().unwrap().random_bool(0.2));
    let bad: Arc<Vec<i64>> = Arc::new(bad.collect());
    let one = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (store, dice) = (store.clone(), Arc::clone(&dice));
        async move { write(&store, &dice, &mut tx, event.0).await }
    };
    let many = move |mut tx: Tx<Faulty<S>>, events: Events<Posted>| {
        let (store, dice, bad) = (of_batches.clone(), Arc::clone(&rolled), Arc::clone(&bad));
        async move {
            for event in events {
                write(&store, &dice, &mut tx, event.0).await?;
                if bad.contains(&event.0) && event.attempt() == 1 {
                    return Err(HandlerError::retryable("bad until it is alone"));
                }
            }
            Ok(())
        }
    };
    let subscription = desk.subscribe("storm").page(10).batch(7).retry(stubborn());
    let subscription = subscription.concurrency(lanes);
    let subscription = match batches {
        false => subscription.handle(one),
        true => subscription.handle(many),
    };
    subscription.start().await.unwrap()
}

pub(crate) async fn effects_happen_once_and_in_order<S: Log>(store: S) {
    survived(store, (false, 1)).await;
}

pub(crate) async fn effects_of_lanes_happen_once_and_in_order<S: Log>(store: S) {
    survived(store, (false, 3)).await;
}

pub(crate) async fn effects_of_batches_happen_once_and_in_order<S: Log>(store: S) {
    survived(store, (true, 1)).await;
}

async fn survived<S: Log>(store: S, how: (bool, usize)) {
    let (desk, dice) = (Desk::new(store), dice());
    desk.emit(&events()).await;
    for _ in 0..RESTARTS {
        let running = start_transactional(&desk, &dice, how).await;
        let turns = dice.lock().unwrap().random_range(0..40);
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
        running.shutdown().await.unwrap();
    }
    let running = start_transactional(&desk, &dice, how).await;
    running.settled().await.unwrap();
    let mut audits = desk.audits().await;
    assert!(in_order(&audits), "{audits:?}");
    audits.sort_unstable();
    assert_eq!(audits, (0..EVENTS).collect::<Vec<_>>());
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn plain_handlers_miss_nothing<S: Log>(store: S) {
    let (desk, dice, seen) = (Desk::new(store), dice(), Seen::default());
    desk.emit(&events()).await;
    let (faults, notes) = (Arc::clone(&desk.faults), seen.clone());
    let handler = move |event: Event<Posted>| {
        let struck = strike(&dice, &faults);
        if struck.is_ok() {
            notes.note(&event);
        }
        std::future::ready(struck)
    };
    for _ in 0..RESTARTS {
        let subscription = desk.subscribe("storm").page(10).retry(stubborn());
        let running = subscription.handle(handler.clone()).start().await.unwrap();
        tokio::task::yield_now().await;
        running.shutdown().await.unwrap();
    }
    let subscription = desk.subscribe("storm").page(10).retry(stubborn());
    let running = subscription.handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let mut first_times = Vec::new();
    for n in seen.numbers() {
        if !first_times.contains(&n) {
            first_times.push(n);
        }
    }
    assert!(in_order(&first_times), "{first_times:?}");
    first_times.sort_unstable();
    assert_eq!(first_times, (0..EVENTS).collect::<Vec<_>>());
}
