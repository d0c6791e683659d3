//! Scheduled events reach the subscriptions: when they are due, once, and in order.

use std::sync::atomic::Ordering::SeqCst;
use std::time::{Duration, UNIX_EPOCH};

use eventbus_runtime::store::Log;
use eventbus_runtime::{Event, Running, ScheduleFilter};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::desk::{Desk, Seen};
use crate::events::{Posted, posted};
use crate::faulty::Faulty;

/// A plain subscription that tells of each number as it comes.
async fn telling<S: Log>(desk: &Desk<S>) -> (Running<Faulty<S>>, mpsc::UnboundedReceiver<i64>) {
    let (tell, told) = mpsc::unbounded_channel();
    let handler = move |event: Event<Posted>| {
        tell.send(event.0).unwrap();
        async { Ok(()) }
    };
    (desk.subscribe("posts").handle(handler).start().await.unwrap(), told)
}

async fn some(told: &mut mpsc::UnboundedReceiver<i64>, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    while numbers.len() < count {
        numbers.push(told.recv().await.unwrap());
    }
    numbers
}

pub(crate) async fn scheduled_events_arrive_when_they_are_due_and_in_order<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (running, mut told) = telling(&desk).await;
    let began = Instant::now();
    let emit = async |n, millis| {
        let emitting = desk.bus.emit(desk.bus.store(), posted("a", n));
        emitting.deliver_after(Duration::from_millis(millis)).await.unwrap()
    };
    emit(3, 600).await;
    emit(2, 300).await;
    // A time in the past is due at once.
    let past = UNIX_EPOCH + Duration::from_secs(1);
    desk.bus.emit(desk.bus.store(), posted("a", 1)).deliver_at(past).await.unwrap();
    let mut times = Vec::new();
    for n in 1..=3 {
        assert_eq!(told.recv().await, Some(n));
        times.push(began.elapsed());
    }
    // Milliseconds are cut off.
    assert!(times[1] >= Duration::from_millis(299), "{times:?}");
    assert!(times[2] >= Duration::from_millis(599), "{times:?}");
    running.settled().await.unwrap();
    assert_eq!(running.stats().total.handled, 3);
    assert_eq!(desk.bus.scheduled().count(&ScheduleFilter::all()).await.unwrap(), 0);
}

pub(crate) async fn an_earlier_one_of_another_process_wakes_who_waits_for_a_later_one<S: Log>(
    store: S,
) {
    let (desk, other) = (Desk::new(store.clone()), Desk::new(store));
    let (_running, mut told) = telling(&desk).await;
    let hour = Duration::from_secs(3_600);
    desk.bus.emit(desk.bus.store(), posted("a", 2)).deliver_after(hour).await.unwrap();
    let soon = Duration::from_millis(50);
    other.bus.emit(other.bus.store(), posted("a", 1)).deliver_after(soon).await.unwrap();
    assert_eq!(told.recv().await, Some(1));
    assert_eq!(desk.bus.scheduled().count(&ScheduleFilter::all()).await.unwrap(), 1);
}

pub(crate) async fn the_schedule_moves_without_a_subscription<S: Log>(store: S) {
    let (desk, emitter) = (Desk::new(store.clone()), Desk::new(store));
    let (running, mut told) = telling(&desk).await;
    running.shutdown().await.unwrap();
    emitter.bus.emit(emitter.bus.store(), posted("a", 1)).deliver_at(UNIX_EPOCH).await.unwrap();
    let left = async || emitter.bus.scheduled().count(&ScheduleFilter::all()).await.unwrap();
    assert_eq!(left().await, 1);
    let scheduled = emitter.bus.scheduled();
    let gone = async {
        while left().await > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = scheduled.run() => unreachable!("it runs as long as it is polled"),
        () = gone => {}
    }
    let (_running, mut again) = telling(&desk).await;
    assert_eq!(again.recv().await, Some(1));
    told.close();
}

pub(crate) async fn a_schedule_of_a_transaction_of_the_bus_waits_for_its_commit<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (_running, mut told) = telling(&desk).await;
    let failed = desk
        .bus
        .transaction(async |mut tx| {
            tx.emit(posted("a", 9)).deliver_at(UNIX_EPOCH).await?;
            Err::<(), _>(eventbus_runtime::Error::new(
                eventbus_runtime::ErrorKind::Store,
                "changed its mind",
            ))
        })
        .await;
    failed.unwrap_err();
    let id = desk
        .bus
        .transaction(async |mut tx| {
            tx.emit(posted("a", 1)).deliver_at(UNIX_EPOCH).await?;
            let regretted = tx.emit(posted("a", 8)).deliver_at(UNIX_EPOCH).await?.id();
            assert!(desk.bus.scheduled().cancel(&mut tx, regretted).await?);
            tx.emit(posted("a", 2)).await.map(|receipts| receipts.id())
        })
        .await
        .unwrap();
    assert!(!id.is_nil());
    let mut numbers = some(&mut told, 2).await;
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2]);
}

pub(crate) async fn an_event_that_the_log_refuses_holds_up_no_other<S: Log>(store: S) {
    let desk = Desk::new(store);
    let unwanted = posted("a", 2);
    *desk.faults.unwanted.lock().unwrap() = Some(unwanted.data.clone());
    let events = [posted("a", 1), unwanted, posted("a", 3), posted("b", 4)];
    let ids = desk.bus.emit(desk.bus.store(), &events).deliver_at(UNIX_EPOCH).await.unwrap().ids();
    let (running, mut told) = telling(&desk).await;
    let mut numbers = some(&mut told, 2).await;
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 4], "and its sibling waits for it");
    let held = loop {
        let waiting = desk.bus.scheduled().list(&ScheduleFilter::all(), None, 10).await.unwrap();
        if waiting.len() == 2 && waiting[0].failures > 0 {
            break waiting;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(held[0].id(), ids[1]);
    assert_eq!(held[0].failure.as_deref(), Some("nobody wants this"));
    *desk.faults.unwanted.lock().unwrap() = None;
    assert_eq!(some(&mut told, 2).await, [2, 3], "it is tried again by itself");
    running.settled().await.unwrap();
}

pub(crate) async fn movers_of_several_buses_keep_every_order<S: Log>(store: S) {
    let desks: Vec<Desk<S>> = (0..3).map(|_| Desk::new(store.clone())).collect();
    let (seen, mut running) = (Seen::default(), Vec::new());
    for desk in &desks {
        let notes = seen.clone();
        let handler = move |event: Event<Posted>| {
            notes.note(&event);
            async { Ok(()) }
        };
        running.push(desk.subscribe("posts").handle(handler).start().await.unwrap());
    }
    let (accounts, each) = (["a", "b", "c"], 60_i64);
    for n in 0..each {
        for account in accounts {
            let emitting = desks[0].bus.emit(desks[0].bus.store(), posted(account, n));
            // Due in the order of the numbers, scheduled in the reverse one, and in the past: all of them are due.
            let due = UNIX_EPOCH + Duration::from_millis(u64::try_from(n).unwrap());
            emitting.deliver_at(due).await.unwrap();
        }
    }
    let total = each * 3;
    while i64::try_from(seen.numbers().len()).unwrap() < total {
        tokio::task::yield_now().await;
    }
    for account in accounts {
        assert_eq!(seen.of(account), (0..each).collect::<Vec<_>>(), "{account}");
    }
    for running in running {
        running.shutdown().await.unwrap();
    }
    assert_eq!(i64::try_from(seen.numbers().len()).unwrap(), total, "none came twice");
}

#[tokio::test(start_paused = true)]
async fn an_empty_schedule_is_looked_at_once_a_second_and_an_emit_costs_no_look() {
    let desk = Desk::new(eventbus_runtime::MemoryStore::new());
    let (running, mut told) = telling(&desk).await;
    running.settled().await.unwrap();
    let before = desk.faults.agenda.load(SeqCst);
    for n in 0..60 {
        desk.bus.emit(desk.bus.store(), posted("a", n)).await.unwrap();
        assert_eq!(told.recv().await, Some(n));
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let looks = desk.faults.agenda.load(SeqCst) - before;
    assert!((58..=62).contains(&looks), "{looks} looks in a minute");
    running.shutdown().await.unwrap();
    let at_the_end = desk.faults.agenda.load(SeqCst);
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(desk.faults.agenda.load(SeqCst), at_the_end, "nobody looks without a subscription");
}

#[tokio::test(start_paused = true)]
async fn a_long_time_is_slept_through_and_hit() {
    let desk = Desk::new(eventbus_runtime::MemoryStore::new());
    let (_running, mut told) = telling(&desk).await;
    let long = Duration::from_secs(600);
    let began = Instant::now();
    desk.bus.emit(desk.bus.store(), posted("a", 1)).deliver_after(long).await.unwrap();
    assert_eq!(told.recv().await, Some(1));
    let late = began.elapsed() - long;
    assert!(late < Duration::from_millis(20), "{late:?}");
}

#[tokio::test]
async fn a_time_out_of_range_is_refused_and_nothing_is_written() {
    let desk = Desk::new(eventbus_runtime::MemoryStore::new());
    let emit = || desk.bus.emit(desk.bus.store(), posted("a", 1));
    let far = UNIX_EPOCH + Duration::from_secs(40_000_000_000);
    let refused = emit().deliver_at(far).await.unwrap_err();
    assert_eq!(refused.kind(), eventbus_runtime::ErrorKind::ValidationFailed);
    assert!(refused.to_string().contains("check the unit"), "{refused}");
    emit().deliver_after(eventbus_runtime::MAX_DELAY * 2).await.unwrap_err();
    assert_eq!(desk.bus.scheduled().count(&ScheduleFilter::all()).await.unwrap(), 0);
}
