//! What can be a handler: the argument is the filter.
//!
//! Three small traits instead of one, so that each mistake is reported where it was made: [`Handler`] says how many
//! arguments, [`EventArgument`] and [`TransactionArgument`] say which, and what the future must be stands as a bound on
//! [`Subscribe::handle`](crate::Subscribe::handle). `AsyncFn` bounds would be shorter but cannot ask for `Send`.

mod route;
mod tx;

use crate::event::{DomainEvent, Event, Events};
use crate::store::Store;

pub(crate) use crate::handler::route::{Call, CallError, Route, Routes};
#[cfg(feature = "testing")]
pub use crate::handler::tx::MemoryTx;
#[cfg(feature = "postgres")]
pub use crate::handler::tx::PgTx;
#[cfg(feature = "sqlite")]
pub use crate::handler::tx::SqliteTx;
pub use crate::handler::tx::Tx;
pub(crate) use crate::handler::tx::{Slot, lend};

/// A function or closure that is called with an event.
///
/// Implemented for every `Fn` with one or two arguments; [`Subscribe::handle`](crate::Subscribe::handle) asks for the
/// right ones.
#[diagnostic::on_unimplemented(
    message = "this is not a handler",
    label = "takes neither an event nor a transaction and an event",
    note = "a plain handler is `async fn(Event<E>) -> Result<(), HandlerError>`",
    note = "a transactional one is `async fn(Tx<S>, Event<E>) -> Result<(), HandlerError>`",
    note = "one of batches takes `Events<E>` in place of `Event<E>`",
    note = "a closure states its arguments' types: `|event: Event<OrderPlaced>| async move {{ .. }}`"
)]
pub trait Handler<A>: Send + Sync + 'static {
    /// What calling it returns.
    type Future;

    /// Calls it.
    fn call(&self, arguments: A) -> Self::Future;
}

/// The arguments of a handler on the store `S`: an event, or a transaction and an event; or a batch in its place.
#[diagnostic::on_unimplemented(
    message = "a handler cannot take `{Self}`",
    label = "takes neither `Event<E>` nor `Tx<S>, Event<E>`",
    note = "the store of a transaction is the one that the bus is on"
)]
pub trait Arguments<S: Store>: Sized + Send + 'static {
    /// The argument that is the event, or the batch.
    type Event: EventArgument;

    /// Whether the handler works inside the relay's transaction.
    const TRANSACTIONAL: bool;

    /// Puts them together; a transactional handler's are given a transaction.
    fn assemble(transaction: Option<Tx<S>>, event: Self::Event) -> Self;
}

/// An argument that is the event, or a batch of them.
#[diagnostic::on_unimplemented(
    message = "a handler cannot take `{Self}`",
    label = "takes `{Self}` where its event belongs",
    note = "a handler's last argument is `Event<E>`, where `E` is a payload, a group or a root of derived events",
    note = "a handler of batches takes `Events<E>`"
)]
pub trait EventArgument: Send + 'static {
    /// The event type, group or root that is handled.
    type Payload: DomainEvent;

    /// Whether it takes several events at once.
    const BATCH: bool;

    /// Makes the argument of one event.
    fn from_event(event: Event<Self::Payload>) -> Self;

    /// Makes it of several; `None` where it takes one at a time.
    fn from_events(events: Events<Self::Payload>) -> Option<Self>
    where
        Self: Sized;
}

/// An argument that is the relay's transaction on the store `S`.
#[diagnostic::on_unimplemented(
    message = "a handler cannot take `{Self}` as its transaction",
    label = "takes `{Self}` where the transaction of this bus's store belongs",
    note = "the first of two arguments is `Tx<S>`, where `S` is the store that the bus is on"
)]
pub trait TransactionArgument<S: Store>: Send + 'static {
    /// Makes the argument.
    fn from_transaction(transaction: Tx<S>) -> Self;
}

impl<F, A, Fut> Handler<(A,)> for F
where
    F: Fn(A) -> Fut + Send + Sync + 'static,
{
    type Future = Fut;

    fn call(&self, (event,): (A,)) -> Fut {
        self(event)
    }
}

impl<F, T, A, Fut> Handler<(T, A)> for F
where
    F: Fn(T, A) -> Fut + Send + Sync + 'static,
{
    type Future = Fut;

    fn call(&self, (transaction, event): (T, A)) -> Fut {
        self(transaction, event)
    }
}

impl<S: Store, A: EventArgument> Arguments<S> for (A,) {
    type Event = A;

    const TRANSACTIONAL: bool = false;

    fn assemble(_: Option<Tx<S>>, event: A) -> Self {
        (event,)
    }
}

impl<S: Store, T: TransactionArgument<S>, A: EventArgument> Arguments<S> for (T, A) {
    type Event = A;

    const TRANSACTIONAL: bool = true;

    fn assemble(transaction: Option<Tx<S>>, event: A) -> Self {
        let transaction = transaction.expect("a transactional subscription lends a transaction");
        (T::from_transaction(transaction), event)
    }
}

impl<E: DomainEvent> EventArgument for Event<E> {
    type Payload = E;

    const BATCH: bool = false;

    fn from_event(event: Self) -> Self {
        event
    }

    fn from_events(_: Events<E>) -> Option<Self> {
        None
    }
}

impl<E: DomainEvent> EventArgument for Events<E> {
    type Payload = E;

    const BATCH: bool = true;

    fn from_event(event: Event<E>) -> Self {
        event.into()
    }

    fn from_events(events: Self) -> Option<Self> {
        Some(events)
    }
}

impl<S: Store> TransactionArgument<S> for Tx<S> {
    fn from_transaction(transaction: Self) -> Self {
        transaction
    }
}
