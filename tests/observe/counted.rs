//! Counters and histograms.

use std::time::{Duration, SystemTime};

use eventbus_runtime::store::Log;
use eventbus_runtime::{Error, ErrorKind, Event, EventBus, HandlerError, Tx};
use tokio::sync::mpsc;

use crate::desk::{ParcelEvent, ParcelLost, ParcelSent, count, name, recorder, subscribe, value};

fn emitted(event_type: &str) -> f64 {
    value("eventbus_emitted_total", &[("event_type", event_type)]).unwrap_or(0.0)
}

fn emit_duplicates(event_type: &str) -> f64 {
    value("eventbus_emit_duplicates_total", &[("event_type", event_type)]).unwrap_or(0.0)
}

pub(crate) async fn what_becomes_of_events_is_counted_by_type<S: Log>(bus: EventBus<S>) {
    let name = name();
    let sent = |event: Event<ParcelSent>| async move {
        match (event.parcel, event.attempt()) {
            (1, _) => Ok(()),
            (2, 1) => Err(HandlerError::retryable("once")),
            (3, _) => Err(HandlerError::terminal("never")),
            (4, _) => {
                let known = Error::new(ErrorKind::DuplicateEvent, "known");
                Err(HandlerError::from_boxed(known))
            }
            _ => Ok(()),
        }
    };
    let lost = |_: Event<ParcelLost>| async { Ok::<_, HandlerError>(()) };
    let running = subscribe(&bus, &name).handle(sent).handle(lost).start().await.unwrap();
    let parcels = (1..=4).map(|parcel| ParcelSent { parcel }).collect::<Vec<_>>();
    bus.emit(bus.store(), parcels).await.unwrap();
    bus.emit(bus.store(), ParcelLost { parcel: 9 }).await.unwrap();
    running.settled().await.unwrap();
    let of = |metric: &str, event_type: &str| count(metric, &name, event_type);
    assert_eq!(of("eventbus_processed_total", "parcel.sent"), 3.0, "1, 2 and what 4 knew");
    assert_eq!(of("eventbus_duplicates_skipped_total", "parcel.sent"), 1.0);
    assert_eq!(of("eventbus_retries_total", "parcel.sent"), 1.0);
    assert_eq!(of("eventbus_dead_lettered_total", "parcel.sent"), 1.0);
    assert_eq!(of("eventbus_processed_total", "parcel.lost"), 1.0);
    assert_eq!(of("eventbus_dead_lettered_total", "parcel.lost"), 0.0);
    assert_eq!(of("eventbus_delivery_latency_seconds_count", "parcel.sent"), 3.0);
    let latency = of("eventbus_delivery_latency_seconds_sum", "parcel.sent");
    assert!((0.0..60.0).contains(&latency), "{latency} s");
    assert_eq!(of("eventbus_handler_duration_seconds_count", "parcel.sent"), 5.0, "every call");
    assert_eq!(running.stats().total.duplicates, 1);
    bus.shutdown().await.unwrap();
}

pub(crate) async fn emits_and_their_duplicates_are_counted_wherever_they_go<S: Log>(
    bus: EventBus<S>,
) {
    recorder();
    let sent = |parcel| ParcelEvent::Sent { parcel };
    let (before, taken) = (emitted("parcel.sent"), emit_duplicates("parcel.sent"));
    let mut tx = bus.store().begin().await.unwrap();
    bus.emit(&mut tx, [sent(1), sent(2)]).await.unwrap();
    bus.store().commit(tx).await.unwrap();
    bus.emit(bus.store(), sent(3)).key("three").await.unwrap();
    bus.emit(bus.store(), sent(3)).key("three").await.unwrap();
    let buffered = bus.transaction(async |mut tx| {
        tx.emit(sent(4)).await?;
        tx.emit(sent(3)).key("three").await?;
        tx.emit(sent(5)).await?;
        Ok::<_, Error>(())
    });
    buffered.await.unwrap();
    // Other cases of this process may emit meanwhile.
    assert!(emitted("parcel.sent") - before >= 5.0);
    assert!(emit_duplicates("parcel.sent") - taken >= 2.0);
}

/// The handler of an event writes, its transaction is rolled back for the failure of the next one, and it is called again.
pub(crate) async fn a_scheduled_event_is_counted_when_it_comes_into_the_log<S: Log>(
    bus: EventBus<S>,
) {
    let name = name();
    let before = emitted("parcel.sent");
    let hour = Duration::from_secs(3_600);
    bus.emit(bus.store(), ParcelSent { parcel: 1 }).deliver_after(hour).await.unwrap();
    assert_eq!(emitted("parcel.sent"), before);
    let (tell, mut told) = mpsc::unbounded_channel();
    let sent = move |_: Event<ParcelSent>| {
        tell.send(()).unwrap();
        async { Ok::<_, HandlerError>(()) }
    };
    let running = subscribe(&bus, &name).handle(sent).start().await.unwrap();
    bus.emit(bus.store(), ParcelSent { parcel: 2 })
        .deliver_at(SystemTime::UNIX_EPOCH)
        .await
        .unwrap();
    told.recv().await.unwrap();
    running.shutdown().await.unwrap();
    assert_eq!(emitted("parcel.sent"), before + 1.0);
}

pub(crate) async fn a_step_that_is_not_committed_counts_nothing<S: Log>(bus: EventBus<S>) {
    let name = name();
    let handler = |_tx: Tx<S>, event: Event<ParcelSent>| async move {
        if event.parcel == 2 { Err(HandlerError::terminal("no")) } else { Ok(()) }
    };
    bus.emit(bus.store(), [1, 2].map(|parcel| ParcelSent { parcel })).await.unwrap();
    let running = subscribe(&bus, &name).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    assert_eq!(count("eventbus_processed_total", &name, "parcel.sent"), 1.0);
    assert_eq!(count("eventbus_dead_lettered_total", &name, "parcel.sent"), 1.0);
    assert_eq!(count("eventbus_delivery_latency_seconds_count", &name, "parcel.sent"), 1.0);
    assert_eq!(count("eventbus_handler_duration_seconds_count", &name, "parcel.sent"), 3.0);
    bus.shutdown().await.unwrap();
}

pub(crate) async fn an_ephemeral_subscription_counts_too<S: Log>(bus: EventBus<S>) {
    recorder();
    let before = count("eventbus_processed_total", "ephemeral", "parcel.lost");
    let (seen, mut sees) = mpsc::unbounded_channel();
    let handler = move |event: Event<ParcelLost>| {
        seen.send(event.parcel).unwrap();
        async { Ok::<_, HandlerError>(()) }
    };
    let listening = bus.ephemeral().handle(handler).start().await.unwrap();
    bus.emit(bus.store(), ParcelLost { parcel: 1 }).await.unwrap();
    assert_eq!(sees.recv().await, Some(1));
    listening.shutdown().await.unwrap();
    assert!(count("eventbus_processed_total", "ephemeral", "parcel.lost") > before);
}
