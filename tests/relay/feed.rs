//! What several subscriptions of a process read together.

use std::collections::BTreeSet;
use std::future::{Ready, ready};
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{Event, HandlerError, MemoryStore, RawEvent, Running, Start, Subscribe, Tx};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::yield_now;
use tokio::time::sleep;

use crate::desk::Desk;
use crate::events::{Any, Noted, Posted, noted, posted};
use crate::faulty::Faulty;

/// How many events are emitted at once.
const STEP: i64 = 100;

/// Which events a subscription handles: the even ones, the odd ones, or all.
#[derive(Clone, Copy)]
enum Wants {
    Posted,
    Noted,
    All,
}

/// A subscription, and the numbers that it saw.
struct Reader<S: Log> {
    running: Running<Faulty<S>>,
    wants: Wants,
    seen: Arc<Mutex<Vec<i64>>>,
}

fn events(from: i64, count: i64) -> Vec<RawEvent> {
    let event = |n: i64| if n % 2 == 0 { posted(&(n % 7).to_string(), n) } else { noted(n) };
    (from..from + count).map(event).collect()
}

impl<S: Log> Reader<S> {
    async fn start(subscription: Subscribe<Faulty<S>>, wants: Wants) -> Self {
        let seen = Arc::default();
        let notes: Arc<Mutex<Vec<i64>>> = Arc::clone(&seen);
        let note = move |n: i64| -> Ready<Result<(), HandlerError>> {
            notes.lock().unwrap().push(n);
            ready(Ok(()))
        };
        // In the order of the log, so that it can be compared.
        let subscription = subscription.concurrency(1);
        let subscription = match wants {
            Wants::Posted => subscription.handle(move |event: Event<Posted>| note(event.0)),
            Wants::Noted => {
                subscription.handle(move |_: Tx<Faulty<S>>, event: Event<Noted>| note(event.0))
            }
            Wants::All => subscription.handle(move |event: Event<Any>| match *event {
                Any::Posted(Posted(n)) | Any::Noted(Noted(n)) => note(n),
            }),
        };
        Self { running: subscription.start().await.unwrap(), wants, seen }
    }

    fn seen(&self) -> Vec<i64> {
        self.seen.lock().unwrap().clone()
    }

    /// What it wants of the first `count` events.
    fn wanted(&self, count: i64) -> Vec<i64> {
        let is_wanted = |n: &i64| match self.wants {
            Wants::Posted => n % 2 == 0,
            Wants::Noted => n % 2 != 0,
            Wants::All => true,
        };
        (0..count).filter(is_wanted).collect()
    }
}

/// Five subscriptions of what comes from now on, of different types.
async fn five<S: Log>(desk: &Desk<S>) -> Vec<Reader<S>> {
    let mut readers = Vec::new();
    let wants = [Wants::Posted, Wants::Noted, Wants::All, Wants::Noted, Wants::All];
    for (n, wants) in wants.into_iter().enumerate() {
        let subscription = desk.subscribe(&format!("reader-{n}")).from(Start::Now);
        readers.push(Reader::start(subscription, wants).await);
    }
    readers
}

async fn settled<S: Log>(readers: &[Reader<S>]) {
    for reader in readers {
        reader.running.settled().await.unwrap();
    }
}

/// Emits the events from `from` up to `upto` in steps that everybody deals with; how many were fetched for it.
async fn emit_in_steps<S: Log>(
    desk: &Desk<S>,
    readers: &[Reader<S>],
    (from, upto): (i64, i64),
) -> usize {
    let before = desk.faults.fetched.load(SeqCst);
    for step in from / STEP..upto / STEP {
        desk.emit(&events(step * STEP, STEP)).await;
        settled(readers).await;
    }
    desk.faults.fetched.load(SeqCst) - before
}

pub(crate) async fn each_event_is_fetched_once_for_all<S: Log>(store: S) {
    let desk = Desk::new(store);
    let readers = five(&desk).await;
    let (told, mut numbers) = mpsc::unbounded_channel();
    let handler = move |event: Event<Noted>| {
        told.send(event.0).unwrap();
        ready(Ok(()))
    };
    let listening = desk.bus.ephemeral().handle(handler).start().await.unwrap();
    // Each began at an end of its own: they come together first.
    emit_in_steps(&desk, &readers, (0, 2 * STEP)).await;
    let fetched = emit_in_steps(&desk, &readers, (2 * STEP, 22 * STEP)).await;
    assert!((2_000..=2_200).contains(&fetched), "{fetched} events were fetched instead of 2,000");
    for reader in &readers {
        assert_eq!(reader.seen(), reader.wanted(22 * STEP));
    }
    let mut listened = BTreeSet::new();
    let mut heard = 0;
    // On a busy machine it may be too slow for some, and is told so.
    while heard < 1_100 {
        while let Ok(number) = numbers.try_recv() {
            listened.insert(number);
        }
        heard = listened.len() + usize::try_from(listening.stats().total.missed).unwrap();
        yield_now().await;
    }
}

pub(crate) async fn a_blocked_subscription_keeps_nobody_and_misses_nothing<S: Log>(store: S) {
    let desk = Desk::new(store);
    let readers = five(&desk).await;
    let (gate, numbers) = (Arc::new(Semaphore::new(0)), Arc::new(Mutex::new(Vec::new())));
    let (closed, notes) = (Arc::clone(&gate), Arc::clone(&numbers));
    let handler = move |event: Event<Posted>| {
        let (closed, notes) = (Arc::clone(&closed), Arc::clone(&notes));
        async move {
            closed.acquire().await.unwrap().forget();
            notes.lock().unwrap().push(event.0);
            Ok(())
        }
    };
    // However long the others take: a handler that ran into its timeout is called again, behind those of other accounts.
    let subscription = desk.subscribe("blocked").timeout(Duration::from_secs(3_600));
    let blocked = subscription.concurrency(1).handle(handler).start().await.unwrap();
    let fetched = emit_in_steps(&desk, &readers, (0, 20 * STEP)).await;
    assert!(fetched <= 2_600, "{fetched} events were fetched instead of 2,000");
    for reader in &readers {
        assert_eq!(reader.seen(), reader.wanted(20 * STEP));
    }
    assert!(numbers.lock().unwrap().is_empty());
    gate.add_permits(1_000);
    blocked.settled().await.unwrap();
    assert_eq!(*numbers.lock().unwrap(), (0..20 * STEP).step_by(2).collect::<Vec<_>>());
    let all = desk.faults.fetched.load(SeqCst);
    assert!(all <= 4_000, "{all} events were fetched for two who were apart");
}

pub(crate) async fn who_comes_late_joins_the_others<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut readers = vec![Reader::start(desk.subscribe("early"), Wants::Noted).await];
    let fetched = emit_in_steps(&desk, &readers, (0, 10 * STEP)).await;
    assert_eq!(fetched, 500, "who is alone reads what it wants");
    // It reads pages of its own until it is there, and takes parts of larger ones then.
    readers.push(Reader::start(desk.subscribe("late").page(30), Wants::All).await);
    settled(&readers).await;
    emit_in_steps(&desk, &readers, (10 * STEP, 12 * STEP)).await;
    let fetched = emit_in_steps(&desk, &readers, (12 * STEP, 22 * STEP)).await;
    assert!((1_000..=1_100).contains(&fetched), "{fetched} events were fetched instead of 1,000");
    for reader in &readers {
        assert_eq!(reader.seen(), reader.wanted(22 * STEP));
    }
}

pub(crate) async fn replicas_of_several_subscriptions_miss_nothing_by_chance<S: Log>(store: S) {
    const EVENTS: i64 = 300;
    let seed = rand::random::<u64>();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    // Whoever emits is not struck.
    let desk = Desk::new(store.clone());
    let healthy = Desk::new(store);
    let mut readers = Vec::new();
    for n in 0..8 {
        let wants = [Wants::Posted, Wants::Noted, Wants::All, Wants::All][n / 2];
        // Two replicas of each, with pages of several sizes.
        let subscription = desk.subscribe(&format!("reader-{}", n / 2));
        let subscription = subscription.page(random.random_range(1..60));
        readers.push(Reader::start(subscription, wants).await);
    }
    let mut from = 0;
    while from < EVENTS {
        let count = random.random_range(1..=10).min(EVENTS - from);
        healthy.emit(&events(from, count)).await;
        desk.bus.wake();
        from += count;
        for _ in 0..random.random_range(0..20) {
            yield_now().await;
        }
        match random.random_range(0..12) {
            0 => desk.faults.fenced.store(true, SeqCst),
            1 => desk.faults.lost.store(true, SeqCst),
            2 => desk.faults.poisoned.store(true, SeqCst),
            3 => {
                desk.faults.held.store(true, SeqCst);
                desk.faults.let_go.notify_one();
            }
            4 => sleep(Duration::from_millis(random.random_range(0..30))).await,
            _ => {}
        }
    }
    settled(&readers).await;
    for replicas in readers.chunks(2) {
        let seen: BTreeSet<i64> = replicas.iter().flat_map(Reader::seen).collect();
        assert_eq!(Vec::from_iter(seen), replicas[0].wanted(EVENTS));
    }
}

/// Some at one place, of whom one reads and is held while the others wait for it.
async fn held(desk: &Desk<MemoryStore>) -> Vec<Reader<MemoryStore>> {
    let mut readers = Vec::new();
    for n in 0..3 {
        let subscription = desk.subscribe(&format!("reader-{n}")).poll(Duration::from_secs(3_600));
        readers.push(Reader::start(subscription, Wants::All).await);
    }
    emit_in_steps(desk, &readers, (0, STEP)).await;
    desk.faults.held.store(true, SeqCst);
    let before = desk.faults.pages.load(SeqCst);
    desk.emit(&events(STEP, STEP)).await;
    sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.faults.pages.load(SeqCst) - before, 1, "one reads and the others wait");
    readers
}

#[tokio::test(start_paused = true)]
async fn a_read_that_fails_is_made_again_by_those_who_waited() {
    let desk = Desk::new(MemoryStore::new());
    let readers = held(&desk).await;
    let takes = desk.faults.takes.load(SeqCst);
    desk.faults.let_go.notify_one();
    settled(&readers).await;
    assert_eq!(desk.faults.takes.load(SeqCst) - takes, 1, "it failed for one alone");
    for reader in &readers {
        assert_eq!(reader.seen(), reader.wanted(2 * STEP));
    }
}

#[tokio::test(start_paused = true)]
async fn a_read_that_is_cut_off_is_made_again_by_those_who_waited() {
    let desk = Desk::new(MemoryStore::new());
    let readers = held(&desk).await;
    let (first, others) = readers.split_first().unwrap();
    first.running.shutdown().await.unwrap();
    settled(others).await;
    assert_eq!(first.seen(), first.wanted(STEP), "the one that read was shut down");
    for reader in others {
        assert_eq!(reader.seen(), reader.wanted(2 * STEP));
    }
}
