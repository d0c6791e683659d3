//! The handlers of one subscription, found by event type.

use std::any::type_name;
use std::collections::BTreeMap;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::event::{Delivery, DomainEvent, Event};
use crate::filter::Filter;
use crate::handler::{Arguments, Handler, Tx};
use crate::store::{Store, Stored};

/// Why a call did not end well.
pub(crate) enum CallError {
    /// The payload could not be read; the handler was not called.
    Decode(Error),
    /// The handler answered with an error.
    Handler(Error),
}

/// A call in progress.
pub(crate) type Call<'a> = Pin<Box<dyn Future<Output = Result<(), CallError>> + Send + 'a>>;

/// One handler for one of its event types.
pub(crate) struct Route<S: Store> {
    /// The event type.
    pub(crate) event_type: &'static str,
    /// The version in which this code writes it.
    pub(crate) version: u32,
    /// The handler's path in Rust, for messages.
    pub(crate) handler: &'static str,
    call: Arc<dyn Callable<S>>,
}

/// All handlers of a subscription.
pub(crate) struct Routes<S: Store> {
    by_type: BTreeMap<&'static str, Route<S>>,
    filter: Filter,
    transactional: Option<(bool, &'static str)>,
    refused: Option<Error>,
}

trait Callable<S: Store>: Send + Sync {
    fn call<'a>(&'a self, tx: Option<Tx<S>>, stored: &'a Stored, attempt: u32) -> Call<'a>;
}

struct Typed<H, A> {
    handler: H,
    arguments: PhantomData<fn(A)>,
}

impl<S: Store> Route<S> {
    /// Starts a call; nothing of the handler or of the payload's decoder runs before it is polled.
    pub(crate) fn call<'a>(
        &'a self,
        tx: Option<Tx<S>>,
        stored: &'a Stored,
        attempt: u32,
    ) -> Call<'a> {
        self.call.call(tx, stored, attempt)
    }
}

impl<S: Store> Routes<S> {
    pub(crate) fn new() -> Self {
        Self {
            by_type: BTreeMap::new(),
            filter: Filter::default(),
            transactional: None,
            refused: None,
        }
    }

    /// Adds a handler for every event type below its argument. The first contradiction is kept for [`Self::check`].
    pub(crate) fn add<H, A>(&mut self, handler: H)
    where
        H: Handler<A>,
        A: Arguments<S>,
        H::Future: Future<Output = Result<(), HandlerError>> + Send,
    {
        let name = type_name::<H>();
        self.agree(name, A::TRANSACTIONAL);
        let call: Arc<dyn Callable<S>> = Arc::new(Typed { handler, arguments: PhantomData });
        for leaf in A::Payload::CATALOG.leaves() {
            let (event_type, version) = (leaf.event_type, leaf.version);
            // What is stored under a former name counts as the event that it is.
            for &stored in std::iter::once(&event_type).chain(leaf.aliases) {
                let route = Route { event_type, version, handler: name, call: Arc::clone(&call) };
                if let Some(other) = self.by_type.insert(stored, route) {
                    self.refuse(format!(
                        "both `{}` and `{name}` handle `{stored}`: leave it to one of them, or make two subscriptions",
                        other.handler
                    ));
                }
            }
        }
        self.filter = std::mem::take(&mut self.filter).or(&Filter::of::<A::Payload>());
    }

    /// Whether the handlers contradict each other, or there is none.
    pub(crate) fn check(&mut self) -> Result<()> {
        if self.by_type.is_empty() && self.refused.is_none() {
            self.refuse("it has no handler: add one with `.handle(..)`".to_owned());
        }
        self.refused.take().map_or(Ok(()), Err)
    }

    /// Whether the handlers work inside the relay's transaction.
    pub(crate) fn transactional(&self) -> bool {
        self.transactional.is_some_and(|(transactional, _)| transactional)
    }

    pub(crate) const fn filter(&self) -> &Filter {
        &self.filter
    }

    pub(crate) fn find(&self, event_type: &str) -> Option<&Route<S>> {
        self.by_type.get(event_type)
    }

    fn agree(&mut self, name: &'static str, transactional: bool) {
        let (agreed, first) = *self.transactional.get_or_insert((transactional, name));
        if agreed != transactional {
            let (with, without) = if agreed { (first, name) } else { (name, first) };
            self.refuse(format!(
                "`{with}` takes a transaction and `{without}` does not: make two subscriptions"
            ));
        }
    }

    fn refuse(&mut self, message: String) {
        self.refused.get_or_insert_with(|| Error::new(ErrorKind::Configuration, message));
    }
}

impl<S, H, A> Callable<S> for Typed<H, A>
where
    S: Store,
    H: Handler<A>,
    A: Arguments<S>,
    H::Future: Future<Output = Result<(), HandlerError>> + Send,
{
    fn call<'a>(&'a self, tx: Option<Tx<S>>, stored: &'a Stored, attempt: u32) -> Call<'a> {
        Box::pin(async move {
            let envelope = &stored.event.envelope;
            let payload = A::Payload::__from_raw(&stored.event).map_err(CallError::Decode)?;
            let delivery = Delivery::new(stored.position, attempt);
            let event = Event::new(payload, envelope.clone(), delivery);
            let called = self.handler.call(A::assemble(tx, event));
            called.await.map_err(|error| CallError::Handler(error.into_inner()))
        })
    }
}
