//! Handlers of batches: few calls while all goes well, and one event to blame where it does not.

use std::future::{pending, ready};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{
    Breaker, DomainEvent, Events, HandlerError, MemoryStore, RateLimit, RawEvent, Running, State,
    Tx,
};
use tokio::time::Instant;

use crate::desk::{Desk, counts};
use crate::events::{Any, Noted, Posted, noted, posted};
use crate::faulty::Faulty;

/// The numbers of each call, in its order.
#[derive(Clone, Default)]
struct Calls(Arc<Mutex<Vec<Vec<i64>>>>);

impl Calls {
    fn note(&self, events: &Events<Posted>) {
        self.0.lock().unwrap().push(events.iter().map(|event| event.0).collect());
    }

    fn all(&self) -> Vec<Vec<i64>> {
        self.0.lock().unwrap().clone()
    }
}

fn accounts(numbers: std::ops::RangeInclusive<i64>) -> Vec<RawEvent> {
    numbers.map(|n| posted(&n.to_string(), n)).collect()
}

fn unlike(mut event: RawEvent, version: u32) -> RawEvent {
    event.envelope.version = version;
    event.data = "{}".to_owned();
    event
}

/// Notes each event in the transaction, and fails the batch at the first that `fails` chooses by number and attempt.
async fn auditing<S: Log>(
    desk: &Desk<S>,
    fails: impl Fn(i64, u32) -> Result<(), HandlerError> + Send + Sync + 'static,
) -> (Running<Faulty<S>>, Calls) {
    let calls = Calls::default();
    let (store, called, fails) = (desk.store.clone(), calls.clone(), Arc::new(fails));
    let handler = move |mut tx: Tx<Faulty<S>>, events: Events<Posted>| {
        let (store, fails) = (store.clone(), Arc::clone(&fails));
        called.note(&events);
        async move {
            for event in events {
                store.append(&mut tx, &[noted(event.0).into()]).await?;
                fails(event.0, event.attempt())?;
            }
            Ok(())
        }
    };
    (desk.subscribe("audit").handle(handler).start().await.unwrap(), calls)
}

fn first_attempt_of(bad: i64) -> impl Fn(i64, u32) -> Result<(), HandlerError> {
    move |n, attempt| match n == bad && attempt == 1 {
        true => Err(HandlerError::retryable("chosen")),
        false => Ok(()),
    }
}

pub(crate) async fn batches_arrive_in_order_and_whole<S: Log>(store: S) {
    let desk = Desk::new(store);
    let event = |n| if n % 3 == 0 { noted(n) } else { posted(&(n % 4).to_string(), n) };
    desk.emit(&(1..=10).map(event).collect::<Vec<_>>()).await;
    let calls: Arc<Mutex<Vec<Vec<i64>>>> = Arc::default();
    for (name, batch, expected) in
        [("whole", 100, vec![10]), ("fours", 4, vec![4, 4, 2]), ("ones", 1, vec![1; 10])]
    {
        let noted = Arc::clone(&calls);
        let handler = move |events: Events<Any>| {
            let number = |event: &Any| match event {
                Any::Posted(Posted(n)) | Any::Noted(Noted(n)) => *n,
            };
            noted.lock().unwrap().push(events.iter().map(|event| number(event)).collect());
            ready(Ok::<_, HandlerError>(()))
        };
        let running = desk.subscribe(name).batch(batch).handle(handler).start().await.unwrap();
        running.settled().await.unwrap();
        let calls = std::mem::take(&mut *calls.lock().unwrap());
        assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!(calls.concat(), (1..=10).collect::<Vec<_>>());
        assert_eq!(counts(&running), (10, 0, 0));
    }
}

pub(crate) async fn an_event_of_another_handler_ends_a_batch<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("b", 2), noted(3), posted("a", 4), noted(5), noted(6)])
        .await;
    let sizes: Arc<Mutex<Vec<(&str, usize)>>> = Arc::default();
    let (posts, notes) = (Arc::clone(&sizes), Arc::clone(&sizes));
    let subscription = desk
        .subscribe("two")
        .handle(move |_: Tx<Faulty<S>>, events: Events<Posted>| {
            posts.lock().unwrap().push(("posted", events.len()));
            ready(Ok::<_, HandlerError>(()))
        })
        .handle(move |_: Tx<Faulty<S>>, events: Events<Noted>| {
            notes.lock().unwrap().push(("noted", events.len()));
            ready(Ok::<_, HandlerError>(()))
        });
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    let sizes = sizes.lock().unwrap().clone();
    assert_eq!(sizes, [("posted", 2), ("noted", 1), ("posted", 1), ("noted", 2)]);
}

pub(crate) async fn effects_of_a_batch_happen_once_around_a_bad_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=8)).await;
    let (running, calls) = auditing(&desk, first_attempt_of(4)).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1, 2, 3, 5, 6, 7, 8, 4]);
    let sizes: Vec<usize> = calls.all().iter().map(Vec::len).collect();
    assert_eq!(sizes, [8, 4, 2, 2, 1, 1, 4, 1], "the last is the retry, alone");
    assert_eq!(counts(&running), (8, 1, 0));
}

pub(crate) async fn the_bad_one_of_a_hundred_is_found_with_few_calls<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=100)).await;
    let bad = |n, _| if n == 63 { Err(HandlerError::terminal("it is bad")) } else { Ok(()) };
    let (running, calls) = auditing(&desk, bad).await;
    running.settled().await.unwrap();
    let calls = calls.all().len();
    assert!(calls <= 2 * 7 + 1, "{calls} calls");
    assert_eq!(counts(&running), (99, 0, 1));
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters[0].data(), &*letters[0].message), ("{\"n\":63}", "it is bad"));
    assert_eq!(desk.audits().await, (1..=100).filter(|n| *n != 63).collect::<Vec<_>>());
}

pub(crate) async fn siblings_behind_a_bad_event_are_parked_and_follow<S: Log>(store: S) {
    let desk = Desk::new(store);
    let of = |account: &str, n| posted(account, n);
    desk.emit(&[of("a", 1), of("b", 2), of("a", 3), of("b", 4), of("a", 5)]).await;
    let (running, calls) = auditing(&desk, first_attempt_of(1)).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [2, 4, 1, 3, 5]);
    let tried = [&[1, 2, 3, 4, 5][..], &[1, 2], &[1], &[2], &[4], &[1], &[3, 5]];
    assert_eq!(calls.all(), tried);
    assert_eq!(counts(&running), (5, 1, 0));
}

pub(crate) async fn an_unreadable_event_is_found_without_a_call<S: Log>(store: S) {
    let desk = Desk::new(store);
    let mut events = accounts(1..=6);
    events[2] = unlike(events[2].clone(), 2);
    desk.emit(&events).await;
    let (running, calls) = auditing(&desk, |_, _| Ok(())).await;
    running.settled().await.unwrap();
    assert_eq!(calls.all(), [vec![1, 2], vec![4, 5, 6]]);
    assert_eq!(desk.audits().await, [1, 2, 4, 5, 6]);
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters.len(), &*letters[0].kind), (1, "DeserializationFailed"));
}

pub(crate) async fn what_is_before_an_event_of_newer_code_is_handled<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2), unlike(posted("a", 3), 3), posted("a", 4)]).await;
    let (running, calls) = auditing(&desk, |_, _| Ok(())).await;
    let error = running.settled().await.unwrap_err();
    assert!(error.to_string().contains("newer_version: `account.posted`"), "{error}");
    assert_eq!(running.state(), State::Stalled);
    assert_eq!((calls.all(), counts(&running)), (vec![vec![1, 2]], (2, 0, 0)));
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_plain_batch_is_handled_around_a_panic_and_a_timeout<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=8)).await;
    let (calls, handled) = (Calls::default(), Calls::default());
    let (called, done) = (calls.clone(), handled.clone());
    let handler = move |events: Events<Posted>| {
        called.note(&events);
        let done = done.clone();
        async move {
            let first = |n| events.iter().any(|event| event.0 == n && event.attempt() == 1);
            assert!(!first(3), "by intention");
            if first(6) {
                pending::<()>().await;
            }
            done.note(&events);
            Ok(())
        }
    };
    let subscription = desk.subscribe("plain").timeout(Duration::from_millis(100));
    let running = subscription.concurrency(5).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(handled.all().concat(), [1, 2, 4, 5, 7, 8, 3, 6]);
    let sizes: Vec<usize> = calls.all().iter().map(Vec::len).collect();
    assert_eq!(sizes, [8, 4, 2, 2, 1, 1, 4, 2, 1, 1, 2, 1, 1]);
    assert_eq!(counts(&running), (8, 2, 0));
}

pub(crate) async fn a_batch_refused_at_its_end_is_traced_to_its_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=8)).await;
    let faults = Arc::clone(&desk.faults);
    let poison = move |n, _| {
        faults.poisoned.fetch_or(n == 3, SeqCst);
        Ok(())
    };
    let (running, _) = auditing(&desk, poison).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1, 2, 4, 5, 6, 7, 8]);
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].data()), (1, "{\"n\":3}"));
    assert!(letters[0].message.ends_with("transaction was refused: deferred constraint"));
}

pub(crate) async fn an_unavailable_destination_uses_up_no_attempts_of_a_batch<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=8)).await;
    for transactional in [false, true] {
        let (asked, highest) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (asks, attempts) = (Arc::clone(&asked), Arc::clone(&highest));
        let plain = move |events: Events<Posted>| {
            for event in &events {
                attempts.fetch_max(usize::try_from(event.attempt()).unwrap(), SeqCst);
            }
            ready(match asks.fetch_add(1, SeqCst) < 5 {
                true => Err(HandlerError::unavailable("nobody there")),
                false => Ok(()),
            })
        };
        let brief = Duration::from_millis(5);
        let breaker = Breaker { first: brief, max: brief, ..Breaker::default() };
        let subscription = desk.subscribe(if transactional { "in-tx" } else { "plain" });
        let subscription = subscription.breaker(breaker);
        let subscription = match transactional {
            false => subscription.handle(plain),
            true => {
                subscription.handle(move |_: Tx<Faulty<S>>, events: Events<Posted>| plain(events))
            }
        };
        let running = subscription.start().await.unwrap();
        running.settled().await.unwrap();
        assert_eq!((highest.load(SeqCst), counts(&running)), (1, (8, 0, 0)));
        assert_eq!(running.state(), State::Running);
    }
}

pub(crate) async fn a_batch_passes_what_it_does_not_get<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("b", 2), posted("a", 3), posted("b", 4)]).await;
    let (calls, filter) = (Calls::default(), Posted::filter().aggregate("a"));
    let called = calls.clone();
    let handler = move |events: Events<Posted>| {
        called.note(&events);
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = desk.subscribe("filtered").filter(filter).handle(handler.clone());
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    running.shutdown().await.unwrap();
    let running = desk.subscribe("filtered").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(calls.all(), [[1, 3]], "the cursor is behind all of them");
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_counts_the_events_of_a_batch() {
    let desk = Desk::new(MemoryStore::new());
    desk.emit(&accounts(1..=5)).await;
    let (began, times) = (Instant::now(), Arc::new(Mutex::new(Vec::new())));
    let noted = Arc::clone(&times);
    let handler = move |events: Events<Posted>| {
        noted.lock().unwrap().push((events.len(), began.elapsed().as_millis() / 100));
        ready(Ok::<_, HandlerError>(()))
    };
    let limit = RateLimit::new(1, Duration::from_secs(1)).burst(3);
    let subscription = desk.bus.subscribe("limited").rate_limit(limit).handle(handler);
    subscription.start().await.unwrap().settled().await.unwrap();
    assert_eq!(*times.lock().unwrap(), [(3, 0), (1, 10), (1, 20)]);
}
