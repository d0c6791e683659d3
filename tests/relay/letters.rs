//! Dead letters that are retried reach the handlers again.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::store::Log;
use eventbus_runtime::{
    DeadLetter, Event, EventBus, HandlerError, LetterFilter, MemoryStore, Retry, Running, Tx,
};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use crate::desk::{Desk, Seen, counts};
use crate::events::{Noted, Posted, noted, posted};
use crate::faulty::Faulty;

/// How long a subscription sleeps that only a wake-up of ours is to wake.
const HOUR: Duration = Duration::from_secs(3_600);

/// A subscription that gives up every event below a number at its first attempt, and notes what it sees.
async fn below<S: Log>(
    desk: &Desk<S>,
    name: &str,
    poll: Duration,
) -> (Running<Faulty<S>>, Arc<AtomicI64>, Seen) {
    let limit = Arc::new(AtomicI64::new(i64::MAX));
    let seen = Seen::default();
    let (fails, notes) = (Arc::clone(&limit), seen.clone());
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        let failed = event.0 < fails.load(SeqCst);
        async move { if failed { Err(HandlerError::terminal("too low")) } else { Ok(()) } }
    };
    let running = desk.subscribe(name).poll(poll).handle(handler).start().await.unwrap();
    (running, limit, seen)
}

fn numbers(letters: &[DeadLetter]) -> Vec<&str> {
    letters.iter().map(DeadLetter::data).collect()
}

pub(crate) async fn a_retried_letter_is_handled_at_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (running, limit, seen) = below(&desk, "once", HOUR).await;
    desk.emit(&[posted("a", 1), posted("a", 2)]).await;
    running.settled().await.unwrap();
    let letters = running.dead_letters().await.unwrap();
    assert_eq!(numbers(&letters), ["{\"n\":1}", "{\"n\":2}"]);
    limit.store(0, SeqCst);
    desk.bus.dead_letters().by("alice").retry(letters[1].id).await.unwrap();
    // Nobody asks whether all is settled: the retry alone wakes it.
    while seen.numbers().len() < 3 {
        tokio::task::yield_now().await;
    }
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (2, 1), (2, 1)]);
    assert_eq!(numbers(&running.dead_letters().await.unwrap()), ["{\"n\":1}"]);
    assert_eq!(counts(&running), (1, 0, 2));
}

pub(crate) async fn effects_of_a_retried_letter_happen_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (bus, failing) = (desk.bus.clone(), Arc::new(AtomicI64::new(1)));
    let fails = Arc::clone(&failing);
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (bus, failed) = (bus.clone(), fails.load(SeqCst) > 0);
        async move {
            bus.emit(&mut tx, Noted(event.0)).await?;
            if failed { Err(HandlerError::terminal("not yet")) } else { Ok(()) }
        }
    };
    let running = desk.subscribe("effects").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    running.settled().await.unwrap();
    assert!(desk.audits().await.is_empty());
    failing.store(0, SeqCst);
    let retried = desk.bus.dead_letters().by("alice").retry_where(&LetterFilter::all()).await;
    assert_eq!(retried.unwrap().retried, 1);
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1]);
    assert_eq!(running.dead_letters().await.unwrap(), []);
}

pub(crate) async fn a_letter_that_fails_again_has_all_errors<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |event: Event<Posted>| {
        Err::<(), _>(HandlerError::retryable(format!("down {}", event.attempt())))
    };
    let running = desk.subscribe("again").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    running.settled().await.unwrap();
    let first = running.dead_letters().await.unwrap().remove(0);
    desk.bus.dead_letters().by("alice").retry(first.id).await.unwrap();
    running.settled().await.unwrap();
    let second = running.dead_letters().await.unwrap().remove(0);
    let attempts: Vec<u32> = second.errors.iter().map(|error| error.attempt).collect();
    assert_eq!(attempts, [1, 2, 3, 1, 2, 3]);
    assert_eq!(second.errors[..3], first.errors);
    assert_eq!((second.errors[4].kind.as_str(), second.attempts), ("DeliveryFailed", 3));
    assert_eq!(second.errors[4].message, "down 2");
    assert!(second.id != first.id && second.at >= first.at);
}

pub(crate) async fn a_retry_by_filter_leaves_the_others<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (one, limit, seen) = below(&desk, "one", HOUR).await;
    let (other, _, unseen) = below(&desk, "other", HOUR).await;
    desk.emit(&[posted("a", 1), posted("b", 2), noted(1)]).await;
    one.settled().await.unwrap();
    other.settled().await.unwrap();
    limit.store(2, SeqCst);
    let filter = LetterFilter::all().subscription("one").types("account.*");
    let letters = desk.bus.dead_letters();
    assert_eq!(letters.by("alice").retry_where(&filter).await.unwrap().retried, 2);
    one.settled().await.unwrap();
    other.settled().await.unwrap();
    assert_eq!((seen.numbers(), unseen.numbers()), (vec![1, 2, 1, 2], vec![1, 2]));
    assert_eq!(numbers(&one.dead_letters().await.unwrap()), ["{\"n\":1}"]);
    assert_eq!(other.dead_letters().await.unwrap().len(), 2);
}

pub(crate) async fn siblings_that_come_wait_for_a_retried_letter<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let notes = seen.clone();
    let tries = AtomicI64::new(0);
    let (retried, mut retries) = mpsc::unbounded_channel();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        // The first attempt is the last; of those after the retry, the third succeeds.
        let now = if event.0 == 1 { tries.fetch_add(1, SeqCst) } else { 3 };
        if now == 1 {
            retried.send(()).unwrap();
        }
        async move {
            match now {
                0 => Err(HandlerError::terminal("never")),
                1 | 2 => Err(HandlerError::retryable("not yet")),
                _ => Ok(()),
            }
        }
    };
    let slow = Retry { first: Duration::from_millis(300), max: HOUR, ..Retry::default() };
    let running = desk.subscribe("order").retry(slow).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    running.settled().await.unwrap();
    let letter = running.dead_letters().await.unwrap().remove(0);
    desk.bus.dead_letters().by("alice").retry(letter.id).await.unwrap();
    retries.recv().await.unwrap();
    desk.emit(&[posted("a", 2), posted("b", 3)]).await;
    running.settled().await.unwrap();
    assert_eq!(seen.of("a"), [1, 1, 1, 1, 2]);
}

pub(crate) async fn a_retry_of_another_process_is_found_by_a_busy_subscription<S: Log>(store: S) {
    let desk = Desk::new(store);
    let elsewhere = EventBus::on(desk.store.clone());
    let (running, limit, seen) = below(&desk, "busy", Duration::from_millis(100)).await;
    desk.emit(&[posted("a", 0)]).await;
    running.settled().await.unwrap();
    limit.store(0, SeqCst);
    elsewhere.dead_letters().by("alice").retry_where(&LetterFilter::all()).await.unwrap();
    // There is always something else to do.
    for n in 1.. {
        desk.emit(&[posted("b", n)]).await;
        if seen.of("a").len() == 2 {
            break;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn letters_are_retried_by_themselves_three_times_where_that_is_asked_for() {
    let desk = Desk::new(MemoryStore::new());
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        async { Err::<(), _>(HandlerError::terminal("never")) }
    };
    let minute = Duration::from_secs(60);
    let subscription = desk.bus.subscribe("self").retry_dead_after(minute).handle(handler);
    let running = subscription.start().await.unwrap();
    let quiet = async |_: Event<Posted>| Err::<(), _>(HandlerError::terminal("never"));
    let without = desk.bus.subscribe("without").handle(quiet).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    let began = Instant::now();
    running.settled().await.unwrap();
    for attempts in 2..=4 {
        while seen.numbers().len() < attempts {
            sleep(Duration::from_millis(100)).await;
        }
        let minutes = u32::try_from(attempts).unwrap() - 1;
        let late = began.elapsed() - minute * minutes;
        assert!(late < Duration::from_secs(2) * minutes, "{late:?} late, each poll at most 1 s");
    }
    sleep(HOUR).await;
    assert_eq!(seen.attempts(), [(1, 1); 4], "then the letter stays");
    let letter = running.dead_letters().await.unwrap().remove(0);
    assert_eq!((letter.retry_at, letter.errors.len()), (None, 4));
    assert_eq!(counts(&without), (0, 0, 1), "nobody asked for it");
    let actions = desk.bus.dead_letters().actions(None, 10).await.unwrap();
    assert_eq!(actions.len(), 3);
    for action in actions {
        assert_eq!((action.who.as_str(), action.action.as_str()), ("eventbus", "retry"));
        assert_eq!(action.subject, r#"{"source":"event","subscription":"self"}"#);
        assert_eq!(action.count, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_letter_that_is_handled_at_last_is_gone() {
    let desk = Desk::new(MemoryStore::new());
    let tries = AtomicI64::new(0);
    let handler = move |_: Event<Posted>| {
        let failed = tries.fetch_add(1, SeqCst) < 2;
        async move { if failed { Err(HandlerError::terminal("not yet")) } else { Ok(()) } }
    };
    let minute = Duration::from_secs(60);
    let subscription = desk.bus.subscribe("self").retry_dead_after(minute).handle(handler);
    let running = subscription.start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    sleep(HOUR).await;
    assert_eq!(counts(&running), (1, 0, 2));
    assert_eq!(running.dead_letters().await.unwrap(), []);
    desk.bus.dead_letters().by("alice").retry(uuid::Uuid::now_v7()).await.unwrap_err();
    let refused = desk.bus.subscribe("none").retry_dead_after(Duration::ZERO);
    let refused = refused.handle(async |_: Event<Posted>| Ok(())).start().await.unwrap_err();
    assert!(refused.to_string().contains("`retry_dead_after` is longer than nothing"), "{refused}");
}
