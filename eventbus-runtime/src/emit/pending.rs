//! An emit that is being put together.

use std::collections::BTreeMap;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::bus::EventBus;
use crate::context::Context;
use crate::emit::check::{check_key, check_metadata, check_tenant, refused};
use crate::emit::collect::Draft;
use crate::emit::group::one_tenant;
use crate::emit::receipt::{Receipts, Written};
use crate::emit::target::Place;
use crate::error::Result;
use crate::priority::Priority;
use crate::schedule;
use crate::store::{Due, Duplicates, EventKey, NewEvent, Store};
use crate::to_the_end::to_the_end;

/// An emit with its options: [`EventBus::emit`]. Awaiting it emits.
///
/// What is chained goes for every event of the call and wins over what a payload marks.
#[must_use = "nothing is emitted before this is awaited"]
pub struct Emitting<'a, S: Store> {
    bus: &'a EventBus<S>,
    place: Result<Place<'a, S>>,
    events: Result<Vec<Draft>>,
    options: Options,
    context: Context,
}

/// What was chained.
#[derive(Debug, Default)]
struct Options {
    key: Option<String>,
    tenant: Option<String>,
    correlation: Option<Uuid>,
    causation: Option<Uuid>,
    traceparent: Option<String>,
    tracestate: Option<String>,
    metadata: BTreeMap<String, String>,
    priority: Option<Priority>,
    due: Option<When>,
}

/// When it is to be delivered, as it was said.
#[derive(Debug, Clone, Copy)]
enum When {
    At(SystemTime),
    After(Duration),
}

impl<'a, S: Store> Emitting<'a, S> {
    pub(crate) fn new(
        bus: &'a EventBus<S>,
        place: Result<Place<'a, S>>,
        events: Result<Vec<Draft>>,
        context: Context,
    ) -> Self {
        Self { bus, place, events, options: Options::default(), context }
    }

    /// What makes a second emit of the event a duplicate: within the window of the bus
    /// ([`EventBus::with_key_window`], 24 h) nothing is written under a key of the tenant that is taken, and the receipt
    /// has the id of the event that took it. An event's own type is no part of this key.
    ///
    /// A payload with a field that is marked `#[event(event_key)]` has a key of itself: type and text of the field,
    /// `order.placed:12`, so that two types may use one number. Several events in one emit have only those: one key for
    /// all of them is refused.
    ///
    /// Where another transaction that is still open took the key, this waits for its end: it is a duplicate if that
    /// commits and the first if it rolls back. Only an emit with a key costs anything for it.
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.options.key = Some(key.into());
        self
    }

    /// The tenant; wins over the field that the payload marks with `#[event(tenant_id)]`, which wins over that of the
    /// [`Context`].
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

    /// The W3C trace context to travel with the events, in place of that of the [`Context`] and of its trace state.
    pub fn traceparent(mut self, traceparent: impl Into<String>) -> Self {
        self.options.traceparent = Some(traceparent.into());
        self
    }

    /// The W3C trace state that belongs to [`Emitting::traceparent`].
    pub fn tracestate(mut self, tracestate: impl Into<String>) -> Self {
        self.options.tracestate = Some(tracestate.into());
        self
    }

    /// Adds a piece of metadata, which travels as an extension of the envelope: a name is `[a-z0-9]{1,20}` and no
    /// attribute's of the envelope. The last value of a name counts.
    pub fn metadata(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.metadata.insert(name.into(), value.into());
        self
    }

    /// How urgent the events are, [`Priority::Normal`] unless it is said. Where a subscription has a backlog, those of a
    /// higher priority go first; events of one aggregate keep their order inside a priority, and between priorities none
    /// is promised. A scheduled event keeps its priority.
    pub const fn priority(mut self, priority: Priority) -> Self {
        self.options.priority = Some(priority);
        self
    }

    /// Schedules the events: they wait in a table of their own, and when this time has come by the database's clock, they
    /// are moved to the log, where they have a position and reach the subscriptions. A time in the past is due at once, and
    /// goes the same way. Until then [`EventBus::scheduled`] lists and cancels them.
    ///
    /// They are moved by any process that runs a durable subscription, or `bus.scheduled().run()`. Events of one aggregate
    /// that are due are moved in the order of their times, and of those with one time in the order in which they
    /// were scheduled. An id says when the event was scheduled, and
    /// so does the time of the envelope. A key is taken now. What is chained last counts, this or
    /// [`deliver_after`](Self::deliver_after).
    ///
    /// Millisecond precision. A time after the year 2200 is refused when this is awaited.
    pub fn deliver_at(mut self, time: SystemTime) -> Self {
        self.options.due = Some(When::At(time));
        self
    }

    /// The same, so long after the database writes them, by its own clock: this process's clock plays no part. More than
    /// [`MAX_DELAY`](crate::MAX_DELAY) is refused when this is awaited.
    pub fn deliver_after(mut self, delay: Duration) -> Self {
        self.options.due = Some(When::After(delay));
        self
    }

    async fn run(self) -> Result<Receipts<S>> {
        let Self { bus, place, events, options, context } = self;
        let context = options.over(context)?;
        let due = options.due()?;
        let events = options.apply(events?, &context, bus.key_window)?;
        let place = place?;
        if events.is_empty() {
            return Ok(Receipts::of(&bus.store, Written::default(), &Duplicates::new()));
        }
        let written = Written::new(&events);
        if let Some(due) = due {
            // They are counted as emitted when they come into the log.
            let duplicates = write_down(bus, place, events, due).await?;
            bus.wake_schedule();
            return Ok(Receipts::of(&bus.store, written, &duplicates));
        }
        let duplicates = match place {
            Place::Connection(connection) => {
                let duplicates = bus.store.append(connection, &events).await?;
                bus.emitted.count(&events, &duplicates);
                // Nobody tells when the caller commits: the subscriptions look now, and soon again.
                if duplicates.len() < events.len() {
                    bus.wake_for(&events);
                }
                duplicates
            }
            Place::Buffer(connection, buffer) => buffer.add(bus, connection, events).await?,
            Place::Alone => bus.emit_grouped(events).await?,
        };
        Ok(Receipts::of(&bus.store, written, &duplicates))
    }
}

/// Schedules events where they go.
async fn write_down<S: Store>(
    bus: &EventBus<S>,
    place: Place<'_, S>,
    events: Vec<NewEvent>,
    due: Due,
) -> Result<Duplicates> {
    match place {
        Place::Connection(connection) => bus.store.schedule(connection, &events, due).await,
        Place::Buffer(connection, buffer) => {
            buffer.schedules();
            bus.store.schedule(connection, &events, due).await
        }
        Place::Alone => {
            let store = bus.store.clone();
            let mut context = Context::current();
            context.tenant = one_tenant(&events)?.or(context.tenant);
            to_the_end(context.scope(async move {
                let mut transaction = store.begin().await?;
                match store.schedule(&mut transaction, &events, due).await {
                    Ok(duplicates) => store.commit(transaction).await.map(|()| duplicates),
                    Err(error) => {
                        // What is rolled back by losing its connection is rolled back as well.
                        store.rollback(transaction).await.ok();
                        Err(error)
                    }
                }
            }))
            .await?
        }
    }
}

impl Options {
    /// When the events are due; `None` where they are at once and nothing was said.
    fn due(&self) -> Result<Option<Due>> {
        self.due.map_or(Ok(None), |when| match when {
            When::At(time) => schedule::at(time).map(Some),
            When::After(delay) => schedule::after(delay).map(Some),
        })
    }

    /// The context with what was chained in place of it.
    fn over(&self, context: Context) -> Result<Context> {
        let mut context = context;
        if let Some(traceparent) = &self.traceparent {
            context = context.with_traceparent(traceparent)?;
        }
        if let Some(tracestate) = &self.tracestate {
            context = context.with_tracestate(tracestate)?;
        }
        context.correlation_id = self.correlation.or(context.correlation_id);
        context.causation_id = self.causation.or(context.causation_id);
        Ok(context)
    }

    /// The events as they are written.
    fn apply(
        &self,
        drafts: Vec<Draft>,
        context: &Context,
        window: Duration,
    ) -> Result<Vec<NewEvent>> {
        if let Some(key) = &self.key
            && drafts.len() > 1
        {
            return Err(refused(format!(
                "one key, `{key}`, for {} events would make all but the first duplicates: emit them one by one, or mark \
                 a field of their payloads with `#[event(event_key)]`",
                drafts.len()
            )));
        }
        drafts.into_iter().map(|draft| self.apply_to(draft, context, window)).collect()
    }

    fn apply_to(&self, draft: Draft, context: &Context, window: Duration) -> Result<NewEvent> {
        let Draft { mut new, mark, again } = draft;
        let event_type = &new.event.envelope.event_type;
        if let Some(key) = self.key.as_ref().or(mark.as_ref()) {
            check_key(event_type, key)?;
            let text = if self.key.is_some() { key.clone() } else { format!("{event_type}:{key}") };
            new.key = Some(EventKey { text, window });
        }
        let envelope = &mut new.event.envelope;
        envelope.tenant = self.tenant.clone().or(envelope.tenant.take());
        envelope.metadata.extend(self.metadata.clone());
        envelope.priority = self.priority.unwrap_or(envelope.priority);
        if !again && envelope.tenant.is_none() {
            envelope.tenant.clone_from(&context.tenant);
        }
        if again {
            envelope.correlation_id = self.correlation.or(envelope.correlation_id);
            envelope.causation_id = self.causation.or(envelope.causation_id);
        } else {
            envelope.correlation_id = context.correlation_id;
            envelope.causation_id = context.causation_id;
        }
        if !again || self.traceparent.is_some() {
            envelope.traceparent.clone_from(&context.traceparent);
            envelope.tracestate.clone_from(&context.tracestate);
        }
        check_tenant(&envelope.event_type, envelope.tenant.as_deref())?;
        check_metadata(&envelope.event_type, &envelope.metadata)?;
        Ok(new)
    }
}

impl<'a, S: Store> IntoFuture for Emitting<'a, S> {
    type Output = Result<Receipts<S>>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Receipts<S>>> + Send + 'a>>;

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
