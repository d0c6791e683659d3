//! Beside a pooler, a connection to the server itself has what needs a session.

use std::sync::Arc;
use std::time::Duration;

use eventbus_runtime::store::{Capability, Log};
use eventbus_runtime::{Event, HandlerError, PgBus};
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::takeover::{Seen, Victim, all_seen, read_all, replica};
use crate::warnings::Warnings;
use crate::{MeterRead, Pooled, read};

async fn with_direct(url: &str, direct: &str) -> PgBus {
    let bus = PgBus::connect(url).await.unwrap();
    bus.with_direct(direct.parse().unwrap())
}

/// Waits for a subscription that never polls by itself once it sleeps.
async fn is_woken(pooled: &Pooled, bus: &PgBus) {
    let other = pooled.bus().await;
    let (handled, mut events) = mpsc::unbounded_channel();
    let handler = move |event: Event<MeterRead>| {
        handled.send(event.n).unwrap();
        std::future::ready(Ok::<_, HandlerError>(()))
    };
    let hour = Duration::from_secs(3600);
    let running = bus.subscribe("sleeper").poll(hour).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    for n in 0..3 {
        let mut tx = other.begin().await.unwrap();
        other.emit(&mut tx, read("a", n)).await.unwrap();
        tx.commit().await.unwrap();
        let heard = timeout(Duration::from_secs(20), events.recv()).await;
        assert_eq!(heard.expect("it is woken"), Some(n));
    }
    bus.shutdown().await.unwrap();
}

#[tokio::test]
async fn commits_of_others_are_found_without_one() {
    let pooled = Pooled::with(3).await;
    let bus = pooled.bus().await;
    is_woken(&pooled, &bus).await;
    for _ in 0..2 {
        let rung = timeout(Duration::from_secs(20), bus.store().rung()).await;
        rung.expect("whoever sleeps is woken now and then");
    }
    assert_eq!(pooled.left().await, 0);
}

#[tokio::test]
async fn commits_of_others_are_heard_by_it() {
    let pooled = Pooled::with(3).await;
    let warnings = Warnings::listen();
    let bus = with_direct(&pooled.bouncer.url(), &pooled.database.url()).await;
    assert_eq!(bus.store().capabilities(), Capability::ALL);
    is_woken(&pooled, &bus).await;
    // The lock of the replica's session, and with it the doorbell's where it sleeps.
    assert!(pooled.left().await > 0);
    assert_eq!(
        warnings.of_poolers().len(),
        1,
        "the other bus has none: {:?}",
        warnings.of_poolers()
    );
}

#[tokio::test]
async fn a_replica_that_died_is_replaced_at_once() {
    let hours = Duration::from_secs(36_000);
    let pooled = Pooled::with(3).await;
    let (url, direct) = (pooled.bouncer.url(), pooled.database.url());
    let bus = with_direct(&url, &direct).await;
    let victim = Victim::start(async move { with_direct(&url, &direct).await }, hours).await;
    read_all(&bus, 0).await;
    victim.die().await;
    let seen = Seen::default();
    let (tell, mut told) = mpsc::unbounded_channel();
    let _survivor = replica(&bus, hours, Arc::clone(&seen), tell).await;
    read_all(&bus, 1).await;
    all_seen(&seen, &mut told).await;
    bus.shutdown().await.unwrap();
}

#[tokio::test]
async fn one_that_is_none_is_told_and_done_without() {
    let pooled = Pooled::with(3).await;
    let warnings = Warnings::listen();
    let bus = with_direct(&pooled.bouncer.url(), &pooled.bouncer.url()).await;
    let running =
        bus.subscribe("a").handle(async |_: Event<MeterRead>| Ok(())).start().await.unwrap();
    bus.emit(bus.pool(), read("a", 1)).await.unwrap();
    running.settled().await.unwrap();
    let said = warnings.of_poolers();
    assert!(said.len() == 1 && said[0].contains("give one to the server itself"), "{said:?}");
    assert_eq!(pooled.left().await, 0);
    bus.shutdown().await.unwrap();
}
