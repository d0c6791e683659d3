//! The handlers of one subscription, found by event type.

use std::any::type_name;
use std::collections::BTreeMap;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use crate::catalog::{Catalog, first_segment};
use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::event::{Delivery, DomainEvent, Event, Events};
use crate::filter::{Filter, TypeSet, names_of};
use crate::handler::{Arguments, EventArgument, Handler, Tx};
use crate::store::{Handles, Store, Stored};

/// Why a call did not end well.
pub(crate) enum CallError {
    /// The payload of the event at this place of the batch could not be read; the handler was not called.
    Decode(usize, Error),
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
    /// The kind of the aggregate that its events belong to, where the type is known.
    kind: Option<&'static str>,
    call: Arc<dyn Callable<S>>,
}

/// All handlers of a subscription.
pub(crate) struct Routes<S: Store> {
    by_type: BTreeMap<&'static str, Route<S>>,
    /// By what the names of a group begin with that keeps what this code does not know; of a root by the empty text.
    by_family: BTreeMap<&'static str, Route<S>>,
    /// Each handler with the types that it takes.
    handlers: Vec<(&'static str, TypeSet)>,
    /// What each handler takes.
    taken: Vec<Catalog>,
    filter: Option<Filter>,
    transactional: Option<(bool, &'static str)>,
    batches: Option<(bool, &'static str)>,
    refused: Option<Error>,
}

/// What a handler's events are read into.
type Payload<S, A> = <<A as Arguments<S>>::Event as EventArgument>::Payload;

trait Callable<S: Store>: Send + Sync {
    fn call<'a>(&'a self, tx: Option<Tx<S>>, stored: &'a Stored, delivery: Delivery) -> Call<'a>;

    fn call_all<'a>(
        &'a self,
        tx: Option<Tx<S>>,
        stored: Vec<&'a Stored>,
        delivery: Delivery,
    ) -> Call<'a>;
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
        delivery: Delivery,
    ) -> Call<'a> {
        self.call.call(tx, stored, delivery)
    }

    /// The same with a batch of events of this handler, of which each has this delivery at its own position.
    pub(crate) fn call_all<'a>(
        &'a self,
        tx: Option<Tx<S>>,
        stored: Vec<&'a Stored>,
        delivery: Delivery,
    ) -> Call<'a> {
        self.call.call_all(tx, stored, delivery)
    }

    /// The same once more.
    fn again(&self) -> Self {
        Self { call: Arc::clone(&self.call), ..*self }
    }

    /// Whether another route leads to the same handler.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.call, &other.call)
    }
}

impl<S: Store> Routes<S> {
    pub(crate) fn new() -> Self {
        Self {
            by_type: BTreeMap::new(),
            by_family: BTreeMap::new(),
            handlers: Vec::new(),
            taken: Vec::new(),
            filter: None,
            transactional: None,
            batches: None,
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
        self.agree(name, A::TRANSACTIONAL, A::Event::BATCH);
        let call: Arc<dyn Callable<S>> = Arc::new(Typed { handler, arguments: PhantomData });
        self.route(&Payload::<S, A>::CATALOG, name, &call);
        self.handlers.push((name, TypeSet::of::<Payload<S, A>>()));
        self.taken.push(Payload::<S, A>::CATALOG);
    }

    /// The same handlers and the same filter, of routes that were checked.
    pub(crate) fn again(&self) -> Self {
        let again = |routes: &BTreeMap<&'static str, Route<S>>| {
            routes.iter().map(|(name, route)| (*name, route.again())).collect()
        };
        Self {
            by_type: again(&self.by_type),
            by_family: again(&self.by_family),
            handlers: self.handlers.clone(),
            taken: self.taken.clone(),
            filter: self.filter.clone(),
            transactional: self.transactional,
            batches: self.batches,
            refused: None,
        }
    }

    /// Whether there is none.
    pub(crate) const fn is_empty(&self) -> bool {
        self.handlers.is_empty()
    }

    /// Whether something beyond its type may keep an event from its handler.
    pub(crate) fn may_reject(&self) -> bool {
        self.filter.is_some()
    }

    /// Lets through only what this filter does, and every other that was given.
    pub(crate) fn restrict(&mut self, filter: Filter) {
        self.filter = Some(match self.filter.take() {
            Some(other) => other & filter,
            None => filter,
        });
    }

    /// Whether the handlers contradict each other or the filter, or there is none.
    pub(crate) fn check(&mut self) -> Result<()> {
        if self.handlers.is_empty() {
            self.refuse("it has no handler: add one with `.handle(..)`".to_owned());
        }
        if let Some(filter) = &self.filter {
            let wanted = filter.types();
            let deaf = self.handlers.iter().find(|(_, types)| types.is_disjoint(wanted));
            if let Some((name, types)) = deaf {
                self.refuse(format!(
                    "`{name}` takes {types}, and the filter lets through only {wanted}: it would never be called; \
                     leave it out, or widen the filter"
                ));
            }
        }
        self.refused.take().map_or(Ok(()), Err)
    }

    /// The types that the subscription reads: what its handlers take and its filter lets through.
    pub(crate) fn types(&self) -> TypeSet {
        let union = |all: TypeSet, (_, types): &(_, TypeSet)| all.union(types);
        let types = self.handlers.iter().fold(TypeSet::default(), union);
        match &self.filter {
            Some(filter) => types.intersection(filter.types()),
            None => types,
        }
    }

    /// What the handlers handle, by the names of today.
    pub(crate) fn handles(&self) -> Handles {
        let names = self.by_type.values();
        let names = names.map(|route| (route.event_type.to_owned(), route.version));
        let families = self.by_family.keys().map(|prefix| match *prefix {
            "" => ("*".to_owned(), 0),
            prefix => (format!("{prefix}.*"), 0),
        });
        names.chain(families).collect()
    }

    /// Whether the filter lets an event through; `Ok(true)` where there is none.
    pub(crate) fn wants(&self, stored: &Stored, delivery: Delivery) -> Result<bool> {
        let Some(filter) = &self.filter else { return Ok(true) };
        filter.matches(&stored.event, delivery)
    }

    /// The version up to which both a route and the closures of the filter read events of this type.
    pub(crate) fn reads(&self, route: &Route<S>, event_type: &str) -> u32 {
        let filter = self.filter.as_ref().and_then(|filter| filter.reads(event_type));
        filter.map_or(route.version, |version| version.min(route.version))
    }

    /// Whether the handlers work inside the relay's transaction.
    pub(crate) fn transactional(&self) -> bool {
        self.transactional.is_some_and(|(transactional, _)| transactional)
    }

    /// Whether the handlers take batches.
    pub(crate) fn batches(&self) -> bool {
        self.batches.is_some_and(|(batches, _)| batches)
    }

    /// The route of a type: that of its name, or else that of the innermost group which keeps what it does not know.
    pub(crate) fn find(&self, event_type: &str) -> Option<&Route<S>> {
        self.by_type.get(event_type).or_else(|| self.find_family(event_type))
    }

    fn find_family(&self, event_type: &str) -> Option<&Route<S>> {
        if self.by_family.is_empty() {
            return None;
        }
        let ends = event_type.rmatch_indices('.').map(|(end, _)| end).chain([0]);
        ends.map(|end| &event_type[..end]).find_map(|prefix| self.by_family.get(prefix))
    }

    /// Enters a handler under every name below a node of the catalog, and under the groups that keep unknown types.
    fn route(&mut self, node: &Catalog, handler: &'static str, call: &Arc<dyn Callable<S>>) {
        let route = |event_type, version, kind| {
            let call = Arc::clone(call);
            Route { event_type, version, kind, handler, call }
        };
        match node {
            Catalog::Leaf(leaf) => {
                let kind = Some(leaf.aggregate_kind());
                for name in names_of(leaf) {
                    let route = route(leaf.event_type, leaf.version, kind);
                    let other = self.by_type.insert(name, route);
                    self.contested(other, handler, name);
                }
            }
            Catalog::Group(group) => {
                if group.unknown {
                    let family = if group.prefix.is_empty() { "*" } else { group.prefix };
                    // No version is newer than what is kept unread.
                    let other = self.by_family.insert(group.prefix, route(family, u32::MAX, None));
                    self.contested(other, handler, family);
                }
                group.members.iter().for_each(|member| self.route(member, handler, call));
            }
        }
    }

    fn contested(&mut self, other: Option<Route<S>>, handler: &'static str, event_type: &str) {
        if let Some(other) = other {
            self.refuse(format!(
                "both `{}` and `{handler}` handle `{event_type}`: leave it to one of them, or make two subscriptions",
                other.handler
            ));
        }
    }

    /// The kind of the aggregate of an event that this is the route of: what its enum states, or what is stated around
    /// its name where the route is a family's.
    pub(crate) fn kind<'a>(&self, route: &Route<S>, event_type: &'a str) -> &'a str {
        route
            .kind
            .or_else(|| self.taken.iter().find_map(|taken| taken.kind_around(event_type)))
            .unwrap_or_else(|| first_segment(event_type))
    }

    fn agree(&mut self, name: &'static str, transactional: bool, batch: bool) {
        let (agreed, first) = *self.transactional.get_or_insert((transactional, name));
        if agreed != transactional {
            let (with, without) = if agreed { (first, name) } else { (name, first) };
            self.refuse(format!(
                "`{with}` takes a transaction and `{without}` does not: make two subscriptions"
            ));
        }
        let (agreed, first) = *self.batches.get_or_insert((batch, name));
        if agreed != batch {
            let (many, one) = if agreed { (first, name) } else { (name, first) };
            self.refuse(format!(
                "`{many}` takes batches (`Events`) and `{one}` one event at a time (`Event`): make two subscriptions"
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
    fn call<'a>(&'a self, tx: Option<Tx<S>>, stored: &'a Stored, delivery: Delivery) -> Call<'a> {
        Box::pin(async move {
            let event = read::<Payload<S, A>>(stored, delivery);
            let event = event.map_err(|error| CallError::Decode(0, error))?;
            self.called(tx, A::Event::from_event(event)).await
        })
    }

    fn call_all<'a>(
        &'a self,
        tx: Option<Tx<S>>,
        stored: Vec<&'a Stored>,
        delivery: Delivery,
    ) -> Call<'a> {
        Box::pin(async move {
            let mut events = Vec::with_capacity(stored.len());
            for (index, stored) in stored.into_iter().enumerate() {
                let delivery = Delivery { position: stored.position, ..delivery };
                let event = read::<Payload<S, A>>(stored, delivery);
                events.push(event.map_err(|error| CallError::Decode(index, error))?);
            }
            let events = Events::new(events).expect("a batch is never empty");
            let events = A::Event::from_events(events);
            self.called(tx, events.expect("only handlers of batches are called with one")).await
        })
    }
}

impl<H, A> Typed<H, A> {
    async fn called<S>(&self, tx: Option<Tx<S>>, event: A::Event) -> Result<(), CallError>
    where
        S: Store,
        H: Handler<A>,
        A: Arguments<S>,
        H::Future: Future<Output = Result<(), HandlerError>> + Send,
    {
        let called = self.handler.call(A::assemble(tx, event));
        called.await.map_err(|error| CallError::Handler(error.into_inner()))
    }
}

fn read<E: DomainEvent>(stored: &Stored, delivery: Delivery) -> Result<Event<E>> {
    let payload = E::__from_raw(&stored.event)?;
    Ok(Event::new(payload, stored.event.envelope.clone(), delivery))
}
