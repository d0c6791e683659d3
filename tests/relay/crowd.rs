//! One aggregate that fails for ever, on the store in memory: thousands of rows take a database a while.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use eventbus_runtime::store::{Log, MOST_PARKED, Shards};
use eventbus_runtime::{Event, HandlerError, MemoryStore, Retry};

use crate::desk::{Desk, Seen};
use crate::events::{Posted, posted};

#[tokio::test]
async fn an_aggregate_with_too_many_events_in_trouble_stops_its_shard_alone() {
    let desk = Desk::new(MemoryStore::new());
    let (seen, healed) = (Seen::default(), Arc::new(AtomicBool::new(false)));
    let (notes, well) = (seen.clone(), Arc::clone(&healed));
    let handler = move |event: Event<Posted>| {
        let fails = event.0 == 0 && !well.load(SeqCst);
        if !fails {
            notes.note(&event);
        }
        ready(if fails { Err(HandlerError::retryable("not yet")) } else { Ok(()) })
    };
    let most = i64::try_from(MOST_PARKED).unwrap();
    let stubborn = Retry { attempts: u32::MAX, ..Retry::default() };
    let subscription = desk.bus.subscribe("crowd").retry(stubborn).handle(handler);
    let events: Vec<_> = (0..most + 2_000).map(|n| posted("a", n)).collect();
    desk.emit(&events).await;
    let running = subscription.start().await.unwrap();
    let others: Vec<_> = (0..40).map(|n| posted(&format!("other {n}"), n + 1)).collect();
    desk.emit(&others).await;
    while seen.numbers().len() < 30 {
        tokio::task::yield_now().await;
    }
    let shards = Shards::all(16);
    let rows = async || desk.store.troubles("crowd", &shards, i64::MAX, usize::MAX).await.unwrap();
    let troubles = rows().await;
    assert_eq!((troubles.keys.len(), troubles.crowded.len()), (1, 1));
    healed.store(true, SeqCst);
    running.settled().await.unwrap();
    assert_eq!(seen.of("a"), (0..most + 2_000).collect::<Vec<_>>());
    assert_eq!(seen.numbers().len(), events.len() + others.len());
}
