//! From whatever was handed over to the events of one emit.

use uuid::Uuid;

use crate::emit::check::{check, check_size, refused, whole};
use crate::envelope::{Envelope, RawEvent};
use crate::error::Result;
use crate::event::{Emission, Emittable};
use crate::store::NewEvent;

/// What [`EventBus::emit`](crate::EventBus::emit) takes: one event (payload, group or root) or several, by value or by reference. Several are
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
    events: Vec<Draft>,
    bytes: usize,
}

/// An event to which the options of the call are still to be applied.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) new: NewEvent,
    /// The text of the field that the payload marks as its key.
    pub(crate) mark: Option<String>,
    /// Whether it was an event before, so that nothing becomes part of it by itself.
    pub(crate) again: bool,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self { source, events: Vec::new(), bytes: 0 }
    }

    pub(crate) fn into_events(self) -> Vec<Draft> {
        self.events
    }

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
        let Envelope { event_type, aggregate_id, .. } = &event.envelope;
        whole(event)?;
        check(event_type, aggregate_id.as_deref(), &event.data)?;
        let mut event = event.clone();
        if event.envelope.source.is_empty() {
            self.source.clone_into(&mut event.envelope.source);
        }
        let new = NewEvent { event, aggregate_kind: aggregate_kind.to_owned(), key: None };
        self.add(Draft { new, mark: None, again: true })
    }

    fn begin<E: Emittable>(&mut self, event: &E) -> Result<()> {
        let event_type = event.event_type();
        let aggregate_id = event.aggregate_id();
        let data = event.to_data()?;
        check(event_type, aggregate_id.as_deref(), &data)?;
        let envelope = Envelope {
            id: Uuid::now_v7(),
            event_type: event_type.to_owned(),
            version: event.version(),
            source: self.source.to_owned(),
            tenant: event.tenant_id(),
            aggregate_id,
            ..Envelope::default()
        };
        let aggregate_kind = event.aggregate_kind().to_owned();
        let new = NewEvent { event: RawEvent { envelope, data }, aggregate_kind, key: None };
        self.add(Draft { new, mark: event.event_key(), again: false })
    }

    fn add(&mut self, draft: Draft) -> Result<()> {
        self.bytes += draft.new.event.data.len();
        self.events.push(draft);
        check_size(self.events.len(), self.bytes)
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
