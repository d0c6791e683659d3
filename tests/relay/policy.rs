//! What a subscription may choose: how many at once, how often, in which order, and when to stand still.

use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    ErrorKind, Event, HandlerError, LimitBy, MemoryStore, OnFailure, RateLimit, State, Tx,
};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep};

use crate::desk::{Desk, Seen, counts};
use crate::events::{Posted, posted};
use crate::faulty::Faulty;

type Handling = Pin<Box<dyn Future<Output = Result<(), HandlerError>> + Send>>;

/// A handler that tells when it begins and ends when it is let.
fn gated(
    gate: &Arc<Semaphore>,
    seen: &Seen,
) -> (impl Fn(Event<Posted>) -> Handling + Send + Sync + 'static, mpsc::UnboundedReceiver<i64>) {
    let (begun, begins) = mpsc::unbounded_channel();
    let (gate, seen) = (Arc::clone(gate), seen.clone());
    let handler = move |event: Event<Posted>| {
        let (gate, seen) = (Arc::clone(&gate), seen.clone());
        begun.send(event.0).unwrap();
        let handling = async move {
            gate.acquire().await?.forget();
            seen.note(&event);
            Ok(())
        };
        Box::pin(handling) as Handling
    };
    (handler, begins)
}

pub(crate) async fn plain_handlers_work_at_once_but_not_on_one_aggregate<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (gate, seen) = (Arc::new(Semaphore::new(0)), Seen::default());
    let (handler, mut begins) = gated(&gate, &seen);
    desk.emit(&[posted("a", 1), posted("a", 2), posted("b", 3), posted("c", 4), posted("d", 5)])
        .await;
    let subscription = desk.subscribe("at-once").concurrency(3).handle(handler);
    let running = subscription.start().await.unwrap();
    let mut first = [begins.recv().await, begins.recv().await, begins.recv().await];
    first.sort_unstable();
    assert_eq!(first, [Some(1), Some(3), Some(4)]);
    tokio::task::yield_now().await;
    assert!(begins.try_recv().is_err(), "three at once, and not two of one aggregate");
    gate.add_permits(5);
    running.settled().await.unwrap();
    assert_eq!((seen.of("a"), seen.numbers().len()), (vec![1, 2], 5));
    assert_eq!(counts(&running), (5, 0, 0));
}

pub(crate) async fn without_order_nothing_waits_for_its_aggregate<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (gate, seen) = (Arc::new(Semaphore::new(0)), Seen::default());
    let (handler, mut begins) = gated(&gate, &seen);
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let running = desk.subscribe("free").unordered().handle(handler).start().await.unwrap();
    assert_eq!([begins.recv().await, begins.recv().await], [Some(1), Some(2)]);
    gate.add_permits(2);
    running.settled().await.unwrap();

    let notes = seen.clone();
    let failing = move |event: Event<Posted>| {
        notes.note(&event);
        let fails = event.0 == 1 && event.attempt() < 3;
        ready(if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) })
    };
    let running = desk.subscribe("free-fails").unordered().handle(failing).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts()[2..], [(1, 1), (2, 1), (1, 2), (1, 3)]);
}

pub(crate) async fn a_skipped_failure_parks_nobody<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |_: Tx<Faulty<S>>, event: Event<Posted>| {
        notes.note(&event);
        ready(if event.0 == 1 { Err(HandlerError::retryable("no")) } else { Ok(()) })
    };
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    let subscription = desk.subscribe("skip").on_failure(OnFailure::SkipToDlq).handle(handler);
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (2, 1)]);
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters.len(), &*letters[0].message), (1, "no"));
    assert_eq!(letters[0].kind, ErrorKind::DeliveryFailed.as_str());
}

/// A destination that may be away, and what was asked of it.
#[derive(Clone, Default)]
struct Destination {
    away: Arc<AtomicBool>,
    asked: Arc<AtomicUsize>,
}

impl Destination {
    fn ask(&self) -> Result<(), HandlerError> {
        self.asked.fetch_add(1, SeqCst);
        match self.away.load(SeqCst) {
            true => Err(HandlerError::unavailable("nobody there")),
            false => Ok(()),
        }
    }
}

/// An outage of an hour: it is probed once a minute, no event uses up its attempts, and afterwards all are handled.
async fn outage(desk: Desk<MemoryStore>, transactional: bool) {
    let (destination, seen) = (Destination::default(), Seen::default());
    let (asked, notes) = (destination.clone(), seen.clone());
    let plain = move |event: Event<Posted>| {
        notes.note(&event);
        ready(asked.ask())
    };
    let subscription = desk.bus.subscribe("mail");
    let subscription = match transactional {
        false => subscription.handle(plain),
        true => subscription
            .handle(move |_: Tx<Faulty<MemoryStore>>, event: Event<Posted>| plain(event)),
    };
    let running = subscription.start().await.unwrap();
    destination.away.store(true, SeqCst);
    let events: Vec<_> = (0..50).map(|n| posted(&n.to_string(), n)).collect();
    desk.emit(&events).await;
    sleep(Duration::from_secs(3600)).await;
    assert_eq!(running.state(), State::Suspended);
    let asked = destination.asked.load(SeqCst);
    assert!((60..80).contains(&asked), "asked {asked} times in an hour");
    destination.away.store(false, SeqCst);
    running.settled().await.unwrap();
    assert_eq!(running.state(), State::Running);
    assert_eq!(running.dead_letters().await.unwrap(), []);
    assert_eq!(counts(&running).0, 50);
    assert!(seen.attempts().iter().all(|(_, attempt)| *attempt <= 3), "{:?}", seen.attempts());
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_no_attempts() {
    outage(Desk::new(MemoryStore::new()), false).await;
}

#[tokio::test(start_paused = true)]
async fn an_outage_uses_up_no_attempts_of_transactional_handlers() {
    outage(Desk::new(MemoryStore::new()), true).await;
}

/// How long each account's events took, in tenths of a second.
async fn limited(limit: RateLimit, transactional: bool) -> Vec<(String, u128)> {
    let desk = Desk::new(MemoryStore::new());
    let began = Instant::now();
    let times: Arc<Mutex<Vec<(String, u128)>>> = Arc::default();
    let noted = Arc::clone(&times);
    let plain = move |event: Event<Posted>| {
        let account = event.envelope().aggregate_id.clone().unwrap();
        noted.lock().unwrap().push((account, began.elapsed().as_millis() / 100));
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = desk.bus.subscribe("limited").rate_limit(limit);
    let subscription = match transactional {
        false => subscription.handle(plain),
        true => subscription
            .handle(move |_: Tx<Faulty<MemoryStore>>, event: Event<Posted>| plain(event)),
    };
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3), posted("b", 4)]).await;
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    std::mem::take(&mut *times.lock().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_spreads_the_calls() {
    let limit = RateLimit::new(1, Duration::from_secs(1)).burst(2);
    for transactional in [false, true] {
        let times: Vec<u128> =
            limited(limit, transactional).await.into_iter().map(|(_, at)| at).collect();
        assert_eq!(times, [0, 0, 10, 20], "transactional: {transactional}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_of_each_aggregate_holds_up_no_other() {
    let limit = RateLimit::new(1, Duration::from_secs(1)).by(LimitBy::Key);
    let times = limited(limit, false).await;
    let of = |account: &str| {
        let times = times.iter().filter(|(of, _)| of == account);
        times.map(|(_, at)| *at).collect::<Vec<_>>()
    };
    assert_eq!((of("a"), of("b")), (vec![0, 10, 20], vec![0]));
}
