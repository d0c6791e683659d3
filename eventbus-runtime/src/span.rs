//! Between the trace of an event and the spans of `tracing`, by way of OpenTelemetry.
//!
//! At the emit the current span becomes the parent that the event names. At the handler the event's parent becomes that
//! of the span around the call, so that one trace goes from the one to the other, and on with what the handler emits.

use opentelemetry::trace::TraceContextExt;
#[cfg(feature = "relay")]
use opentelemetry::trace::{SpanContext, SpanId, TraceFlags, TraceId, TraceState};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::context::Context;
#[cfg(feature = "relay")]
use crate::envelope::Envelope;

/// The context with the trace of the current span, where that has one.
///
/// A trace that was stated, chained or by a scope, was meant. One that comes from the handled event is the same trace a
/// step earlier: the span continues it.
pub(crate) fn around(context: Context) -> Context {
    if context.states_trace() {
        return context;
    }
    let current = Span::current().context();
    let current = current.span().span_context().clone();
    if !current.is_valid() {
        return context;
    }
    let sampled = u8::from(current.is_sampled());
    let (trace, span) = (current.trace_id(), current.span_id());
    let context = context.in_trace(format!("00-{trace}-{span}-{sampled:02x}"));
    // A state that no receiver would take is left out, and the trace goes on without.
    let state = current.trace_state().header();
    if state.is_empty() {
        context
    } else {
        context.clone().with_tracestate(&state).unwrap_or(context)
    }
}

/// Makes a span that has not begun yet follow from the events that are handled in it: the child of their trace where
/// they have one in common, linked to those of each where not. Without either it begins a trace: that of the span
/// around it is the subscription's, which never ends.
#[cfg(feature = "relay")]
pub(crate) fn follow<'a>(
    span: &Span,
    common: &Context,
    events: impl IntoIterator<Item = &'a Envelope>,
) {
    let parent = opentelemetry::Context::new();
    let parent = match remote(common) {
        Some(trace) => parent.with_remote_span_context(trace),
        None => {
            let traces = events.into_iter().filter_map(|event| remote(&Context::of(event)));
            traces.for_each(|trace| span.add_link(trace));
            parent
        }
    };
    // Refused where nobody listens for spans, or not for this one.
    span.set_parent(parent).ok();
}

/// The trace of an event as OpenTelemetry has it.
#[cfg(feature = "relay")]
fn remote(context: &Context) -> Option<SpanContext> {
    let mut parts = context.traceparent()?.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let flags = u8::from_str_radix(parts.next()?, 16).ok()?;
    let state = context.tracestate().and_then(|state| state.parse::<TraceState>().ok());
    Some(SpanContext::new(trace, span, TraceFlags::new(flags), true, state.unwrap_or_default()))
}
