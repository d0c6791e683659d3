//! Starting, settling, taking over and ending.

use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::store::{Log, Start, Store};
use eventbus_runtime::{ErrorKind, Event, EventBus, HandlerError, State, Tx};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::sync::{Semaphore, mpsc};

use crate::desk::{Desk, Seen};
use crate::events::{Any, Noted, Posted, posted};
use crate::faulty::Faulty;

/// A handler that notes what it is given.
fn noting(
    seen: &Seen,
) -> impl Fn(Event<Posted>) -> Ready<Result<(), HandlerError>> + Send + Sync + 'static {
    let notes = seen.clone();
    move |event| {
        notes.note(&event);
        ready(Ok(()))
    }
}

pub(crate) async fn settled_is_exact<S: Log>(store: S) {
    let seed = rand::random::<u64>();
    println!("seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let desk = Desk::new(store);
    let seen = Seen::default();
    let running = desk.subscribe("exact").page(3).handle(noting(&seen)).start().await.unwrap();
    let mut emitted = 0;
    for _ in 0..40 {
        for _ in 0..random.random_range(0..4) {
            emitted += 1;
            desk.emit(&[posted(&random.random_range(0..3).to_string(), emitted)]).await;
        }
        running.settled().await.unwrap();
        assert_eq!(seen.numbers(), (1..=emitted).collect::<Vec<_>>());
    }
}

pub(crate) async fn shutdown_finishes_the_event_in_hand_and_a_restart_goes_on<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (gate, seen) = (Arc::new(Semaphore::new(0)), Seen::default());
    let (started, mut starts) = mpsc::unbounded_channel();
    let (closed, notes) = (Arc::clone(&gate), seen.clone());
    let handler = move |_tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (closed, notes) = (Arc::clone(&closed), notes.clone());
        started.send(()).unwrap();
        async move {
            closed.acquire().await?.forget();
            notes.note(&event);
            Ok(())
        }
    };
    desk.emit(&[posted("a", 1), posted("a", 2), posted("b", 3)]).await;
    let first = desk.subscribe("resume").handle(handler.clone()).start().await.unwrap();
    starts.recv().await.unwrap();
    let bus = desk.bus.clone();
    let ending = tokio::spawn(async move { bus.shutdown().await });
    tokio::task::yield_now().await;
    assert_eq!(first.state(), State::Running, "the handler is not cut off");
    gate.add_permits(1);
    ending.await.unwrap().unwrap();
    assert_eq!((first.state(), seen.numbers()), (State::Ended, vec![1]));
    gate.add_permits(100);
    let second = desk.subscribe("resume").handle(handler).start().await.unwrap();
    second.settled().await.unwrap();
    assert_eq!(seen.attempts(), [(1, 1), (2, 1), (3, 1)]);
    let error = first.settled().await.unwrap_err();
    assert!(error.to_string().ends_with("it has ended"), "{error}");
}

pub(crate) async fn a_late_handler_is_named<S: Log>(store: S) {
    let desk = Desk::new(store);
    let gate = Arc::new(Semaphore::new(0));
    let (started, mut starts) = mpsc::unbounded_channel();
    let closed = Arc::clone(&gate);
    let handler = move |_: Event<Posted>| {
        let closed = Arc::clone(&closed);
        started.send(()).unwrap();
        async move {
            closed.acquire().await?.forget();
            Ok(())
        }
    };
    let running = desk.subscribe("late").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    starts.recv().await.unwrap();
    let error = desk.bus.shutdown_within(Duration::from_millis(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HandlerTimeout);
    for part in ["a_late_handler_is_named", "`late`", "`account.posted`"] {
        assert!(error.to_string().contains(part), "{error}");
    }
    gate.add_permits(1);
    running.shutdown().await.unwrap();
}

pub(crate) async fn a_second_start_takes_over<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (one, two) = (Seen::default(), Seen::default());
    let first = desk.subscribe("twice").handle(noting(&one)).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    first.settled().await.unwrap();
    let second = desk.subscribe("twice").handle(noting(&two)).start().await.unwrap();
    second.settled().await.unwrap();
    first.shutdown().await.unwrap();
    desk.emit(&[posted("a", 2)]).await;
    second.settled().await.unwrap();
    assert_eq!((one.numbers(), two.numbers()), (vec![1], vec![2]));
}

pub(crate) async fn starting_now_skips_the_past<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    desk.emit(&[posted("a", 1)]).await;
    let subscription = desk.subscribe("now").from(Start::Now).handle(noting(&seen));
    let running = subscription.start().await.unwrap();
    desk.emit(&[posted("a", 2)]).await;
    running.settled().await.unwrap();
    assert_eq!(seen.numbers(), [2]);
}

pub(crate) async fn an_uncommitted_event_is_not_delivered<S: Log>(store: S) {
    let desk = Desk::new(store);
    let seen = Seen::default();
    let running = desk.subscribe("visible").handle(noting(&seen)).start().await.unwrap();
    let mut open = desk.store.begin().await.unwrap();
    desk.store.append(&mut open, &[posted("a", 1).into()]).await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.numbers(), [0_i64; 0]);
    desk.store.commit(open).await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.numbers(), [1]);
    let mut open = desk.store.begin().await.unwrap();
    desk.store.append(&mut open, &[posted("a", 2).into()]).await.unwrap();
    desk.store.rollback(open).await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(seen.numbers(), [1]);
}

pub(crate) async fn dropping_every_handle_ends_it<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (one, two) = (Seen::default(), Seen::default());
    let other = EventBus::on(desk.store.clone());
    let running = desk.subscribe("dropped").handle(noting(&one)).start().await.unwrap();
    let Desk { bus, store, .. } = desk;
    drop((bus, running));
    let second = other.subscribe("dropped").handle(noting(&two)).start().await.unwrap();
    let mut transaction = store.begin().await.unwrap();
    store.append(&mut transaction, &[posted("a", 1).into()]).await.unwrap();
    store.commit(transaction).await.unwrap();
    second.settled().await.unwrap();
    assert_eq!((one.numbers(), two.numbers()), (vec![], vec![1]));
}

pub(crate) async fn a_receipt_waits_for_the_handler<S: Log>(store: S) {
    let desk = Desk::new(store);
    let handler = async |event: Event<Posted>| match event.0 {
        2 => Err(HandlerError::terminal("no such account")),
        _ => Ok(()),
    };
    let running = desk.subscribe("books").handle(handler).start().await.unwrap();
    let within = Duration::from_secs(30);
    let emit = async |n| {
        let mut tx = desk.store.begin().await.unwrap();
        let receipts = desk.bus.emit(&mut tx, Posted(n)).await.unwrap();
        let soon = receipts.handled_by("books", Duration::from_millis(10)).await.unwrap_err();
        assert_eq!(soon.kind(), ErrorKind::HandlerTimeout, "it is not committed");
        desk.store.commit(tx).await.unwrap();
        receipts
    };
    emit(1).await.handled_by("books", within).await.unwrap();
    let refused = emit(2).await.handled_by("books", within).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::MaxRetries);
    assert!(refused.to_string().ends_with("no such account"), "{refused}");
    let receipts = emit(3).await;
    let unknown = receipts.handled_by("nobody", within).await.unwrap_err();
    assert!(unknown.to_string().contains("not known to the database"), "{unknown}");
    running.settled().await.unwrap();
    let handler = async |_: Event<Noted>| Ok(());
    let notes = desk.subscribe("notes").handle(handler).start().await.unwrap();
    let never = receipts.handled_by("notes", within).await.unwrap_err();
    assert!(never.to_string().contains("handles no `account.posted`"), "{never}");
    notes.shutdown().await.unwrap();
}

async fn posted_only(_: Event<Posted>) -> Result<(), HandlerError> {
    Ok(())
}

async fn every(_: Event<Any>) -> Result<(), HandlerError> {
    Ok(())
}

async fn within<S: Log>(_: Tx<Faulty<S>>, _: Event<Noted>) -> Result<(), HandlerError> {
    Ok(())
}

pub(crate) async fn contradictions_are_refused_at_the_start<S: Log>(store: S) {
    let desk = Desk::new(store);
    let subscribe = |name: &str| desk.subscribe(name);
    let mistakes = [
        (
            subscribe("x").handle(posted_only).handle(every),
            "posted_only` and `relay::life::every` handle `account.posted`",
        ),
        (
            subscribe("x").handle(posted_only).handle(within::<S>),
            "takes a transaction and `relay::life::posted_only` does not",
        ),
        (subscribe("x"), "it has no handler"),
        (subscribe("X").handle(every), "a name is a lower-case letter"),
        (subscribe("x").page(0).handle(every), "`page`"),
        (subscribe("x").poll(Duration::ZERO).handle(every), "`poll`"),
    ];
    for (subscription, text) in mistakes {
        let error = subscription.start().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
        assert!(error.to_string().contains(text), "{error}");
    }
}
