//! A signal ends every subscription in order.

use std::future::pending;
use std::process::{Command, id};

use eventbus_runtime::{ErrorKind, Event, HandlerError, MemoryStore, State};
use tokio::sync::{Mutex, mpsc};

use crate::desk::Desk;
use crate::events::{Noted, Posted, posted};

/// A signal reaches the whole process: where the cases share one, they take turns.
static TURN: Mutex<()> = Mutex::const_new(());

/// Sends SIGTERM to this very process.
fn terminate() {
    // The shell's own `kill`: a bare Debian has no other.
    let sent = Command::new("sh").args(["-c", &format!("kill -TERM {}", id())]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test]
async fn sigterm_shuts_down() {
    let _turn = TURN.lock().await;
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let running = desk.subscribe("signal").handle(handler).start().await.unwrap();
    let bus = desk.bus.clone();
    let main = tokio::spawn(async move { bus.run_until_signal().await });
    // One turn of this runtime is enough for the task to begin listening.
    tokio::task::yield_now().await;
    terminate();
    main.await.unwrap().unwrap();
    assert_eq!(running.state(), State::Ended);
}

#[tokio::test]
async fn a_second_signal_ends_the_wait() {
    let _turn = TURN.lock().await;
    let desk = Desk::new(MemoryStore::new());
    let (started, mut starts) = mpsc::unbounded_channel();
    let handler = move |_: Event<Posted>| {
        started.send(()).unwrap();
        pending::<Result<(), HandlerError>>()
    };
    let running = desk.subscribe("signals").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    starts.recv().await.unwrap();
    let idle = desk.subscribe("idle").handle(async |_: Event<Noted>| Ok(())).start().await.unwrap();
    let bus = desk.bus.clone();
    let main = tokio::spawn(async move { bus.run_until_signal().await });
    tokio::task::yield_now().await;
    terminate();
    // The idle subscription ends when the first signal has arrived.
    while idle.state() != State::Ended {
        tokio::task::yield_now().await;
    }
    terminate();
    let error = main.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::HandlerTimeout);
    assert!(error.to_string().contains("second signal, SIGTERM: handler `relay::"), "{error}");
    assert_eq!(running.state(), State::Running);
}
