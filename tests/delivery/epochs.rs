//! A database that is restored into another cluster, whose transaction ids begin anew, goes on without a loss.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use eventbus_runtime::{LetterFilter, PgBus};
use eventbus_tests::postgres::PgDatabase;
use eventbus_tests::random::seeded;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::writers::{follow, tables, values, write};

/// The follower fails on a gap, on a repetition and on a step back.
async fn handled_what_was_written(bus: &PgBus) {
    assert_eq!(bus.dead_letters().count(&LetterFilter::all()).await.unwrap(), 0, "in turn");
    let written = values(bus.pool(), "counter").await;
    assert_eq!(values(bus.pool(), "follower").await, written);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_restored_while_it_was_written_to_is_handled_exactly_once() {
    let mut random = seeded();
    let first = PgDatabase::new().await;
    let bus = first.bus().await;
    tables(bus.pool()).await;
    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    for _ in 0..30 {
        write(&bus, &mut random).await;
    }
    running.settled().await.unwrap();
    let ended = Arc::new(AtomicBool::new(false));
    let emitter = {
        let (bus, ended) = (bus.clone(), Arc::clone(&ended));
        let mut random = StdRng::seed_from_u64(random.random());
        tokio::spawn(async move {
            while !ended.load(SeqCst) {
                write(&bus, &mut random).await;
            }
        })
    };
    let second = first.restored_elsewhere().await;
    ended.store(true, SeqCst);
    emitter.await.unwrap();
    bus.shutdown().await.unwrap();

    let bus = second.bus().await;
    for _ in 0..30 {
        write(&bus, &mut random).await;
    }
    let running = bus.subscribe("follower").page(16).handle(follow).start().await.unwrap();
    running.settled().await.unwrap();
    handled_what_was_written(&bus).await;
    for _ in 0..30 {
        write(&bus, &mut random).await;
    }
    running.settled().await.unwrap();
    handled_what_was_written(&bus).await;
    bus.shutdown().await.unwrap();
}
