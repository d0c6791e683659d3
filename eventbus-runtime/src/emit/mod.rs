//! Emitting: typed events become rows of the log.
//!
//! `collect` turns whatever was handed over into events, `check` refuses what no database could hold, `target` says
//! where they go, `pending` is the call that is being put together, `receipt` is what it answers. `transaction` and
//! `group` are the transactions that the bus opens itself.

mod check;
mod collect;
mod group;
mod pending;
mod receipt;
mod target;
mod transaction;

use crate::bus::EventBus;
use crate::context::Context;
use crate::emit::collect::Batch;
use crate::error::Result;
use crate::store::Store;

#[cfg(feature = "relay")]
pub(crate) use crate::emit::check::is_prefix;
pub use crate::emit::check::{
    MAX_AGGREGATE_ID, MAX_BATCH, MAX_BATCH_BYTES, MAX_EVENT_KEY, MAX_PAYLOAD, MAX_TENANT_ID,
};
pub(crate) use crate::emit::check::{check_tenant, is_name};
pub use crate::emit::collect::Emit;
pub(crate) use crate::emit::group::Groups;
pub use crate::emit::pending::Emitting;
pub use crate::emit::receipt::{Receipt, Receipts};
pub(crate) use crate::emit::target::Place;
pub use crate::emit::target::Target;
pub use crate::emit::transaction::BusTx;

impl<S: Store> EventBus<S> {
    /// Appends events to the log, and answers with their [`Receipts`] in the order of the events. Options are chained:
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn place() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{DomainEvent, EventBus};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let mut tx = bus.begin();
    /// let placed = OrderPlaced { total_cents: 1290 };
    /// let receipts = bus.emit(&mut tx, placed).tenant("acme").metadata("channel", "web").await?;
    /// tx.commit()?;
    /// assert_eq!(bus.log()[0].event.envelope.id, receipts.id());
    /// # Ok(()) }
    /// ```
    ///
    /// # Where they go
    /// Into a transaction of the caller's: `&mut tx` for one of sqlx's, for a handler's `Tx` and for the store's own;
    /// `&mut *tx` where `tx` is such a reference already, or a connection. The events exist when that transaction
    /// commits, and never if it does not. On a connection without a transaction they are committed at once.
    ///
    /// Into a transaction of their own: `bus.pool()`, or `bus.store()` on any store. They are committed when this
    /// returns. While a commit is in flight, the emits that come queue, and when it ends they share one transaction, up
    /// to 1,000 events and 4 MiB of payload; a lone caller goes at once. Each tenant has a queue of its own, in which
    /// 1,024 callers wait at most and further ones for a place. Where the database refuses a shared transaction, each
    /// caller's events are tried by themselves, so that one bad event fails only its own caller. A caller that stops
    /// waiting takes nothing back: its events may be committed all the same.
    ///
    /// Into [`EventBus::transaction`]: there they wait for its end.
    ///
    /// # Context
    /// Correlation, causation, trace context and tenant come from the [`Context`] around the call: that of the event
    /// which a handler is working on, or what [`Context::scope`] says. What is chained wins over it, and so does a tenant
    /// that the payload marks. With the feature
    /// `opentelemetry` the trace is that of the current `tracing` span, unless one is chained or said by a scope.
    ///
    /// # Events
    /// Payload, group or root, by value or by reference; several as an array, a slice, a `Vec` or a tuple. A
    /// [`RawEvent`](crate::RawEvent), or an enum that holds one in its `#[event(unknown)]` variant, is written again as
    /// it is: its id, type, version, metadata and the bytes of its payload. Only what is chained to the call changes in
    /// it, and where its source is empty, it gets this bus's.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed), and nothing was written, when
    /// - a payload cannot be serialised, contains `\u0000` or exceeds [`MAX_PAYLOAD`];
    /// - an aggregate id or a tenant is empty or exceeds [`MAX_AGGREGATE_ID`] or [`MAX_TENANT_ID`];
    /// - a key is empty or exceeds [`MAX_EVENT_KEY`], or one key is given for several events;
    /// - there are more events than [`MAX_BATCH`], or their payloads exceed [`MAX_BATCH_BYTES`];
    /// - the name of a piece of metadata is not `[a-z0-9]{1,20}`, or an attribute's of the envelope;
    /// - an event is retired, or a [`RawEvent`](crate::RawEvent) without a name, an id, a version or a payload of JSON.
    ///
    /// Else what the database says.
    pub fn emit<'a, T, Kind, E, Shape>(&'a self, target: T, events: E) -> Emitting<'a, S>
    where
        T: Target<'a, S, Kind>,
        E: Emit<Shape>,
    {
        self.emitting(target.place(&self.store), events)
    }

    fn emitting<'a, E, Shape>(&'a self, place: Result<Place<'a, S>>, events: E) -> Emitting<'a, S>
    where
        E: Emit<Shape>,
    {
        let mut batch = Batch::new(&self.source);
        let events = events.each(&mut batch).map(|()| batch.into_events());
        Emitting::new(self, place, events, Context::around())
    }
}
