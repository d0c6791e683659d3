//! Which trace an event takes along.

use eventbus_runtime::{Context, EventBus};
use opentelemetry::Context as OtelContext;
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState};
use opentelemetry_sdk::trace::Sampler;
use tracing::{Instrument, info_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{Spans, context, sent, traceparent, traces};

const TRACE: &str = "00-12345678901234567890123456789012-1234567890123456-01";

#[tokio::test]
async fn an_event_is_of_the_span_around_its_emit() {
    let spans = Spans::record();
    let bus = EventBus::in_memory();
    let span = info_span!("request");
    let emit = async {
        bus.emit(bus.store(), sent(1)).await.unwrap();
        async { bus.emit(bus.store(), sent(2)).await.unwrap() }
            .instrument(info_span!("inner"))
            .await;
        let correlated = Context::new().with_correlation(uuid::Uuid::from_u128(1));
        correlated.scope(async { bus.emit(bus.store(), sent(3)).await.unwrap() }).await;
    };
    emit.instrument(span.clone()).await;
    bus.emit(bus.store(), sent(4)).await.unwrap();
    let outer = context(&span);
    drop(span);
    let ([request], [inner]) = (&spans.of("request")[..], &spans.of("inner")[..]) else {
        panic!("both ended")
    };
    assert_eq!(request.span_context, outer);
    assert_eq!(inner.parent_span_id, outer.span_id());
    let (outer, inner) = (traceparent(&outer), traceparent(&inner.span_context));
    assert!(outer.ends_with("-01"), "{outer}");
    assert_eq!(traces(&bus), [Some(outer.clone()), Some(inner), Some(outer), None]);
    assert_eq!(bus.log()[0].event.envelope.tracestate, None);
}

#[tokio::test]
async fn a_trace_that_is_stated_wins_over_the_span() {
    let _spans = Spans::record();
    let bus = EventBus::in_memory();
    let other = TRACE.replace('2', "3");
    let emit = async {
        let chained = bus.emit(bus.store(), sent(1)).traceparent(TRACE).tracestate("a=1");
        chained.await.unwrap();
        let scope = Context::from_traceparent(&other).unwrap();
        scope.scope(async { bus.emit(bus.store(), sent(2)).await.unwrap() }).await;
    };
    emit.instrument(info_span!("request")).await;
    assert_eq!(traces(&bus), [Some(TRACE.to_owned()), Some(other)]);
    assert_eq!(bus.log()[0].event.envelope.tracestate.as_deref(), Some("a=1"));
}

#[tokio::test]
async fn a_span_that_is_not_sampled_is_followed_and_says_so() {
    let _spans = Spans::sampled(Sampler::AlwaysOff);
    let bus = EventBus::in_memory();
    let span = info_span!("request");
    async { bus.emit(bus.store(), sent(1)).await.unwrap() }.instrument(span.clone()).await;
    let expected = traceparent(&context(&span));
    assert!(expected.ends_with("-00"), "{expected}");
    assert_eq!(traces(&bus), [Some(expected)]);
}

#[tokio::test]
async fn the_state_of_the_trace_goes_along() {
    let _spans = Spans::record();
    let bus = EventBus::in_memory();
    let (trace, parent) = (TraceId::from(7_u128), SpanId::from(8_u64));
    let state: TraceState = "a=1,b=2".parse().unwrap();
    let remote = SpanContext::new(trace, parent, TraceFlags::SAMPLED, true, state);
    let span = info_span!("request");
    span.set_parent(OtelContext::new().with_remote_span_context(remote)).unwrap();
    async { bus.emit(bus.store(), sent(1)).await.unwrap() }.instrument(span.clone()).await;
    let envelope = bus.log().remove(0).event.envelope;
    assert_eq!(envelope.tracestate.as_deref(), Some("a=1,b=2"));
    assert_eq!(envelope.traceparent, Some(traceparent(&context(&span))));
    assert_eq!(context(&span).trace_id(), trace);
}

#[tokio::test]
async fn without_a_listener_there_is_no_trace() {
    let bus = EventBus::in_memory();
    async { bus.emit(bus.store(), sent(1)).await.unwrap() }.instrument(info_span!("request")).await;
    assert_eq!(traces(&bus), [None]);
}
