//! Statistics.

use std::time::Duration;

use eventbus_runtime::stats::Figure;
use eventbus_runtime::store::{Link, Log};
use eventbus_runtime::{ErrorKind, Event, EventBus, HandlerError};
use uuid::Uuid;

use crate::desk::{ParcelLost, ParcelSent, name, subscribe};

/// What becomes of four parcels: two are handled at once, one at the second attempt, one never.
async fn deliver<S: Log>(bus: &EventBus<S>, name: &str) {
    let sent = |event: Event<ParcelSent>| async move {
        match (event.parcel, event.attempt()) {
            (2, 1) => Err(HandlerError::retryable("once")),
            (3, _) => Err(HandlerError::terminal("never")),
            _ => Ok(()),
        }
    };
    let running = subscribe(bus, name).handle(sent).start().await.unwrap();
    let parcels = (1..=4).map(|parcel| ParcelSent { parcel }).collect::<Vec<_>>();
    bus.emit(bus.store(), parcels).await.unwrap();
    running.settled().await.unwrap();
}

fn near(rate: Option<f64>, expected: f64) -> bool {
    rate.is_some_and(|rate| (rate - expected).abs() < 1e-9)
}

fn is_what_was_delivered(figure: &Figure) {
    let pending = (figure.pending.events, figure.lag_events.events, figure.oldest);
    assert_eq!(pending, (0, 0, None), "{figure}");
    assert_eq!((figure.handled, figure.retried, figure.given_up), (3, 1, 1), "{figure}");
    assert_eq!((figure.dead.events, figure.dead.exact), (1, true), "{figure}");
    assert!(near(figure.success_rate, 0.6) && near(figure.retry_rate, 0.2), "{figure}");
    assert!(near(figure.failure_rate, 0.2) && figure.throughput > 0.0, "{figure}");
    let latency = figure.latency.unwrap();
    assert!(latency.p50 <= latency.p95 && latency.p99 <= latency.max, "{figure}");
    assert!(latency.max < Duration::from_secs(60), "{figure}");
    assert!(figure.duration.unwrap().max > Duration::ZERO, "{figure}");
}

pub(crate) async fn stats_tell_what_became_of_events<S: Log>(bus: EventBus<S>) {
    let name = name();
    deliver(&bus, &name).await;
    let told = bus.stats().of_subscription(&name).await.unwrap();
    assert_eq!(told.subscriptions.len(), 1);
    assert_eq!(told.each.len(), 1);
    for figure in [&told.total, &told.subscriptions[0], &told.types[0], &told.each[0]] {
        is_what_was_delivered(figure);
    }
    assert_eq!(told.each[0].event_type.as_deref(), Some("parcel.sent"));
    let failed = bus.stats().of_subscription(&name).failed(10).await.unwrap();
    let errors: Vec<_> = failed.iter().map(|note| note.error.as_deref().unwrap()).collect();
    assert!(errors.contains(&"once") && errors.contains(&"never"), "{errors:?}");
    let given_up: Vec<_> = failed.iter().filter(|note| note.given_up).collect();
    assert_eq!((failed.len(), given_up.len()), (2, 1));
    assert_eq!(given_up[0].aggregate_id.as_deref(), Some("3"));
    let one = bus.stats().of_subscription(&name).of_type("parcel.*").failed(1).await.unwrap();
    assert_eq!(one.len(), 1);
    let slow = bus.stats().of_subscription(&name).slow(10).await.unwrap();
    assert_eq!(slow, [], "none took a second");
    bus.shutdown().await.unwrap();
}

/// Another bus has nothing in its own memory.
pub(crate) async fn what_was_counted_is_kept_at_the_end<S: Log>(bus: EventBus<S>) {
    let name = name();
    let other = EventBus::on(bus.store().clone());
    deliver(&bus, &name).await;
    assert_eq!(other.stats().await.unwrap().total.handled, 0, "it is not kept yet");
    bus.shutdown().await.unwrap();
    let told = other.stats().of_subscription(&name).await.unwrap();
    is_what_was_delivered(&told.total);
    let again = bus.stats().of_subscription(&name).await.unwrap();
    assert_eq!(again.total.handled, 3, "it is counted once");
    let failed = other.stats().failed(10).await.unwrap();
    assert_eq!(failed.len(), 2);
    let json = serde_json::to_value(&told).unwrap();
    assert_eq!(json["total"]["handled"], 3);
    assert!(told.to_string().contains("success 60.00 %"), "{told}");
}

pub(crate) async fn what_waits_is_told_with_its_age<S: Log>(bus: EventBus<S>) {
    let name = name();
    let (sent, lost) = (async |_: Event<ParcelSent>| Ok(()), async |_: Event<ParcelLost>| Ok(()));
    let subscription = subscribe(&bus, &name).handle(sent).handle(lost);
    subscription.start().await.unwrap().shutdown().await.unwrap();
    bus.emit(bus.store(), [1, 2, 3].map(|parcel| ParcelSent { parcel })).await.unwrap();
    bus.emit(bus.store(), ParcelLost { parcel: 1 }).await.unwrap();
    let told = bus.stats().await.unwrap();
    let figure = &told.subscriptions[0];
    assert_eq!(figure.subscription.as_deref(), Some(name.as_str()));
    assert_eq!((figure.lag_events.events, figure.lag_events.exact), (4, true), "{figure}");
    assert_eq!((figure.pending.events, figure.pending.exact), (4, true), "{figure}");
    assert!(figure.lag.is_some() && figure.lag == figure.oldest, "{figure}");
    assert_eq!((figure.handled, figure.success_rate, figure.latency), (0, None, None));
    let by_type: Vec<_> = told.types.iter().map(|figure| figure.pending.events).collect();
    assert_eq!(by_type, [1, 3], "parcel.lost and parcel.sent");
    let lost = bus.stats().of_type("parcel.lost").await.unwrap();
    assert_eq!(lost.total.pending.events, 1);
    let of_tenant = bus.stats().of_tenant("acme").await.unwrap();
    assert_eq!(of_tenant.total.pending.events, 0, "these are events of no tenant");
    let refused = bus.stats().of_type("Parcel").await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ValidationFailed);
}

pub(crate) async fn a_correlation_is_a_tree_of_what_handlers_emitted<S: Log>(bus: EventBus<S>) {
    let name = name();
    let emitter = bus.clone();
    let handler = move |event: Event<ParcelSent>| {
        let bus = emitter.clone();
        async move {
            let parcel = event.parcel;
            if parcel < 3 {
                bus.emit(bus.store(), ParcelSent { parcel: parcel + 1 }).await?;
            }
            bus.emit(bus.store(), ParcelLost { parcel }).await?;
            Ok::<_, HandlerError>(())
        }
    };
    let running = subscribe(&bus, &name).handle(handler).start().await.unwrap();
    let receipt = bus.emit(bus.store(), ParcelSent { parcel: 1 }).await.unwrap();
    bus.emit(bus.store(), ParcelLost { parcel: 9 }).await.unwrap();
    running.settled().await.unwrap();
    running.settled().await.unwrap();
    running.settled().await.unwrap();
    let told = bus.correlation(receipt.id()).await.unwrap();
    let shape: Vec<_> = told.events.iter().map(|node| (node.depth, type_of(&node.event))).collect();
    let expected = [(0, "sent"), (1, "sent"), (2, "sent"), (3, "lost"), (2, "lost"), (1, "lost")];
    assert_eq!(shape, expected, "{told}");
    assert!(!told.more && told.events.iter().all(|node| !node.cause_is_missing), "{told}");
    let nothing = bus.correlation(Uuid::now_v7()).await.unwrap();
    assert_eq!(nothing.events, []);
    bus.shutdown().await.unwrap();
}

fn type_of(link: &Link) -> &str {
    link.event_type.strip_prefix("parcel.").unwrap()
}
