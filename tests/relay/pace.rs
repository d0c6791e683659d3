//! How long things take, on the store in memory and in paused time: the clock jumps to whatever is waited for next.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::store::Store;
use eventbus_runtime::{ErrorKind, Event, HandlerError, MemoryStore, Retry, State, Tx};
use tokio::sync::mpsc;
use tokio::time::{Instant, advance, sleep};

use crate::desk::{Desk, Seen, counts};
use crate::events::{Noted, Posted, posted};
use crate::faulty::Faulty;

#[tokio::test(start_paused = true)]
async fn five_attempts_by_default_take_fifteen_seconds_at_most() {
    let desk = Desk::new(MemoryStore::new());
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        async { Err::<(), _>(HandlerError::retryable("down")) }
    };
    desk.emit(&[posted("a", 1)]).await;
    let began = Instant::now();
    let running = desk.bus.subscribe("default").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]);
    assert!(began.elapsed() < Duration::from_secs(16), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_timeout_grows_with_the_attempt() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| {
        pending::<()>().await;
        Ok(())
    };
    desk.emit(&[posted("a", 1)]).await;
    let began = Instant::now();
    let twice = Retry { attempts: 2, ..Retry::default() };
    let subscription = desk.bus.subscribe("slow").retry(twice).handle(handler);
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(30 + 60), "{:?}", began.elapsed());
    let letters = running.dead_letters().await.unwrap();
    assert!(letters[0].message.ends_with("took longer than 60s"), "{}", letters[0].message);
}

#[tokio::test(start_paused = true)]
async fn an_idle_subscription_polls_once_a_second() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let running = desk.bus.subscribe("idle").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let before = desk.faults.pages.load(SeqCst);
    sleep(Duration::from_secs(60)).await;
    let polls = desk.faults.pages.load(SeqCst) - before;
    assert!((60..=68).contains(&polls), "{polls} polls in a minute");
}

#[tokio::test(start_paused = true)]
async fn an_unreachable_store_is_asked_once_a_second_and_then_goes_on() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let running = desk.bus.subscribe("down").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    desk.faults.down.store(true, SeqCst);
    sleep(Duration::from_secs(60)).await;
    let looks = desk.faults.rosters.load(SeqCst);
    assert!((58..=70).contains(&looks), "{looks} looks at the roster in a minute");
    assert_eq!(running.state(), State::Waiting);
    desk.faults.down.store(false, SeqCst);
    desk.emit(&[posted("a", 1)]).await;
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (1, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_wake_up_is_heard_at_once_and_a_late_commit_soon_after() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let running = desk.bus.subscribe("woken").handle(handler).start().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    desk.bus.wake();
    let before = desk.faults.pages.load(SeqCst);
    for _ in 0..7 {
        advance(Duration::from_millis(6)).await;
        tokio::task::yield_now().await;
    }
    let polls = desk.faults.pages.load(SeqCst) - before;
    assert!((3..=5).contains(&polls), "{polls} polls in 42 ms after the wake-up");
    running.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn slow_handlers_share_short_transactions_only() {
    let desk = Desk::new(MemoryStore::new());
    let seen = Seen::default();
    let notes = seen.clone();
    let handler = move |_: Tx<Faulty<MemoryStore>>, event: Event<Posted>| {
        let notes = notes.clone();
        async move {
            sleep(Duration::from_millis(8)).await;
            notes.note(&event);
            match (event.0, event.attempt()) {
                (33, 1) => Err(HandlerError::retryable("once")),
                _ => Ok(()),
            }
        }
    };
    let events: Vec<_> = (0..100).map(|n| posted(&n.to_string(), n)).collect();
    desk.emit(&events).await;
    let before = desk.faults.commits.load(SeqCst);
    let running = desk.subscribe("lock").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    let commits = desk.faults.commits.load(SeqCst) - before;
    assert!((15..=18).contains(&commits), "{commits} transactions of 50 ms each");
    assert_eq!(counts(&running), (100, 1, 0));
    assert_eq!(seen.attempts().iter().filter(|(n, _)| *n == 33).count(), 2, "failed and retried");
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_does_not_wait_for_a_silent_database() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Tx<Faulty<MemoryStore>>, _: Event<Posted>| Ok(());
    let running = desk.subscribe("silent").handle(handler).start().await.unwrap();
    let waiting = desk.subscribe("silent").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    desk.faults.silent.store(true, SeqCst);
    sleep(Duration::from_secs(60)).await;
    let began = Instant::now();
    desk.bus.shutdown().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    assert_eq!((running.state(), waiting.state()), (State::Ended, State::Ended));
}

#[tokio::test(start_paused = true)]
async fn a_shutdown_during_a_commit_speaks_of_the_database() {
    let desk = Desk::new(MemoryStore::new());
    let (started, mut starts) = mpsc::unbounded_channel();
    let faults = Arc::clone(&desk.faults);
    let handler = move |_: Tx<Faulty<MemoryStore>>, _: Event<Posted>| {
        faults.silent.store(true, SeqCst);
        started.send(()).unwrap();
        async { Ok(()) }
    };
    let _running = desk.subscribe("commit").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    starts.recv().await.unwrap();
    let error = desk.bus.shutdown().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Store);
    let text = error.to_string();
    assert!(text.ends_with("`commit` is waiting for the database"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_emit_wakes_only_who_wants_it_and_nobody_looks_for_troubles() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Noted>| Ok(());
    let hour = Duration::from_secs(3600);
    let running = desk.bus.subscribe("notes").poll(hour).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    sleep(Duration::from_secs(60)).await;
    let read = || (desk.faults.pages.load(SeqCst), desk.faults.looks.load(SeqCst));
    let (pages, looks) = read();
    let mut transaction = desk.store.begin().await.unwrap();
    desk.bus.emit(&mut transaction, Posted(1)).await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert_eq!(read(), (pages, looks));
    desk.bus.emit(&mut transaction, Noted(1)).await.unwrap();
    desk.store.commit(transaction).await.unwrap();
    sleep(Duration::from_secs(60)).await;
    assert!(read().0 > pages);
    assert_eq!((counts(&running), read().1), ((1, 0, 0), looks));
}
