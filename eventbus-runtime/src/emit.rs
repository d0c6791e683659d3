//! Emitting: typed events become rows of the log, inside the caller's own transaction.

use std::collections::BTreeMap;
use std::future::Future;

use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::__private::LONGEST as MAX_NAME;
use crate::bus::EventBus;
use crate::envelope::{Envelope, RawEvent};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Emission, Emittable};
use crate::store::{NewEvent, Store};

/// The largest payload that [`EventBus::emit`] takes, in bytes of JSON: what brokers take by default, too.
pub const MAX_PAYLOAD: usize = 1024 * 1024;

/// The longest aggregate id that [`EventBus::emit`] takes, in bytes. It is part of indexes, whose rows databases limit.
pub const MAX_AGGREGATE_ID: usize = 512;

/// The longest tenant id that [`EventBus::emit`] takes, in bytes: it stands beside the aggregate id in those indexes.
pub const MAX_TENANT_ID: usize = 512;

/// What [`EventBus::emit`] takes: one event (payload, group or root) or several, by value or by reference. Several are
/// an array, a slice, a `Vec`, or a tuple of different ones.
///
/// `Shape` tells these apart and is always inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be emitted",
    label = "neither an event that can be emitted nor several",
    note = "one event: derive it on the enum that holds it, `#[derive(DomainEvent)]`",
    note = "several: an array, a slice, a `Vec` or a tuple of events; collect an iterator into a `Vec` first",
    note = "a retired event, `#[event(retired = \"..\")]`, can be read and is no longer emitted"
)]
pub trait Emit<Shape> {
    /// Hands over every event, in its order.
    #[doc(hidden)]
    fn each(self, batch: &mut Batch<'_>) -> Result<()>;
}

/// The shapes that [`Emit`] tells apart.
#[doc(hidden)]
#[derive(Debug)]
pub enum One {}

/// See [`One`].
#[doc(hidden)]
#[derive(Debug)]
pub enum Borrowed {}

/// See [`One`].
#[doc(hidden)]
#[derive(Debug)]
pub struct Many<Shape>(std::marker::PhantomData<Shape>);

/// The events of one emit, while they are collected.
#[doc(hidden)]
#[derive(Debug)]
pub struct Batch<'a> {
    source: &'a str,
    events: Vec<NewEvent>,
}

impl<S: Store> EventBus<S> {
    /// Appends events to the log inside the transaction that is open on `connection`, and returns their ids in the
    /// order of the events. They exist when that transaction commits, and never if it does not.
    ///
    /// A [`RawEvent`], or an enum that holds one in its `#[event(unknown)]` variant, is written again as it is: its id,
    /// type, version, metadata and the bytes of its payload. Only where its source is empty, it gets this bus's.
    ///
    /// Takes whatever derefs to the database's connection: `&mut` a transaction, a pooled connection, the `Tx` of a
    /// handler. On a connection without a transaction the events are committed at once.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] when a payload cannot be serialised, contains `\u0000`, exceeds [`MAX_PAYLOAD`]
    /// or has an aggregate id or a tenant that is empty or exceeds [`MAX_AGGREGATE_ID`] or [`MAX_TENANT_ID`], and when an
    /// event is retired, or a [`RawEvent`] without a name, an id, a version or a payload of JSON: then nothing was
    /// written. Else what the database says.
    pub fn emit<E, Shape>(
        &self,
        connection: &mut S::Connection,
        events: E,
    ) -> impl Future<Output = Result<Vec<Uuid>>> + Send
    where
        E: Emit<Shape>,
    {
        let mut batch = Batch { source: &self.source, events: Vec::new() };
        let collected = events.each(&mut batch).map(|()| batch.events);
        async move {
            let events = collected?;
            if !events.is_empty() {
                self.store.append(connection, &events).await?;
                // Nobody tells when the caller commits: the subscriptions look now, and soon again.
                self.wake_for(&events);
            }
            Ok(events.iter().map(|new| new.event.envelope.id).collect())
        }
    }
}

impl Batch<'_> {
    fn push<E: Emittable>(&mut self, event: &E) -> Result<()> {
        match event.__emission() {
            Emission::New => self.begin(event),
            Emission::Again(raw) => self.repeat(raw, event.aggregate_kind()),
            Emission::Retired(since) => Err(refused(format!(
                "`{}` is retired since {since}: it can be read and is no longer emitted; emit the event that took its \
                 place",
                event.event_type()
            ))),
        }
    }

    /// An event that exists already is written as it is; it only cannot be without a source.
    fn repeat(&mut self, event: &RawEvent, aggregate_kind: &str) -> Result<()> {
        let Envelope { event_type, aggregate_id, tenant, .. } = &event.envelope;
        whole(event)?;
        check(event_type, aggregate_id.as_deref(), &event.data)?;
        check_tenant(event_type, tenant.as_deref())?;
        let mut event = event.clone();
        if event.envelope.source.is_empty() {
            self.source.clone_into(&mut event.envelope.source);
        }
        self.events.push(NewEvent { event, aggregate_kind: aggregate_kind.to_owned() });
        Ok(())
    }

    fn begin<E: Emittable>(&mut self, event: &E) -> Result<()> {
        let event_type = event.event_type();
        let aggregate_id = event.aggregate_id();
        let data = event.to_data()?;
        let tenant = event.tenant_id();
        check(event_type, aggregate_id.as_deref(), &data)?;
        check_tenant(event_type, tenant.as_deref())?;
        let aggregate_kind = event.aggregate_kind().to_owned();
        let event = RawEvent {
            envelope: Envelope {
                id: Uuid::now_v7(),
                event_type: event_type.to_owned(),
                version: event.version(),
                source: self.source.to_owned(),
                tenant,
                aggregate_id,
                correlation_id: None,
                causation_id: None,
                traceparent: None,
                tracestate: None,
                metadata: BTreeMap::new(),
            },
            data,
        };
        self.events.push(NewEvent { event, aggregate_kind });
        Ok(())
    }
}

impl<E: Emittable> Emit<One> for E {
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        batch.push(&self)
    }
}

impl<E: Emittable> Emit<Borrowed> for &E {
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        batch.push(self)
    }
}

impl<E: Emit<Shape>, Shape> Emit<Many<Shape>> for Vec<E> {
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        self.into_iter().try_for_each(|event| event.each(batch))
    }
}

impl<E: Emit<Shape>, Shape, const N: usize> Emit<Many<Shape>> for [E; N] {
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        self.into_iter().try_for_each(|event| event.each(batch))
    }
}

impl<'a, E, Shape> Emit<Many<Shape>> for &'a [E]
where
    &'a E: Emit<Shape>,
{
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        self.iter().try_for_each(|event| event.each(batch))
    }
}

impl<'a, E, Shape> Emit<Many<Shape>> for &'a Vec<E>
where
    &'a E: Emit<Shape>,
{
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        self.as_slice().each(batch)
    }
}

impl<'a, E, Shape, const N: usize> Emit<Many<Shape>> for &'a [E; N]
where
    &'a E: Emit<Shape>,
{
    fn each(self, batch: &mut Batch<'_>) -> Result<()> {
        self.as_slice().each(batch)
    }
}

macro_rules! tuple {
    ($($event:ident $shape:ident),+) => {
        impl<$($event: Emit<$shape>, $shape),+> Emit<($($shape,)+)> for ($($event,)+) {
            #[expect(non_snake_case, reason = "the type parameters name the bindings, too")]
            fn each(self, batch: &mut Batch<'_>) -> Result<()> {
                let ($($event,)+) = self;
                $($event.each(batch)?;)+
                Ok(())
            }
        }
    };
}

tuple!(A ShapeA, B ShapeB);
tuple!(A ShapeA, B ShapeB, C ShapeC);
tuple!(A ShapeA, B ShapeB, C ShapeC, D ShapeD);
tuple!(A ShapeA, B ShapeB, C ShapeC, D ShapeD, E ShapeE);
tuple!(A ShapeA, B ShapeB, C ShapeC, D ShapeD, E ShapeE, F ShapeF);

/// What no database or broker of ours could carry is refused before anything is written.
fn check(event_type: &str, aggregate_id: Option<&str>, data: &str) -> Result<()> {
    if data.len() > MAX_PAYLOAD {
        return Err(refused(format!(
            "the payload of `{event_type}` has {} bytes, the most is {MAX_PAYLOAD}: store the large part elsewhere and \
             emit a reference to it",
            data.len()
        )));
    }
    if contains_nul(data) {
        return Err(refused(format!(
            "the payload of `{event_type}` contains the character U+0000 (`\\u0000`), which databases cannot hold in \
             text: remove it, or encode binary data as base64"
        )));
    }
    match aggregate_id {
        Some("") => Err(refused(format!(
            "the aggregate id of `{event_type}` is empty: every event with an empty id would be ordered as one \
             aggregate; fill it in, or take `#[event(aggregate_id)]` off the field"
        ))),
        Some(id) if id.len() > MAX_AGGREGATE_ID => Err(refused(format!(
            "the aggregate id of `{event_type}` has {} bytes, the most is {MAX_AGGREGATE_ID}: it names the aggregate; \
             put what describes it into the payload",
            id.len()
        ))),
        Some(id) if id.contains('\0') => Err(refused(format!(
            "the aggregate id of `{event_type}` contains the character U+0000, which databases cannot hold in text"
        ))),
        _ => Ok(()),
    }
}

/// The same for the tenant, which stands beside the aggregate id wherever that stands.
fn check_tenant(event_type: &str, tenant: Option<&str>) -> Result<()> {
    match tenant {
        Some("") => Err(refused(format!(
            "the tenant of `{event_type}` is empty: fill it in, or make the field with `#[event(tenant_id)]` an \
             `Option` that is `None` where there is no tenant"
        ))),
        Some(id) if id.len() > MAX_TENANT_ID => Err(refused(format!(
            "the tenant of `{event_type}` has {} bytes, the most is {MAX_TENANT_ID}: it names the tenant; put what \
             describes it into the payload",
            id.len()
        ))),
        Some(id) if id.contains('\0') => Err(refused(format!(
            "the tenant of `{event_type}` contains the character U+0000, which databases cannot hold in text"
        ))),
        _ => Ok(()),
    }
}

/// What the derive would have seen to, in an event that somebody put together.
fn whole(event: &RawEvent) -> Result<()> {
    let Envelope { id, event_type, version, .. } = &event.envelope;
    if !is_name(event_type) {
        return Err(refused(format!(
            "`{event_type}` is no type name: write two segments or more of `a-z 0-9 _` with dots between them, at most \
             {MAX_NAME} bytes"
        )));
    }
    if id.is_nil() {
        return Err(refused(format!(
            "the id of `{event_type}` is nil: keep the event's own, or write `Uuid::now_v7()`"
        )));
    }
    if *version == 0 {
        return Err(refused(format!(
            "`{event_type}` has version 0, and versions count from 1: write the version of its payload"
        )));
    }
    serde_json::from_str::<IgnoredAny>(&event.data).map(drop).map_err(|cause| {
        refused(format!("the payload of `{event_type}` is no JSON")).with_source(cause)
    })
}

fn is_name(event_type: &str) -> bool {
    let segment = |segment: &str| {
        segment.starts_with(|char: char| char.is_ascii_lowercase())
            && segment.chars().all(|char| matches!(char, 'a'..='z' | '0'..='9' | '_'))
    };
    event_type.len() <= MAX_NAME && event_type.contains('.') && event_type.split('.').all(segment)
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::ValidationFailed, message)
}

/// Whether JSON text escapes U+0000 somewhere. `\\u0000` is an escaped backslash before ordinary text.
fn contains_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_AGGREGATE_ID, MAX_PAYLOAD, MAX_TENANT_ID, check, check_tenant, contains_nul};

    #[test]
    fn a_tenant_is_refused_for_what_an_aggregate_id_is() {
        let message = |tenant| {
            check_tenant("order.placed", tenant)
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert!(message(Some("")).contains("tenant of `order.placed` is empty"));
        assert!(message(Some("a\0")).contains("tenant of `order.placed` contains"));
        let long = "a".repeat(MAX_TENANT_ID + 1);
        assert!(message(Some(&long)).contains("has 513 bytes, the most is 512"));
        assert_eq!((message(Some(&long[1..])), message(None)), (String::new(), String::new()));
    }

    #[test]
    fn only_an_escaped_nul_is_one() {
        assert!(contains_nul(r#"{"a":"\u0000"}"#));
        assert!(contains_nul(r#"{"a":"\\\u0000"}"#));
        assert!(!contains_nul(r#"{"a":"\\u0000"}"#));
        assert!(contains_nul(r#"{"a":"\\u0000\u0000"}"#));
        assert!(!contains_nul(r#"{"a":"\u0001 u0000"}"#));
    }

    #[test]
    fn refusals_name_the_event_and_the_remedy() {
        let message = |aggregate_id, data: &str| {
            check("order.placed", aggregate_id, data)
                .map_or_else(|error| error.to_string(), |()| String::new())
        };
        assert!(
            message(None, r#""\u0000""#).contains("`order.placed` contains the character U+0000")
        );
        assert!(message(Some(""), "{}").contains("aggregate id of `order.placed` is empty"));
        assert!(message(Some("a\0"), "{}").contains("aggregate id of `order.placed` contains"));
        let long = "ä".repeat(MAX_AGGREGATE_ID / 2 + 1);
        assert!(message(Some(&long), "{}").contains("has 514 bytes, the most is 512"));
        assert_eq!(message(Some(&long[2..]), "{}"), "");
        assert!(message(None, &" ".repeat(MAX_PAYLOAD + 1)).contains("emit a reference"));
        assert_eq!(message(Some("1"), &" ".repeat(MAX_PAYLOAD)), "");
    }
}
