//! Transactional handlers: whatever fails, the effects of an event happen once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use eventbus_runtime::store::{Log, Store};
use eventbus_runtime::{Event, HandlerError, LetterFilter, RawEvent, Retry, Running, Tx};
use tokio::sync::{mpsc, oneshot};

use crate::desk::{Desk, counts};
use crate::events::{Posted, noted, posted};
use crate::faulty::Faulty;

/// Notes each event in the transaction, then fails on those that `fails` chooses by number and attempt.
async fn auditing<S: Log>(
    desk: &Desk<S>,
    page: usize,
    fails: impl Fn(i64, u32) -> bool + Send + Sync + 'static,
) -> (Running<Faulty<S>>, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let (store, called, fails) = (desk.store.clone(), Arc::clone(&calls), Arc::new(fails));
    let handler = move |mut tx: Tx<Faulty<S>>, event: Event<Posted>| {
        let (store, fails) = (store.clone(), Arc::clone(&fails));
        called.fetch_add(1, SeqCst);
        async move {
            store.append(&mut tx, &[noted(event.0).into()]).await?;
            match fails(event.0, event.attempt()) {
                true => Err(HandlerError::retryable("chosen")),
                false => Ok(()),
            }
        }
    };
    let subscription = desk.subscribe("audit").page(page).handle(handler);
    (subscription.start().await.unwrap(), calls)
}

fn accounts(numbers: std::ops::RangeInclusive<i64>) -> Vec<RawEvent> {
    numbers.map(|n| posted(&n.to_string(), n)).collect()
}

async fn sorted_audits<S: Log>(desk: &Desk<S>) -> Vec<i64> {
    let mut audits = desk.audits().await;
    audits.sort_unstable();
    audits
}

pub(crate) async fn effects_happen_once_around_a_failure<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=6)).await;
    let (running, calls) = auditing(&desk, 100, |n, attempt| n == 4 && attempt == 1).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1, 2, 3, 5, 6, 4]);
    // Those ran again that were in its transaction: all three, unless they took so long that some were committed before.
    let calls = calls.load(SeqCst);
    assert!((6 + 1..=6 + 3 + 1).contains(&calls), "{calls} calls, the retry included");
    assert_eq!(counts(&running), (6, 1, 0));
}

pub(crate) async fn effects_of_a_retried_event_happen_once<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&[posted("a", 1), posted("a", 2), posted("b", 3), posted("a", 4)]).await;
    let (running, _) = auditing(&desk, 2, |n, attempt| n == 1 && attempt < 3).await;
    running.settled().await.unwrap();
    assert_eq!(sorted_audits(&desk).await, [1, 2, 3, 4]);
    assert_eq!(counts(&running), (4, 2, 0));
}

pub(crate) async fn a_timed_out_transaction_is_discarded<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=2)).await;
    let handler = async |tx: Tx<Faulty<S>>, event: Event<Posted>| {
        if event.0 == 2 && event.attempt() == 1 {
            std::future::pending::<()>().await;
        }
        drop(tx);
        Ok(())
    };
    let subscription = desk.subscribe("slow").timeout(Duration::from_millis(30)).handle(handler);
    let running = subscription.start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (2, 1, 0));
    assert_eq!(desk.faults.discards.load(SeqCst), 1);
}

/// A transaction that a handler kept, and what tells that the handler has ended.
type Kept<S> = (Tx<Faulty<S>>, oneshot::Receiver<()>);

pub(crate) async fn a_kept_transaction_fails_the_delivery<S: Log>(store: S) {
    let desk = Desk::new(store);
    let (send, mut kept) = mpsc::unbounded_channel::<Kept<S>>();
    let handler = move |tx: Tx<Faulty<S>>, event: Event<Posted>| {
        // Dropping the sender, with the handler's future, tells that it has ended.
        let (ending, ended) = oneshot::channel();
        send.send((tx, ended)).unwrap();
        async move {
            drop((event, ending));
            Ok(())
        }
    };
    let keeper = tokio::spawn(async move {
        let (tx, ended) = kept.recv().await.unwrap();
        ended.await.unwrap_err();
        drop(tx);
    });
    let once = Retry { attempts: 1, ..Retry::default() };
    let running = desk.subscribe("keeper").retry(once).handle(handler).start().await.unwrap();
    desk.emit(&[posted("a", 1)]).await;
    keeper.await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(counts(&running), (0, 0, 1));
    let letters = running.dead_letters().await.unwrap();
    assert!(letters[0].message.contains("ended without giving its transaction back"));
}

pub(crate) async fn a_stale_fence_ends_the_ownership<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.faults.fenced.store(true, SeqCst);
    desk.emit(&accounts(1..=3)).await;
    let (running, calls) = auditing(&desk, 100, |_, _| false).await;
    running.settled().await.unwrap();
    assert_eq!(desk.audits().await, [1, 2, 3]);
    // Those that take long are committed one by one, so the first run may have been of fewer than three.
    let calls = calls.load(SeqCst);
    assert!(
        (3 + 1..=3 + 3).contains(&calls),
        "nothing of the first run was committed: {calls} calls"
    );
    assert!(desk.faults.takes.load(SeqCst) >= 3, "twice for the relay, once for the audits");
    assert_eq!(counts(&running), (3, 0, 0));
}

pub(crate) async fn a_transaction_refused_at_its_end_is_traced_to_its_event<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=8)).await;
    let faults = Arc::clone(&desk.faults);
    let poison = move |n, _| {
        faults.poisoned.fetch_or(n == 3, SeqCst);
        false
    };
    let (running, _) = auditing(&desk, 100, poison).await;
    running.settled().await.unwrap();
    assert_eq!(sorted_audits(&desk).await, [1, 2, 4, 5, 6, 7, 8]);
    let letters = running.dead_letters().await.unwrap();
    assert_eq!((letters.len(), letters[0].attempts), (1, 3));
    assert_eq!(letters[0].data(), "{\"n\":3}");
    assert!(letters[0].message.ends_with("transaction was refused: deferred constraint"));
}

pub(crate) async fn a_lost_answer_to_a_commit_repeats_nothing<S: Log>(store: S) {
    let desk = Desk::new(store);
    for page in [100, 1] {
        desk.emit(&accounts(1..=3)).await;
        desk.faults.lost.store(true, SeqCst);
        let (running, _) = auditing(&desk, page, |_, _| false).await;
        running.settled().await.unwrap();
        running.shutdown().await.unwrap();
    }
    assert_eq!(sorted_audits(&desk).await, [1, 1, 2, 2, 3, 3]);
    assert_eq!(desk.bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0);
}

pub(crate) async fn a_lost_connection_costs_no_attempt<S: Log>(store: S) {
    let desk = Desk::new(store);
    desk.emit(&accounts(1..=4)).await;
    let (faults, strikes) = (Arc::clone(&desk.faults), AtomicUsize::new(0));
    let breaks = move |n, _| {
        let at_commit = n == 2 && strikes.fetch_add(1, SeqCst) < 2;
        let inside = n == 3 && (2..5).contains(&strikes.fetch_add(1, SeqCst));
        faults.poisoned.fetch_or(at_commit, SeqCst);
        faults.broken.fetch_or(inside, SeqCst);
        inside
    };
    let (running, _) = auditing(&desk, 1, breaks).await;
    running.settled().await.unwrap();
    assert_eq!(sorted_audits(&desk).await, [1, 2, 3, 4]);
    assert_eq!(counts(&running), (4, 0, 0));
}
