//! The spans of handlers, and what they emit.

use std::future::ready;

use eventbus_runtime::{Event, EventBus, Events, HandlerError, MemoryBus};
use opentelemetry::trace::SpanId;
use serde_json::Value;
use tracing::{Instrument, Span, info_span};

use crate::{ParcelArrived, ParcelSent, Spans, context, sent, traceparent, traces};

/// A subscription whose handler answers `Sent` with `Arrived`, in a span of its own where `inner` says so.
async fn answer(bus: &MemoryBus, inner: bool) {
    let emitting = bus.clone();
    let handler = move |event: Event<ParcelSent>| {
        let bus = emitting.clone();
        let span = if inner { info_span!("inner") } else { Span::current() };
        let answer = async move {
            bus.emit(bus.store(), ParcelArrived { number: event.number }).await?;
            Ok::<(), HandlerError>(())
        };
        answer.instrument(span)
    };
    let running = bus.subscribe("answer").handle(handler).start().await.unwrap();
    running.settled().await.unwrap();
    bus.shutdown().await.unwrap();
}

#[tokio::test]
async fn one_trace_goes_from_an_emit_to_the_handler_and_on() {
    for inner in [false, true] {
        let spans = Spans::record();
        let bus = EventBus::in_memory();
        let request = info_span!("request");
        let emit = async { bus.emit(bus.store(), sent(1)).await.unwrap() };
        emit.instrument(request.clone()).await;
        answer(&bus, inner).await;
        let request = context(&request);
        let [delivery] = &spans.of("delivery")[..] else { panic!("one delivery") };
        assert_eq!(delivery.parent_span_id, request.span_id());
        assert!(delivery.parent_span_is_remote);
        assert_eq!(delivery.span_context.trace_id(), request.trace_id());
        let answers = match &spans.of("inner")[..] {
            [] => delivery.span_context.clone(),
            [inner] => {
                assert_eq!(inner.parent_span_id, delivery.span_context.span_id());
                inner.span_context.clone()
            }
            more => panic!("{more:?}"),
        };
        assert_eq!(answers.trace_id(), request.trace_id());
        assert_eq!(traces(&bus), [Some(traceparent(&request)), Some(traceparent(&answers))]);
    }
}

#[tokio::test]
async fn a_handler_whose_span_nobody_listens_for_passes_the_events_trace_on() {
    let bus = EventBus::in_memory();
    let trace = "00-12345678901234567890123456789012-1234567890123456-01";
    bus.emit(bus.store(), sent(1)).traceparent(trace).await.unwrap();
    answer(&bus, true).await;
    assert_eq!(traces(&bus), [Some(trace.to_owned()), Some(trace.to_owned())]);
}

#[tokio::test]
async fn an_event_of_no_trace_begins_one_at_its_handler() {
    let spans = Spans::record();
    let bus = EventBus::in_memory();
    bus.emit(bus.store(), [sent(1), sent(2)]).await.unwrap();
    answer(&bus, false).await;
    let deliveries = spans.of("delivery");
    let [first, second] = &deliveries[..] else { panic!("{deliveries:?}") };
    assert_eq!([first.parent_span_id, second.parent_span_id], [SpanId::INVALID; 2]);
    assert_ne!(first.span_context.trace_id(), second.span_context.trace_id());
    let mut answered = traces(&bus).split_off(2);
    let mut expected = [first, second].map(|span| Some(traceparent(&span.span_context)));
    answered.sort();
    expected.sort();
    assert_eq!(answered, expected);
}

#[tokio::test]
async fn a_batch_continues_the_trace_of_all_or_is_linked_to_each() {
    let spans = Spans::record();
    let bus = EventBus::in_memory();
    let trace = |n: u32| format!("00-{n:032x}-{n:016x}-01");
    let emit = async |n, trace: String| {
        bus.emit(bus.store(), sent(n)).traceparent(trace).await.unwrap();
    };
    emit(1, trace(1)).await;
    emit(2, trace(1)).await;
    let handle = |_: Events<ParcelSent>| ready(Ok::<(), HandlerError>(()));
    let start = async || bus.subscribe("batch").batch(2).handle(handle).start().await.unwrap();
    let running = start().await;
    running.settled().await.unwrap();
    running.shutdown().await.unwrap();
    emit(3, trace(2)).await;
    emit(4, trace(3)).await;
    start().await.settled().await.unwrap();
    bus.shutdown().await.unwrap();
    let batches = spans.of("batch");
    let [of_one, of_two] = &batches[..] else { panic!("{batches:?}") };
    assert_eq!(of_one.parent_span_id, SpanId::from(1));
    assert_eq!(of_one.links.len(), 0);
    assert_eq!(of_two.parent_span_id, SpanId::INVALID);
    let links: Vec<_> = of_two.links.iter().map(|link| traceparent(&link.span_context)).collect();
    assert_eq!(links, [trace(2), trace(3)]);
}

#[tokio::test]
async fn every_vector_of_the_w3c_that_is_taken_reaches_the_handler() {
    let text = include_str!("../store/trace-context/traceparent-vectors.json");
    let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
    let spans = Spans::record();
    let bus = EventBus::in_memory();
    let mut taken = 0;
    for vector in &vectors {
        let header = vector["traceparent"].as_str().unwrap();
        let emitted = bus.emit(bus.store(), sent(1)).traceparent(header).await;
        assert_eq!(emitted.is_ok(), vector["accepted"] == true, "{vector}");
        taken += usize::from(emitted.is_ok());
    }
    answer(&bus, false).await;
    let deliveries = spans.of("delivery");
    assert_eq!((deliveries.len(), taken > 0), (taken, true));
    for delivery in deliveries {
        assert_eq!(delivery.parent_span_id.to_string(), "1234567890123456");
        let trace = delivery.span_context.trace_id().to_string();
        assert_eq!(trace, "12345678901234567890123456789012");
    }
}
