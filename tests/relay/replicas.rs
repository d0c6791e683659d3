//! Several replicas of one subscription, and what an operator does to it.

use std::collections::BTreeSet;
use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, SystemTime};

use eventbus_runtime::store::{Log, Start};
use eventbus_runtime::{ErrorKind, Event, EventBus, HandlerError, Running, State};
use tokio::sync::{Semaphore, mpsc};

use crate::desk::{Desk, Seen};
use crate::events::{Any, Posted, noted, posted};
use crate::faulty::Faulty;

const ACCOUNTS: i64 = 40;

/// A replica of `shared` on a bus of its own, as another process would have.
async fn replica<S: Log>(desk: &Desk<S>, seen: &Seen) -> Running<Faulty<S>> {
    let notes = seen.clone();
    let bus = EventBus::on(desk.store.clone());
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        ready(Ok::<_, HandlerError>(()))
    };
    let subscription = bus.subscribe("shared").poll(Duration::from_millis(20)).handle(handler);
    subscription.start().await.unwrap()
}

/// Emits one event to each account and waits until they are handled.
async fn round<S: Log>(desk: &Desk<S>, n: i64, running: &Running<Faulty<S>>) {
    let events: Vec<_> = (0..ACCOUNTS).map(|account| posted(&account.to_string(), n)).collect();
    desk.emit(&events).await;
    running.settled().await.unwrap();
}

fn accounts(seen: &Seen) -> BTreeSet<String> {
    (0..ACCOUNTS).map(|a| a.to_string()).filter(|account| !seen.of(account).is_empty()).collect()
}

pub(crate) async fn replicas_share_the_shards_and_keep_every_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (one, two) = (Seen::default(), Seen::default());
    let first = replica(&desk, &one).await;
    let second = replica(&desk, &two).await;
    let mut rounds = 0;
    while accounts(&two).is_empty() {
        round(&desk, rounds, &first).await;
        rounds += 1;
    }
    assert_eq!((first.state(), second.state()), (State::Running, State::Running));
    let before = (one.numbers().len(), two.numbers().len());
    round(&desk, rounds, &second).await;
    let after = (one.numbers().len() - before.0, two.numbers().len() - before.1);
    assert!(after.0 > 0 && after.1 > 0 && after.0 + after.1 == 40, "{after:?}");
    first.shutdown().await.unwrap();
    round(&desk, rounds + 1, &second).await;
    for seen in [&one, &two] {
        for account in accounts(seen) {
            assert!(seen.of(&account).is_sorted(), "{account}: {:?}", seen.of(&account));
        }
    }
    for account in (0..ACCOUNTS).map(|account| account.to_string()) {
        let mut numbers = [one.of(&account), two.of(&account)].concat();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..=rounds + 1).collect::<Vec<_>>(), "each once");
    }
}

/// Shards that a replica drops because its step was refused bear its name still. Those that are not its share by then
/// must not stay without anybody who reads them.
pub(crate) async fn dropped_shards_go_to_a_replica_that_came_meanwhile<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (gate, seen) = (Arc::new(Semaphore::new(0)), Seen::default());
    let (begun, mut begins) = mpsc::unbounded_channel();
    let (closed, notes) = (Arc::clone(&gate), seen.clone());
    let handler = move |event: Event<Posted>| {
        let closed = Arc::clone(&closed);
        notes.note(&event);
        begun.send(()).unwrap();
        async move {
            drop(closed.acquire().await?);
            Ok::<_, HandlerError>(())
        }
    };
    let start = async || {
        let bus = EventBus::on(desk.store.clone());
        let subscription = bus.subscribe("shared").poll(Duration::from_millis(20));
        subscription.handle(handler.clone()).start().await.unwrap()
    };
    let events: Vec<_> = (0..ACCOUNTS).map(|account| posted(&account.to_string(), 1)).collect();
    desk.emit(&events).await;
    let first = start().await;
    begins.recv().await.unwrap();
    let second = start().await;
    desk.faults.refused.store(true, SeqCst);
    gate.add_permits(1);
    first.settled().await.unwrap();
    second.settled().await.unwrap();
    assert_eq!(accounts(&seen).len(), 40);
}

pub(crate) async fn a_pause_holds_it_and_a_resume_lets_it_go_on<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let running = replica(&desk, &seen).await;
    round(&desk, 1, &running).await;
    desk.bus.pause("shared").await.unwrap();
    until(|| running.state() == State::Paused).await;
    desk.emit(&[posted("0", 2)]).await;
    let resumed = tokio::spawn({
        let running = running.clone();
        async move { running.settled().await }
    });
    let other = replica(&desk, &seen).await;
    assert_eq!((other.state(), seen.of("0")), (State::Paused, vec![1]));
    assert!(!resumed.is_finished());
    desk.bus.resume("shared").await.unwrap();
    resumed.await.unwrap().unwrap();
    assert_eq!(seen.of("0"), [1, 2]);
    let unknown = desk.bus.pause("nobody").await.unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Configuration);
}

pub(crate) async fn a_seek_moves_it_while_it_runs<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    desk.emit(&[posted("0", 1), posted("0", 2)]).await;
    let running = replica(&desk, &seen).await;
    running.settled().await.unwrap();
    desk.bus.seek("shared", Start::Beginning).await.unwrap();
    until(|| seen.of("0").len() == 4).await;
    running.settled().await.unwrap();
    assert_eq!(seen.of("0"), [1, 2, 1, 2]);
    desk.bus.seek("shared", Start::Now).await.unwrap();
    desk.emit(&[posted("0", 3)]).await;
    running.settled().await.unwrap();
    let numbers = seen.of("0");
    assert_eq!(numbers[..5], [1, 2, 1, 2, 3]);
    assert!(numbers[5..].iter().all(|n| *n == 3), "what was being done may be done again");
}

/// As a projection is rebuilt. What a plain handler handled a moment ago is not passed over where it is asked for again.
pub(crate) async fn a_seek_in_a_pause_hands_everything_over_again<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    desk.emit(&[posted("0", 1), posted("0", 2)]).await;
    let running = replica(&desk, &seen).await;
    running.settled().await.unwrap();
    desk.bus.pause("shared").await.unwrap();
    until(|| running.state() == State::Paused).await;
    desk.bus.seek("shared", Start::Beginning).await.unwrap();
    desk.bus.resume("shared").await.unwrap();
    until(|| seen.of("0").len() == 4).await;
    assert_eq!(seen.of("0"), [1, 2, 1, 2]);
}

/// The same where the replica had dropped the shards by itself, because it could not write down what it handled.
pub(crate) async fn a_seek_after_a_failure_hands_everything_over_again<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let (notes, faults) = (seen.clone(), Arc::clone(&desk.faults));
    let handler = move |event: Event<Posted>| {
        notes.note(&event);
        if event.0 == 2 && notes.numbers().len() == 2 {
            faults.refused.store(true, SeqCst);
            faults.down.store(true, SeqCst);
        }
        ready(Ok::<_, HandlerError>(()))
    };
    let running = desk.subscribe("shared").handle(handler).start().await.unwrap();
    desk.emit(&[posted("0", 1), posted("0", 2)]).await;
    until(|| seen.numbers().len() == 2 && !desk.faults.refused.load(SeqCst)).await;
    until(|| running.state() == State::Waiting).await;
    desk.bus.seek("shared", Start::Beginning).await.unwrap();
    desk.faults.down.store(false, SeqCst);
    until(|| seen.of("0").len() == 4).await;
    assert_eq!(seen.of("0"), [1, 2, 1, 2]);
}

pub(crate) async fn a_removed_subscription_ends_where_it_runs<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    desk.emit(&[posted("0", 1)]).await;
    let running = replica(&desk, &seen).await;
    running.settled().await.unwrap();
    desk.bus.remove_subscription("shared").await.unwrap();
    until(|| running.state() == State::Ended).await;
    let unknown = desk.bus.remove_subscription("shared").await.unwrap_err();
    assert!(unknown.to_string().contains("no subscription `shared`"), "{unknown}");
    let running = replica(&desk, &seen).await;
    running.settled().await.unwrap();
    assert_eq!(seen.of("0"), [1, 1], "a new one of its name begins anew");
}

pub(crate) async fn it_starts_at_a_time_or_after_an_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    let events: Vec<_> = (0..5).map(|n| posted("0", n)).collect();
    desk.emit(&events).await;
    let after = events[2].envelope.id;
    let time = events[3].envelope.time().unwrap();
    let start = async |name: &str, start| {
        let seen = Seen::default();
        let notes = seen.clone();
        let handler = move |event: Event<Posted>| {
            notes.note(&event);
            ready(Ok::<_, HandlerError>(()))
        };
        let running = desk.subscribe(name).from(start).handle(handler).start().await.unwrap();
        running.settled().await.unwrap();
        seen.numbers()
    };
    assert_eq!(start("after", Start::After(after)).await, [3, 4]);
    let at = start("time", Start::Time(time)).await;
    assert!(at.ends_with(&[3, 4]) && at.len() <= 5, "{at:?}: events of one millisecond");
    let hour = Duration::from_secs(3600);
    assert_eq!(start("before", Start::Time(time - hour)).await, [0, 1, 2, 3, 4]);
    assert_eq!(start("later", Start::Time(SystemTime::now() + hour)).await, [0_i64; 0]);
    let handler = async |_: Event<Posted>| Ok(());
    let nowhere = desk.subscribe("nowhere").from(Start::After(uuid::Uuid::now_v7()));
    let refused = nowhere.handle(handler).start().await.unwrap_err();
    assert!(refused.to_string().contains("no event of the log has the id"), "{refused}");
}

pub(crate) async fn older_code_leaves_it_to_newer_code<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (old, new) = (Seen::default(), Seen::default());
    let older = replica(&desk, &old).await;
    round(&desk, 1, &older).await;
    let handler = {
        let notes = new.clone();
        move |event: Event<Any>| {
            notes.note_any(&event);
            ready(Ok::<_, HandlerError>(()))
        }
    };
    let bus = EventBus::on(desk.store.clone());
    let newer = || bus.subscribe("shared").poll(Duration::from_millis(20)).handle(handler.clone());
    let running = newer().start().await.unwrap();
    until(|| older.state() == State::Outdated).await;
    until(|| running.state() == State::Running).await;
    desk.emit(&[posted("0", 2), noted(3)]).await;
    running.settled().await.unwrap();
    let mut handled = new.numbers();
    handled.sort_unstable();
    assert_eq!((old.of("0"), handled), (vec![1], vec![2, 3]), "of two aggregates, in any order");
    running.shutdown().await.unwrap();
    desk.emit(&[noted(4)]).await;
    let again = replica(&desk, &old).await;
    assert_eq!(again.state(), State::Outdated, "it would pass over what only newer code handles");
    let running = newer().start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(new.numbers().last(), Some(&4));
}

pub(crate) async fn an_event_of_newer_code_stalls_its_shard_alone<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let mut newer = posted("0", 1);
    newer.envelope.version = 3;
    newer.data = "{\"number\":1}".to_owned();
    desk.emit(&[newer, posted("0", 2)]).await;
    let running = replica(&desk, &seen).await;
    let events: Vec<_> = (1..ACCOUNTS).map(|account| posted(&account.to_string(), 3)).collect();
    desk.emit(&events).await;
    until(|| running.state() == State::Stalled).await;
    until(|| seen.numbers().len() > 25).await;
    assert_eq!(seen.of("0"), [0_i64; 0]);
    let error = running.settled().await.unwrap_err();
    assert!(error.to_string().contains("newer_version"), "{error}");
}

/// An operator moves it past the event: its shard is not left alone until the process ends.
pub(crate) async fn a_seek_past_an_event_of_newer_code_lets_its_shard_go_on<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let mut newer = posted("0", 1);
    newer.envelope.version = 3;
    newer.data = "{\"number\":1}".to_owned();
    desk.emit(&[newer]).await;
    let running = replica(&desk, &seen).await;
    until(|| running.state() == State::Stalled).await;
    desk.bus.seek("shared", Start::Now).await.unwrap();
    desk.emit(&[posted("0", 2)]).await;
    until(|| seen.of("0") == [2]).await;
    until(|| running.state() == State::Running).await;
    running.settled().await.unwrap();
}

/// Waits for what the relay does by itself.
async fn until(mut holds: impl FnMut() -> bool) {
    while !holds() {
        tokio::task::yield_now().await;
    }
}
