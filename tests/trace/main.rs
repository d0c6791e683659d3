//! One trace from an emit to the last handler that follows from it, with OpenTelemetry's own SDK.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod emit;
mod handler;

use eventbus_runtime::{DomainEvent, MemoryBus};
use opentelemetry::trace::{SpanContext, TraceContextExt, TracerProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, Sampler, SdkTracerProvider, SpanData};
use tracing::Span;
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

/// The events of these tests.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "parcel")]
pub(crate) enum ParcelEvent {
    /// It was sent.
    Sent { number: u32 },
    /// It arrived.
    Arrived { number: u32 },
}

pub(crate) fn sent(number: u32) -> ParcelSent {
    ParcelSent { number }
}

/// What comes of the spans of a test; its tasks run on the same thread.
pub(crate) struct Spans {
    exporter: InMemorySpanExporter,
    _guard: DefaultGuard,
}

impl Spans {
    pub(crate) fn record() -> Self {
        Self::sampled(Sampler::AlwaysOn)
    }

    pub(crate) fn sampled(sampler: Sampler) -> Self {
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_sampler(sampler)
            .with_simple_exporter(exporter.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        Self { exporter, _guard: set_default(registry().with(layer)) }
    }

    /// The spans of a name that ended, in the order in which they did.
    pub(crate) fn of(&self, name: &str) -> Vec<SpanData> {
        let spans = self.exporter.get_finished_spans().unwrap();
        spans.into_iter().filter(|span| span.name == name).collect()
    }
}

/// What a span is to OpenTelemetry.
pub(crate) fn context(span: &Span) -> SpanContext {
    span.context().span().span_context().clone()
}

/// How W3C writes it.
pub(crate) fn traceparent(span: &SpanContext) -> String {
    format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), span.trace_flags().to_u8() & 1)
}

/// The traces that were stored, in the order of the log.
pub(crate) fn traces(bus: &MemoryBus) -> Vec<Option<String>> {
    bus.log().into_iter().map(|stored| stored.event.envelope.traceparent).collect()
}
