//! An emit that is being put together.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::emit::check::{check_metadata, check_tenant};
use crate::emit::collect::Draft;
use crate::emit::receipt::{Receipt, Receipts};
use crate::emit::target::Place;
use crate::error::Result;
use crate::store::{NewEvent, Store};

/// An emit with its options: [`EventBus::emit`]. Awaiting it emits.
///
/// What is chained goes for every event of the call and wins over what a payload marks.
#[must_use = "nothing is emitted before this is awaited"]
pub struct Emitting<'a, S: Store> {
    bus: &'a EventBus<S>,
    place: Result<Place<'a, S>>,
    events: Result<Vec<Draft>>,
    options: Options,
}

/// What was chained.
#[derive(Debug, Default)]
struct Options {
    tenant: Option<String>,
    correlation: Option<Uuid>,
    causation: Option<Uuid>,
    metadata: BTreeMap<String, String>,
}

impl<'a, S: Store> Emitting<'a, S> {
    pub(crate) fn new(
        bus: &'a EventBus<S>,
        place: Result<Place<'a, S>>,
        events: Result<Vec<Draft>>,
    ) -> Self {
        Self { bus, place, events, options: Options::default() }
    }

    /// The tenant; wins over the field that the payload marks with `#[event(tenant_id)]`.
    pub fn tenant(mut self, tenant: impl Into<String>) -> Self {
        self.options.tenant = Some(tenant.into());
        self
    }

    /// What the events belong together with, across services.
    pub fn correlation(mut self, id: Uuid) -> Self {
        self.options.correlation = Some(id);
        self
    }

    /// The event that these follow from.
    pub fn causation(mut self, id: Uuid) -> Self {
        self.options.causation = Some(id);
        self
    }

    /// Adds a piece of metadata, which travels as an extension of the envelope: a name is `[a-z0-9]{1,20}` and no
    /// attribute's of the envelope. The last value of a name counts.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.metadata.insert(name.into(), value.into());
        self
    }

    async fn run(self) -> Result<Receipts> {
        let Self { bus, place, events, options } = self;
        let events = options.apply(events?)?;
        let place = place?;
        if events.is_empty() {
            return Ok(Receipts::default());
        }
        match place {
            Place::Connection(connection) => bus.store.append(connection, &events).await?,
        }
        // Nobody tells when the caller commits: the subscriptions look now, and soon again.
        bus.wake_for(&events);
        let written = |new: &NewEvent| Receipt::written(new.event.envelope.id);
        Ok(Receipts::new(events.iter().map(written).collect()))
    }
}

impl Options {
    /// The events as they are written.
    fn apply(&self, drafts: Vec<Draft>) -> Result<Vec<NewEvent>> {
        drafts.into_iter().map(|draft| self.apply_to(draft)).collect()
    }

    fn apply_to(&self, draft: Draft) -> Result<NewEvent> {
        let mut new = draft.new;
        let envelope = &mut new.event.envelope;
        envelope.tenant = self.tenant.clone().or(envelope.tenant.take());
        envelope.correlation_id = self.correlation.or(envelope.correlation_id);
        envelope.causation_id = self.causation.or(envelope.causation_id);
        envelope.metadata.extend(self.metadata.clone());
        check_tenant(&envelope.event_type, envelope.tenant.as_deref())?;
        check_metadata(&envelope.event_type, &envelope.metadata)?;
        Ok(new)
    }
}

impl<'a, S: Store> IntoFuture for Emitting<'a, S> {
    type Output = Result<Receipts>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Receipts>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<S: Store> fmt::Debug for Emitting<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { events, options, .. } = self;
        f.debug_struct("Emitting").field("events", events).field("options", options).finish()
    }
}
