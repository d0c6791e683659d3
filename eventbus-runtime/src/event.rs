//! What a derived type can do, and what a handler is given.

use std::ops::Deref;
use std::time::SystemTime;

use schemars::generate::Contract;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;
use serde::ser::Error as _;
use serde::{Serialize, Serializer};

use crate::__private;
use crate::catalog::{Catalog, Source, first_segment, schema_of, with_names};
use crate::envelope::{Envelope, RawEvent};
use crate::error::{Error, ErrorKind, Result};
use crate::filter::EventFilter;
use crate::priority::Priority;

/// A type that stands for one or more event types: a payload struct, a group or a root.
///
/// Derive it on the enum; the derive implements it for the enum and for each of its payload structs.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a domain event",
    label = "no derived event",
    note = "derive it on the enum that holds the event: `#[derive(DomainEvent)]`",
    note = "the struct of a variant derives `EventPayload`, and its variant says `#[event(payload)]`"
)]
pub trait DomainEvent: Sized + Send + Sync + 'static {
    /// Every event type below this one, as a tree of statics.
    const CATALOG: Catalog;

    /// The dotted type name, `order.placed`. Allocates nothing.
    fn event_type(&self) -> &str;

    /// The version in which this code writes the payload, from 1.
    fn version(&self) -> u32;

    /// The aggregate's id, where the payload marks a field with `#[event(aggregate_id)]`.
    fn aggregate_id(&self) -> Option<String>;

    /// The tenant, where the payload marks a field with `#[event(tenant_id)]`. Emitting puts it into the envelope, and
    /// events of two tenants never wait for each other.
    fn tenant_id(&self) -> Option<String> {
        None
    }

    /// The text of the field that the payload marks with `#[event(event_key)]`: what tells this event from others of
    /// its type.
    fn event_key(&self) -> Option<String> {
        None
    }

    /// The kind of the aggregate that the event belongs to: what `#[event(aggregate = "..")]` says on its enum or on
    /// one around it, else the first segment of the type name. Allocates nothing.
    fn aggregate_kind(&self) -> &str {
        let event_type = self.event_type();
        match Self::CATALOG.find(event_type) {
            Some(leaf) => leaf.aggregate_kind(),
            None => {
                Self::CATALOG.kind_around(event_type).unwrap_or_else(|| first_segment(event_type))
            }
        }
    }

    /// The payload as JSON text: what is stored and travels as `data`.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed) when a field refuses to be serialised.
    fn to_data(&self) -> Result<String>;

    /// Reads a payload whose type and version are known from outside it: they are matched first, then the text is
    /// read straight into the payload struct.
    ///
    /// # Errors
    /// [`ErrorKind::UnknownType`](crate::ErrorKind::UnknownType) when no leaf has that name,
    /// [`ErrorKind::DeserializationFailed`](crate::ErrorKind::DeserializationFailed) when the payload does not fit.
    fn from_data(event_type: &str, version: u32, data: &str) -> Result<Self>;

    /// Reads a stored event: as [`from_data`](Self::from_data) does, but what becomes an unknown event keeps its whole
    /// envelope.
    #[doc(hidden)]
    fn __from_raw(event: &RawEvent) -> Result<Self> {
        __private::decode_raw(event)
    }

    /// Reads an event whose name leads to a leaf segment by segment; `None` as the error where it leads nowhere.
    #[doc(hidden)]
    fn __direct(event_type: &str, version: u32, data: &str) -> Result<Self, Option<Error>> {
        Self::from_data(event_type, version, data)
            .map_err(|error| Some(error).filter(|error| error.kind() != ErrorKind::UnknownType))
    }

    /// Keeps an event of no known name in the innermost enum that has a place for it, or hands it back.
    #[doc(hidden)]
    fn __unknown(event: Box<RawEvent>) -> Result<Self, Box<RawEvent>> {
        Err(event)
    }

    /// What emitting this event would mean.
    #[doc(hidden)]
    fn __emission(&self) -> Emission<'_> {
        Emission::New
    }

    /// A filter that lets every event of these types through, to narrow and to combine.
    ///
    /// ```
    /// use eventbus_runtime::{DomainEvent, Event};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    ///     Cancelled,
    /// }
    ///
    /// let large = OrderPlaced::filter().and(|event: &Event<OrderPlaced>| event.total_cents > 100_000);
    /// let wanted = (large | OrderCancelled::filter()) & !OrderEvent::filter().tenant("test");
    /// assert_eq!(wanted.types().to_string(), "order.cancelled, order.placed");
    /// ```
    fn filter() -> EventFilter<Self> {
        EventFilter::new()
    }

    /// Writes `{"type","dataversion","data"}`. The derive's enums do it without the text in between.
    #[doc(hidden)]
    fn __write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let data = self.to_data().and_then(__private::raw).map_err(S::Error::custom)?;
        __private::write_tagged(self.event_type(), self.version(), &data, serializer)
    }
}

/// What [`emit`](crate::Emit) takes: every derived event but the payload of a retired leaf, which can be read and is no
/// longer written.
///
/// The derive implements it. An enum that holds a retired leaf is emittable; emitting that variant through it is refused
/// when it is tried.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be emitted",
    label = "no event, or a retired one",
    note = "an event is derived on the enum that holds it: `#[derive(DomainEvent)]`",
    note = "where its variant has `#[event(retired = \"..\")]`, it can be read and is no longer emitted: emit the event \
            that took its place"
)]
pub trait Emittable: DomainEvent {}

/// What emitting an event means.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Emission<'a> {
    /// A new event, with an envelope of its own.
    New,
    /// One that was read and is written again as it is.
    Again(&'a RawEvent),
    /// None: its type is retired since this day.
    Retired(&'static str),
}

/// The payload of one leaf: the struct that the derive made, or one of the user's with `#[derive(EventPayload)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event payload",
    label = "neither a group nor a payload",
    note = "derive `EventPayload` on the struct, or `DomainEvent` on the enum where the variant is a group"
)]
pub trait EventPayload: Serialize + DeserializeOwned + JsonSchema + Send + Sync + 'static {
    /// The name on the wire of the field that holds the aggregate's id.
    const AGGREGATE_ID: Option<&'static str>;

    /// The name on the wire of the field that holds the tenant.
    const TENANT_ID: Option<&'static str> = None;

    /// The name on the wire of the field that holds the event's key.
    const EVENT_KEY: Option<&'static str> = None;

    /// The names on the wire of the fields marked `#[event(opaque)]`.
    #[doc(hidden)]
    const __OPAQUE: &'static [&'static str] = &[];

    /// The names on the wire of each field that has several, as serde's `alias` gives them: schemars tells one of them.
    #[doc(hidden)]
    const __NAMES: &'static [&'static [&'static str]] = &[];

    /// Where the variant or the struct stands in the files of its author.
    #[doc(hidden)]
    const __SOURCE: Source = Source::UNKNOWN;

    /// The struct's path in Rust, which the enum that holds it cannot know.
    #[doc(hidden)]
    const RUST_PATH: &'static str;

    /// The value of that field, as text. Not `aggregate_id`: with both traits in scope, as their derives bring them,
    /// that would be ambiguous.
    #[doc(hidden)]
    fn __aggregate_id(&self) -> Option<String>;

    /// The same for the tenant.
    #[doc(hidden)]
    fn __tenant_id(&self) -> Option<String> {
        None
    }

    /// The same for the event's key.
    #[doc(hidden)]
    fn __event_key(&self) -> Option<String> {
        None
    }

    // What the derive's code asks of a payload, it asks here: where the struct is none, one bound is missing and one
    // error says so.
    #[doc(hidden)]
    #[inline]
    fn __read(event_type: &str, current: u32, stored: u32, data: &str) -> Result<Self> {
        __private::read(event_type, current, stored, data)
    }

    #[doc(hidden)]
    fn __to_data(&self, event_type: &str) -> Result<String> {
        __private::to_data(event_type, self)
    }

    #[doc(hidden)]
    fn __write<S: Serializer>(
        &self,
        event_type: &str,
        version: u32,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        __private::write_tagged(event_type, version, self, serializer)
    }

    #[doc(hidden)]
    fn __schema(contract: Contract) -> Schema {
        with_names(schema_of::<Self>(contract), Self::__NAMES)
    }
}

/// One event as a handler is given it: the payload, to which it derefs, with its envelope and its delivery.
#[derive(Debug, Clone)]
pub struct Event<E> {
    payload: E,
    envelope: Envelope,
    delivery: Delivery,
}

/// Some events as a handler of batches is given them: at least one, in the order of the log.
///
/// It derefs to a slice and can be walked through by value and by reference.
///
/// ```
/// # #[cfg(feature = "testing")] async fn start() -> eventbus_runtime::Result<()> {
/// use eventbus_runtime::{DomainEvent, EventBus, Events, HandlerError};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// enum OrderEvent {
///     Placed { total_cents: i64 },
/// }
///
/// async fn count(events: Events<OrderPlaced>) -> Result<(), HandlerError> {
///     let cents: i64 = events.iter().map(|event| event.total_cents).sum();
///     println!("{} orders, {cents} cents", events.len());
///     Ok(())
/// }
///
/// let bus = EventBus::in_memory();
/// bus.subscribe("turnover").batch(100).handle(count).start().await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Events<E>(Vec<Event<E>>);

/// The facts of one delivery of an event to one subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Delivery {
    /// The event's number in the log.
    pub position: i64,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// When the first attempt was made.
    pub first_at: SystemTime,
    /// Whether a replay hands it over.
    pub replay: bool,
}

impl Delivery {
    /// The delivery of the event at `position` for the `attempt`-th time, from 1; first attempted in 1970 unless
    /// [`Delivery::first_at`] says otherwise.
    #[must_use]
    pub const fn new(position: i64, attempt: u32) -> Self {
        Self { position, attempt, first_at: SystemTime::UNIX_EPOCH, replay: false }
    }

    /// The same, first attempted at this time.
    #[must_use]
    pub const fn first_at(self, first_at: SystemTime) -> Self {
        Self { first_at, ..self }
    }

    /// The same by a replay, or by none.
    #[must_use]
    pub const fn replayed(self, replay: bool) -> Self {
        Self { replay, ..self }
    }
}

impl<E> Event<E> {
    /// Puts an event together; the relay does it for each delivery, a unit test of a handler by hand.
    pub const fn new(payload: E, envelope: Envelope, delivery: Delivery) -> Self {
        Self { payload, envelope, delivery }
    }

    /// What travels with the payload.
    pub const fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// How urgent it is.
    pub const fn priority(&self) -> Priority {
        self.envelope.priority
    }

    /// The event's number in the log.
    pub const fn position(&self) -> i64 {
        self.delivery.position
    }

    /// Which attempt to handle this event this is, from 1.
    pub const fn attempt(&self) -> u32 {
        self.delivery.attempt
    }

    /// When it was first handed to this subscription: now, or when the first attempt failed.
    pub const fn first_delivered_at(&self) -> SystemTime {
        self.delivery.first_at
    }

    /// Whether a replay hands it over: it was there before, and most likely handled. A handler whose effects leave the
    /// database, a mail for instance, looks here before it repeats them.
    pub const fn is_replay(&self) -> bool {
        self.delivery.replay
    }

    /// The payload by value.
    pub fn into_payload(self) -> E {
        self.payload
    }
}

impl<E: DomainEvent> Event<E> {
    /// Whether newer code than this wrote the event: its version is above the one that this code knows. It was read
    /// leniently, and what the newer version added is not in the payload.
    pub fn is_newer(&self) -> bool {
        self.envelope.version > self.payload.version()
    }
}

impl<E> Deref for Event<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.payload
    }
}

impl<E> Events<E> {
    /// Puts a batch together, `None` of no event; the relay does it for each call, a unit test of a handler by hand.
    pub fn new(events: Vec<Event<E>>) -> Option<Self> {
        (!events.is_empty()).then_some(Self(events))
    }
}

impl<E> From<Event<E>> for Events<E> {
    fn from(event: Event<E>) -> Self {
        Self(vec![event])
    }
}

impl<E> Deref for Events<E> {
    type Target = [Event<E>];

    fn deref(&self) -> &[Event<E>] {
        &self.0
    }
}

impl<E> IntoIterator for Events<E> {
    type Item = Event<E>;
    type IntoIter = std::vec::IntoIter<Event<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, E> IntoIterator for &'a Events<E> {
    type Item = &'a Event<E>;
    type IntoIter = std::slice::Iter<'a, Event<E>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}
