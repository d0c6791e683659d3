//! Correlation, causation and trace: from the handled event, from a scope, or from the call.

use std::sync::Arc;

use eventbus_runtime::store::Stored;
use eventbus_runtime::{Context, Event, HandlerError, RawEvent};
use serde_json::Value;
use tokio::sync::Notify;
use uuid::Uuid;

use eventbus_runtime::testing::suite::tools::log;

use crate::database::Database;
use crate::events::{NoteTaken, NoteTorn, note};

const TRACE: &str = "00-12345678901234567890123456789012-1234567890123456-01";

#[test]
fn every_vector_of_the_w3c_is_taken_or_refused() {
    let text = include_str!("trace-context/traceparent-vectors.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    assert_eq!(vectors.len(), 33);
    for vector in vectors {
        let header = vector["traceparent"].as_str().unwrap();
        let read = Context::from_traceparent(header);
        assert_eq!(read.is_ok(), vector["accepted"] == true, "{vector}");
        if let Ok(context) = read {
            assert_eq!(context.traceparent(), Some(TRACE), "{vector}");
        }
    }
}

#[test]
fn a_trace_state_is_a_list_of_members() {
    let context = Context::from_traceparent(TRACE).unwrap();
    let many = (0..33).map(|n| format!("a{n}=1")).collect::<Vec<_>>().join(",");
    for good in ["a=1", "a=1,b=2", " a=1 , b=2,", "t@s=x y", "0a_-*/=~", &many[..many.len() - 6]] {
        let context = context.clone().with_tracestate(good).unwrap();
        assert_eq!(context.tracestate(), Some(good));
        assert_eq!(context.with_traceparent(TRACE).unwrap().tracestate(), None, "another trace");
    }
    for bad in ["", ",", "a", "=1", "a=", "A=1", "a=1,a=2", "a=b=c", "a@B=1", "é=1", "a=é", &many]
    {
        assert!(context.clone().with_tracestate(bad).is_err(), "{bad}");
    }
    assert!(Context::new().with_tracestate("a=1").is_err(), "a state of no trace");
}

pub(crate) async fn a_handler_passes_its_context_on<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let tear = {
        let bus = bus.clone();
        move |event: Event<NoteTaken>| {
            let bus = bus.clone();
            async move {
                bus.emit(bus.store(), NoteTorn(1)).await?;
                if event.text == "again" {
                    return Ok(());
                }
                bus.emit(bus.store(), note("b", "again")).await?;
                Ok::<(), HandlerError>(())
            }
        }
    };
    let running = bus.subscribe("tear").handle(tear).start().await.unwrap();
    let emit = bus.emit(bus.store(), note("a", "b")).traceparent(TRACE).tracestate("a=1");
    let root = emit.await.unwrap().id();
    running.settled().await.unwrap();
    let log = log(&bus).await;
    let [first, torn, second, last] = &log[..] else { panic!("{log:?}") };
    let follows = |stored: &Stored, cause: &Stored| {
        let (envelope, cause) = (&stored.event.envelope, &cause.event.envelope);
        assert_eq!(envelope.causation_id, Some(cause.id));
        assert_eq!(envelope.correlation_id, Some(root));
        assert_eq!(envelope.traceparent.as_deref(), Some(TRACE));
        assert_eq!(envelope.tracestate.as_deref(), Some("a=1"));
    };
    follows(torn, first);
    follows(second, first);
    follows(last, second);
    assert_eq!(Context::current(), Context::new(), "outside of the handler there is none");
}

pub(crate) async fn a_transactional_handler_passes_its_context_on<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let inner = bus.clone();
    let handler = move |mut tx: eventbus_runtime::Tx<D::Store>, _: Event<NoteTaken>| {
        let bus = inner.clone();
        async move {
            bus.emit(&mut tx, NoteTorn(1)).await?;
            Ok::<(), HandlerError>(())
        }
    };
    let running = bus.subscribe("tear").handle(handler).start().await.unwrap();
    let correlation = Uuid::from_u128(7);
    let emit = bus.emit(bus.store(), note("a", "b")).correlation(correlation);
    let root = emit.await.unwrap().id();
    running.settled().await.unwrap();
    let torn = &log(&bus).await[1].event.envelope;
    assert_eq!((torn.causation_id, torn.correlation_id), (Some(root), Some(correlation)));
}

pub(crate) async fn a_scope_is_the_context_of_what_is_emitted_in_it<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let (correlation, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let context = Context::from_traceparent(TRACE).unwrap().with_tracestate("a=1").unwrap();
    let context = context.with_correlation(correlation).with_causation(other);
    let again: RawEvent = {
        let receipts = bus.emit(bus.store(), NoteTorn(0)).await.unwrap();
        let mut log = log(&bus).await;
        assert_eq!(log[0].event.envelope.id, receipts.id());
        log.remove(0).event
    };
    let scoped = async {
        bus.emit(bus.store(), NoteTorn(1)).await.unwrap();
        let next = TRACE.replace('2', "3");
        bus.emit(bus.store(), NoteTorn(2)).correlation(other).traceparent(next).await.unwrap();
        bus.emit(bus.store(), &again).await.unwrap();
        let bad = bus.emit(bus.store(), NoteTorn(3)).traceparent("00-1").await.unwrap_err();
        assert!(bad.to_string().contains("`00-1` is no W3C traceparent"), "{bad}");
    };
    context.scope(scoped).await;
    let log = log(&bus).await;
    let [_, one, two, repeated] = &log[..] else { panic!("{log:?}") };
    let one = &one.event.envelope;
    assert_eq!((one.correlation_id, one.causation_id), (Some(correlation), Some(other)));
    assert_eq!(one.traceparent.as_deref(), Some(TRACE));
    assert_eq!(one.tracestate.as_deref(), Some("a=1"));
    let two = &two.event.envelope;
    assert_eq!((two.correlation_id, two.causation_id), (Some(other), Some(other)));
    assert_eq!(two.tracestate, None, "the state belongs to the trace that was replaced");
    assert_eq!(repeated.event, again, "what is written again is not touched by the context");
}

/// That an emit wakes a subscription which would sleep for an hour.
pub(crate) async fn a_commit_of_the_buss_own_wakes_subscriptions<D: Database>() {
    let (_database, bus) = D::migrated().await;
    let handled = Arc::new(Notify::new());
    let notify = Arc::clone(&handled);
    let handler = move |_: Event<NoteTorn>| {
        notify.notify_one();
        std::future::ready(Ok::<(), HandlerError>(()))
    };
    let hour = std::time::Duration::from_hours(1);
    let running = bus.subscribe("sleeper").poll(hour).handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    bus.emit(bus.store(), NoteTorn(1)).await.unwrap();
    handled.notified().await;
    running.settled().await.unwrap();
    let work =
        async |mut tx: eventbus_runtime::BusTx<D::Store>| tx.emit(NoteTorn(2)).await.map(drop);
    bus.transaction(work).await.unwrap();
    handled.notified().await;
}
