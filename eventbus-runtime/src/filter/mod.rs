//! Which events a subscription wants: types, facts of the envelope, and what a closure says of the event itself.
//!
//! A filter is a tree. Each of its nodes knows two sets of types: those that *may* match, and those that *always* do,
//! whatever the event holds. The negation of a node may match what does not always match: from the first set alone, `!`
//! of "orders of acme" would be "everything but orders", and the orders of others would be lost.

mod types;

use std::any::type_name;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitOr, Not};
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::envelope::RawEvent;
use crate::error::{ErrorKind, Result};
use crate::event::{Delivery, DomainEvent, Event};

pub(crate) use crate::filter::types::names_of;
pub use crate::filter::types::{TypePattern, TypeSet};

/// A filter on events of `E`'s types, from [`DomainEvent::filter`].
///
/// What it is asked for besides the types narrows it; with `|`, `&` and `!` it becomes a [`Filter`].
///
/// ```
/// use eventbus_runtime::{DomainEvent, Event, Filter};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// enum OrderEvent {
///     Placed { total_cents: i64 },
///     Shipped { carrier: String },
/// }
///
/// let large = OrderPlaced::filter()
///     .tenant("acme")
///     .and(|event: &Event<OrderPlaced>| event.total_cents > 100_000);
/// let wanted: Filter = large | OrderShipped::filter();
/// assert_eq!(wanted.types().to_string(), "order.placed, order.shipped");
/// ```
#[must_use = "a filter does nothing until a subscription has it"]
pub struct EventFilter<E> {
    filter: Filter,
    event: PhantomData<fn(E)>,
}

/// A filter on events of any types: what `|`, `&` and `!` make of [`EventFilter`]s and of one another.
///
/// What is cheap is asked first: the type, then the envelope, closures last. A filter answers the same whenever it is
/// asked of one event; its clones share its closures.
#[derive(Clone)]
#[must_use = "a filter does nothing until a subscription has it"]
pub struct Filter(Arc<Node>);

struct Node {
    may: TypeSet,
    always: TypeSet,
    test: Test,
}

/// What decides where the sets leave it open.
enum Test {
    Types,
    Tenant(String),
    Aggregate(String),
    Event {
        of: &'static str,
        #[cfg_attr(not(feature = "relay"), expect(dead_code, reason = "the relay asks for it"))]
        catalog: Catalog,
        holds: Predicate,
    },
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Filter),
}

impl Test {
    fn all(&self) -> Option<&[Filter]> {
        match self {
            Self::All(parts) => Some(parts),
            _ => None,
        }
    }

    fn any(&self) -> Option<&[Filter]> {
        match self {
            Self::Any(parts) => Some(parts),
            _ => None,
        }
    }
}

type Predicate = Box<dyn Fn(&RawEvent, Delivery) -> Result<bool> + Send + Sync>;

impl<E: DomainEvent> EventFilter<E> {
    pub(crate) fn new() -> Self {
        let types = TypeSet::of::<E>();
        Self::from_filter(Filter::new(types.clone(), types, Test::Types))
    }

    /// Only events of this tenant.
    pub fn tenant(self, tenant: impl Into<String>) -> Self {
        self.narrow(Test::Tenant(tenant.into()))
    }

    /// Only events of the aggregate with this id.
    pub fn aggregate(self, aggregate_id: impl Into<String>) -> Self {
        self.narrow(Test::Aggregate(aggregate_id.into()))
    }

    /// Only events of which the closure says so. It is asked last, and of an event that `E` knows; a payload that does
    /// not fit `E` fails the event as one does that its handler cannot read.
    ///
    /// It runs where the relay does and has no timeout: what waits, or works for long, belongs into the handler.
    pub fn and(self, holds: impl Fn(&Event<E>) -> bool + Send + Sync + 'static) -> Self {
        let holds: Predicate = Box::new(move |raw, delivery| {
            match E::__from_raw(raw) {
                Ok(payload) => Ok(holds(&Event::new(payload, raw.envelope.clone(), delivery))),
                // A family holds types that this code does not know: they are no event of `E`.
                Err(error) if error.kind() == ErrorKind::UnknownType => Ok(false),
                Err(error) => Err(error),
            }
        });
        self.narrow(Test::Event { of: type_name::<E>(), catalog: E::CATALOG, holds })
    }

    /// The types that may match.
    #[must_use]
    pub fn types(&self) -> &TypeSet {
        self.filter.types()
    }

    fn narrow(self, test: Test) -> Self {
        let further = Filter::new(TypeSet::everything(), TypeSet::default(), test);
        Self::from_filter(self.filter & further)
    }

    const fn from_filter(filter: Filter) -> Self {
        Self { filter, event: PhantomData }
    }
}

impl Filter {
    fn new(may: TypeSet, always: TypeSet, test: Test) -> Self {
        Self(Arc::new(Node { may, always, test }))
    }

    /// The types that may match: what is pushed down to the store.
    #[must_use]
    pub fn types(&self) -> &TypeSet {
        &self.0.may
    }

    /// Whether the filter lets an event through. Where its type decides that, this allocates nothing.
    ///
    /// # Errors
    /// That of [`DomainEvent::from_data`] when a closure has to be asked and the payload does not fit its type.
    pub fn matches(&self, event: &RawEvent, delivery: Delivery) -> Result<bool> {
        let Node { may, always, test } = &*self.0;
        let envelope = &event.envelope;
        if !may.contains(&envelope.event_type) || always.contains(&envelope.event_type) {
            return Ok(always.contains(&envelope.event_type));
        }
        match test {
            Test::Types => Ok(true),
            Test::Tenant(tenant) => Ok(envelope.tenant.as_ref() == Some(tenant)),
            Test::Aggregate(id) => Ok(envelope.aggregate_id.as_ref() == Some(id)),
            Test::Event { holds, .. } => holds(event, delivery),
            Test::All(parts) => first(parts, event, delivery, false),
            Test::Any(parts) => first(parts, event, delivery, true),
            Test::Not(part) => part.matches(event, delivery).map(|matches| !matches),
        }
    }

    /// The version up to which its closures read events of this type; `None` where none of them is asked of one.
    #[cfg(feature = "relay")]
    pub(crate) fn reads(&self, event_type: &str) -> Option<u32> {
        match &self.0.test {
            Test::Types | Test::Tenant(_) | Test::Aggregate(_) => None,
            Test::Event { catalog, .. } => {
                let mut leaves = catalog.leaves().into_iter();
                let leaf = leaves.find(|leaf| names_of(leaf).any(|name| name == event_type))?;
                Some(leaf.version)
            }
            Test::All(parts) | Test::Any(parts) => {
                parts.iter().filter_map(|part| part.reads(event_type)).min()
            }
            Test::Not(part) => part.reads(event_type),
        }
    }

    /// What asking it costs: nothing, a comparison, or a closure's decoding.
    fn cost(&self) -> u8 {
        match &self.0.test {
            Test::Types => 0,
            Test::Tenant(_) | Test::Aggregate(_) => 1,
            Test::Event { .. } => 2,
            Test::All(parts) | Test::Any(parts) => parts.iter().map(Self::cost).max().unwrap_or(0),
            Test::Not(part) => part.cost(),
        }
    }
}

/// Asks one after the other until one of them answers `decisive`.
fn first(parts: &[Filter], event: &RawEvent, delivery: Delivery, decisive: bool) -> Result<bool> {
    for part in parts {
        if part.matches(event, delivery)? == decisive {
            return Ok(decisive);
        }
    }
    Ok(!decisive)
}

/// The parts of both in the order in which they are asked. What `flat` takes apart becomes parts of one node, so that
/// the order holds for a whole chain.
fn parts(left: Filter, right: Filter, flat: fn(&Test) -> Option<&[Filter]>) -> Vec<Filter> {
    let mut parts: Vec<Filter> = [left, right]
        .into_iter()
        .flat_map(|filter| match flat(&filter.0.test) {
            Some(parts) => parts.to_vec(),
            None => vec![filter],
        })
        .collect();
    parts.sort_by_key(Filter::cost);
    parts
}

impl<R: Into<Self>> BitAnd<R> for Filter {
    type Output = Self;

    fn bitand(self, other: R) -> Self {
        let other = other.into();
        let may = self.0.may.intersection(&other.0.may);
        let always = self.0.always.intersection(&other.0.always);
        Self::new(may, always, Test::All(parts(self, other, Test::all)))
    }
}

impl<R: Into<Self>> BitOr<R> for Filter {
    type Output = Self;

    fn bitor(self, other: R) -> Self {
        let other = other.into();
        let may = self.0.may.union(&other.0.may);
        let always = self.0.always.union(&other.0.always);
        Self::new(may, always, Test::Any(parts(self, other, Test::any)))
    }
}

impl Not for Filter {
    type Output = Self;

    fn not(self) -> Self {
        Self::new(self.0.always.complement(), self.0.may.complement(), Test::Not(self))
    }
}

impl<E, R: Into<Filter>> BitAnd<R> for EventFilter<E> {
    type Output = Filter;

    fn bitand(self, other: R) -> Filter {
        self.filter & other
    }
}

impl<E, R: Into<Filter>> BitOr<R> for EventFilter<E> {
    type Output = Filter;

    fn bitor(self, other: R) -> Filter {
        self.filter | other
    }
}

impl<E> Not for EventFilter<E> {
    type Output = Filter;

    fn not(self) -> Filter {
        !self.filter
    }
}

impl<E> From<EventFilter<E>> for Filter {
    fn from(filter: EventFilter<E>) -> Self {
        filter.filter
    }
}

impl<E> Clone for EventFilter<E> {
    fn clone(&self) -> Self {
        Self { filter: self.filter.clone(), event: PhantomData }
    }
}

impl<E> fmt::Debug for EventFilter<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.filter.fmt(f)
    }
}

/// As an expression: `(order.placed) & tenant("acme")`.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], operator: &str| {
            for (at, part) in parts.iter().enumerate() {
                let operator = if at == 0 { "" } else { operator };
                match &part.0.test {
                    Test::All(_) | Test::Any(_) => write!(f, "{operator}({part:?})")?,
                    _ => write!(f, "{operator}{part:?}")?,
                }
            }
            Ok(())
        };
        match &self.0.test {
            Test::Types => write!(f, "({})", self.0.may),
            Test::Tenant(tenant) => write!(f, "tenant({tenant:?})"),
            Test::Aggregate(id) => write!(f, "aggregate({id:?})"),
            Test::Event { of, .. } => write!(f, "|event: &Event<{of}>| .."),
            Test::All(parts) => list(f, parts, " & "),
            Test::Any(parts) => list(f, parts, " | "),
            Test::Not(part) => write!(f, "!({part:?})"),
        }
    }
}
