//! Transactional handlers in lanes: several transactions of one process at once, where the database lets them.

use std::collections::BTreeMap;
use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::{Capability, Log, Store};
use eventbus_runtime::{
    ErrorKind, Event, HandlerError, MemoryStore, PgBus, PgTx, RateLimit, RawEvent, State, Tx,
};
use eventbus_tests::postgres::PgDatabase;
use sqlx::postgres::PgPoolOptions;
use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::desk::{Desk, counts};
use crate::events::{Posted, noted, posted};
use crate::faulty::Faulty;

const LANES: usize = 4;
const ACCOUNTS: i64 = 40;

fn lanes<S: Log>(desk: &Desk<S>) -> usize {
    let several = desk.store.capabilities().contains(&Capability::SeveralWriters);
    if several { LANES } else { 1 }
}

/// Three events of each account, whose last digits tell the account.
fn events() -> Vec<RawEvent> {
    let numbers = (0..3).flat_map(|round| (0..ACCOUNTS).map(move |account| (round, account)));
    numbers.map(|(round, account)| posted(&account.to_string(), round * 100 + account)).collect()
}

/// Whether each number is there once, those of an account in their order.
fn assert_whole(audits: &[i64], mut expected: Vec<i64>) {
    for account in 0..ACCOUNTS {
        let of = || audits.iter().filter(|n| **n % 100 == account);
        assert!(of().is_sorted(), "{account}: {:?}", of().collect::<Vec<_>>());
    }
    let mut sorted = audits.to_vec();
    sorted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(sorted, expected);
}

fn all() -> Vec<i64> {
    (0..3).flat_map(|round| (0..ACCOUNTS).map(move |account| round * 100 + account)).collect()
}

pub(crate) async fn transactions_of_lanes_are_open_at_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&events()).await;
    let lanes = lanes(&desk);
    let (gate, inside) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let (store, most) = (desk.store.clone(), Arc::new(AtomicUsize::new(0)));
    let seen = Arc::clone(&most);
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (store, gate, inside) = (store.clone(), Arc::clone(&gate), Arc::clone(&inside));
        let most = Arc::clone(&seen);
        async move {
            store.append(&mut tx, &[noted(event.0).into()]).await?;
            let here = inside.fetch_add(1, SeqCst) + 1;
            most.fetch_max(here, SeqCst);
            // Nobody goes on before as many are here as there are lanes.
            if here == lanes {
                gate.close();
            }
            gate.acquire().await.expect_err("it is closed and never given permits");
            inside.fetch_sub(1, SeqCst);
            Ok(())
        }
    };
    let subscription = desk.subscribe("lanes").concurrency(LANES).handle(handler);
    let running = subscription.start().await.unwrap();
    let roster = desk.store.roster("lanes").await.unwrap().unwrap();
    let mut owners = BTreeMap::new();
    roster.shards.iter().for_each(|shard| *owners.entry(shard.owner).or_insert(0) += 1);
    assert_eq!(owners.into_values().collect::<Vec<_>>(), vec![16 / lanes; lanes]);
    running.settled().await.unwrap();
    assert_eq!(most.load(SeqCst), lanes);
    assert_whole(&desk.audits().await, all());
    assert_eq!((counts(&running), running.state()), ((120, 0, 0), State::Running));
    running.shutdown().await.unwrap();
    assert_eq!(running.state(), State::Ended);
}

pub(crate) async fn a_bad_aggregate_holds_up_no_other_lane<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&events()).await;
    let gate = Arc::new(Semaphore::new(usize::from(lanes(&desk) == 1)));
    let (store, closed) = (desk.store.clone(), Arc::clone(&gate));
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (store, gate) = (store.clone(), Arc::clone(&closed));
        async move {
            store.append(&mut tx, &[noted(event.0).into()]).await?;
            if event.0 == 0 {
                drop(gate.acquire().await?);
                return Err(HandlerError::retryable("bad"));
            }
            Ok(())
        }
    };
    let subscription = desk.subscribe("bad").concurrency(LANES).handle(handler);
    let running = subscription.start().await.unwrap();
    while lanes(&desk) > 1 && counts(&running).0 < 40 {
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    running.settled().await.unwrap();
    assert_whole(&desk.audits().await, all().into_iter().filter(|n| *n != 0).collect());
    assert_eq!(counts(&running), (119, 2, 1));
}

#[tokio::test(start_paused = true)]
async fn lanes_share_a_rate_limit() {
    let desk = Desk::new(MemoryStore::new());
    desk.emit(&(0..6).map(|n| posted(&n.to_string(), n)).collect::<Vec<_>>()).await;
    let (began, times) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&times);
    let handler = move |_: Tx<Faulty<MemoryStore>>, _: Event<Posted>| {
        noted.lock().unwrap().push(began.elapsed().as_millis() / 100);
        ready(Ok::<_, HandlerError>(()))
    };
    let limit = RateLimit::new(1, Duration::from_secs(1)).burst(2);
    let subscription = desk.subscribe("limited").rate_limit(limit).concurrency(LANES);
    let running = subscription.handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(*times.lock().unwrap(), [0, 0, 10, 20, 30, 40]);
}

#[tokio::test]
async fn a_pool_that_is_too_small_for_the_lanes_is_refused() {
    let database = PgDatabase::new().await;
    let pool = PgPoolOptions::new().max_connections(4).connect(&database.url()).await.unwrap();
    let bus = PgBus::new(pool.clone());
    let start = async |lanes| {
        let handler = |_: PgTx, _: Event<Posted>| ready(Ok::<_, HandlerError>(()));
        bus.subscribe("small").concurrency(lanes).handle(handler).start().await
    };
    let error = start(4).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert!(error.to_string().contains("needs 5 connections, and the pool has 4"), "{error}");
    start(3).await.unwrap().shutdown().await.unwrap();
    pool.close().await;
}
