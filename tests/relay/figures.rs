//! How statistics are kept: once a minute, whatever happens, in paused time on the store in memory.

use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use eventbus_runtime::stats::NoteKind;
use eventbus_runtime::store::{Figures, Log, Noted};
use eventbus_runtime::{Event, MemoryStore};
use tokio::time::sleep;

use crate::desk::Desk;
use crate::events::{Posted, posted};

/// A minute and the seconds by which processes are apart.
const MINUTE: Duration = Duration::from_secs(75);

async fn kept<S: Log>(desk: &Desk<S>) -> u64 {
    let sums = desk.store.sums(0, None).await.unwrap();
    sums.values().map(|sums| sums.handled).sum()
}

async fn emit_many<S: Log>(desk: &Desk<S>, from: i64) {
    let events: Vec<_> = (from..from + 100).map(|n| posted("a", n)).collect();
    desk.emit(&events).await;
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_is_kept_once_a_minute() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let subscribe = |name| desk.subscribe(name).handle(handler).start();
    let (one, two) = (subscribe("one").await.unwrap(), subscribe("two").await.unwrap());
    for round in 0..10 {
        emit_many(&desk, round * 100).await;
        one.settled().await.unwrap();
        two.settled().await.unwrap();
    }
    assert_eq!((kept(&desk).await, desk.faults.keeps.load(SeqCst)), (0, 0), "not yet");
    sleep(MINUTE).await;
    assert_eq!(kept(&desk).await, 2_000);
    assert_eq!(desk.faults.keeps.load(SeqCst), 1, "once, for both subscriptions");
    sleep(10 * MINUTE).await;
    assert_eq!(desk.faults.keeps.load(SeqCst), 1, "where nothing came nothing is written");
    desk.bus.shutdown().await.unwrap();
    assert_eq!(desk.faults.keeps.load(SeqCst), 1);
}

#[tokio::test(start_paused = true)]
async fn what_the_database_does_not_take_is_kept_later() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |_: Event<Posted>| Ok(());
    let running = desk.subscribe("reader").handle(handler).start().await.unwrap();
    emit_many(&desk, 0).await;
    running.settled().await.unwrap();
    desk.faults.down.store(true, SeqCst);
    sleep(MINUTE).await;
    assert!(desk.faults.keeps.load(SeqCst) >= 1, "it was tried");
    assert_eq!(kept(&desk).await, 0);
    let told = desk.bus.stats().await.unwrap_err();
    assert!(told.to_string().contains("unreachable"), "{told}");
    desk.faults.down.store(false, SeqCst);
    sleep(MINUTE).await;
    assert_eq!(kept(&desk).await, 100);
    assert_eq!(desk.bus.stats().await.unwrap().total.handled, 100, "it is counted once");
    desk.bus.shutdown().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_takes_a_second_is_noted() {
    let desk = Desk::new(MemoryStore::new());
    let handler = async |event: Event<Posted>| {
        sleep(Duration::from_millis(if event.0 == 2 { 1_500 } else { 900 })).await;
        Ok(())
    };
    let running = desk.subscribe("reader").handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1), posted("a", 2), posted("a", 3)]).await;
    running.settled().await.unwrap();
    let slow = desk.bus.stats().slow(10).await.unwrap();
    assert_eq!(slow.len(), 1, "{slow:?}");
    assert!(slow[0].took.unwrap() >= Duration::from_millis(1_500));
    assert_eq!((slow[0].subscription.as_str(), slow[0].attempt), ("reader", 1));
    let told = desk.bus.stats().await.unwrap();
    let duration = told.total.duration.unwrap();
    assert!(duration.p50 >= Duration::from_millis(840), "{duration:?}");
    assert!(duration.max >= Duration::from_millis(1_500), "{duration:?}");
    running.shutdown().await.unwrap();
    let wanted =
        Noted { kind: NoteKind::Slow, since: 0, subscription: None, tenant: None, limit: 10 };
    assert_eq!(desk.store.notes(&wanted).await.unwrap(), slow, "it is kept at the end");
    assert_eq!(desk.bus.stats().slow(10).await.unwrap(), slow, "and told once");
}
