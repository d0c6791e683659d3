//! Streams of events, for whoever would rather ask for the next one than be called.

use std::future::poll_fn;
use std::marker::PhantomData;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_util::Stream;

use crate::bus::EventBus;
use crate::ephemeral::{LAST, check_last};
use crate::error::{Error, ErrorKind, Result};
use crate::event::{Delivery, DomainEvent, Event};
use crate::filter::{Filter, TypeSet};
use crate::relay::{self, Listener, Next};
use crate::store::{Log, Stored};

/// A stream that is being put together.
#[must_use = "a stream reads nothing until it is started"]
pub struct StreamBuilder<S: Log, E> {
    bus: EventBus<S>,
    filter: Option<Filter>,
    last: usize,
    event: PhantomData<fn() -> E>,
}

/// The events of `E`'s types that are committed while this is there, in order per aggregate.
///
/// Each item is an event, or an error after which the stream goes on. 256 events wait for whoever reads: when there are
/// more, the oldest go, and the next item says how many ([`StreamError::Lagged`]), so that a slow reader slows nobody
/// else. It ends, with `None`, when the bus is shut down or dropped. Dropping it ends its reading.
///
/// It is a [`Stream`] of the crates `futures-core` and `futures-util`; [`EventStream::next`] does without them.
#[must_use = "a stream ends when it is dropped"]
pub struct EventStream<E> {
    listener: Listener,
    filter: Option<Filter>,
    event: PhantomData<fn() -> E>,
}

/// What a stream gives in the place of an event. The stream goes on after it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// It was not read fast enough, and these events are gone from it. They stood before all that follow.
    #[error("{missed} events were dropped, because the stream was not read fast enough")]
    #[non_exhaustive]
    Lagged {
        /// How many, of the stream's types; its filter was not asked about them.
        missed: u64,
    },
    /// An event does not fit its type.
    #[error("the event at position {position} cannot be read")]
    #[non_exhaustive]
    Unreadable {
        /// Its number in the log.
        position: i64,
        /// Why.
        source: Error,
    },
}

impl<S: Log> EventBus<S> {
    /// Begins a stream of the events of one type, group or root. It starts with what is committed from then on, and
    /// leaves nothing in the database.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn start() -> Result<(), Box<dyn std::error::Error>> {
    /// use eventbus_runtime::{DomainEvent, EventBus, StreamError};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    ///     Cancelled,
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let acme = OrderEvent::filter().tenant("acme");
    /// let mut orders = bus.stream::<OrderEvent>().filter(acme).replay_last().start().await?;
    /// while let Some(next) = orders.next().await {
    ///     match next {
    ///         Ok(event) => println!("{} {:?}", event.position(), *event),
    ///         Err(StreamError::Lagged { missed, .. }) => println!("{missed} events went by: load all anew"),
    ///         Err(other) => return Err(other.into()),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stream<E: DomainEvent>(&self) -> StreamBuilder<S, E> {
        StreamBuilder { bus: self.clone(), filter: None, last: 0, event: PhantomData }
    }
}

impl<S: Log, E: DomainEvent> StreamBuilder<S, E> {
    /// Gives only what the filter lets through. Given twice, both must let it through. Closures are asked where the
    /// stream is read.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        let filter = filter.into();
        self.filter = Some(match self.filter.take() {
            Some(other) => other & filter,
            None => filter,
        });
        self
    }

    /// Begins with the last 16 events that it wants, in order, before those that come.
    pub fn replay_last(self) -> Self {
        self.last(LAST)
    }

    /// Begins with the last `count` events that it wants, in order, before those that come: 256 at most
    /// ([`MOST_REPLAYED`](crate::MOST_REPLAYED)). They are looked for among the newest 100,000 of the log
    /// ([`LOOK_BACK`](crate::store::LOOK_BACK)).
    pub fn last(mut self, count: usize) -> Self {
        self.last = count;
        self
    }

    /// Starts it on the current tokio runtime and returns when it listens: what is committed from then on reaches it.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the filter lets through nothing of `E`'s types, or when more than
    /// [`MOST_REPLAYED`](crate::MOST_REPLAYED) of the last events are asked for; [`ErrorKind::Store`] when the database
    /// refuses.
    pub async fn start(self) -> Result<EventStream<E>> {
        let Self { bus, filter, last, .. } = self;
        check_last("a stream", last)?;
        let all = TypeSet::of::<E>();
        let types = filter.as_ref().map_or_else(|| all.clone(), |f| all.intersection(f.types()));
        if types.is_empty() {
            let wanted = filter.as_ref().map(|filter| filter.types().to_string());
            let message = format!(
                "a stream of {all} has a filter that lets through only {}: it would give nothing; widen the filter",
                wanted.unwrap_or_default()
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let is_wanted = |stored: &Stored| read::<E>(filter.as_ref(), stored).is_some();
        let listener = relay::start_stream(&bus, types, last, is_wanted).await?;
        Ok(EventStream { listener, filter, event: PhantomData })
    }
}

impl<E: DomainEvent> EventStream<E> {
    /// The next item; `None` when nothing comes any more. Nothing is lost when this is dropped before it resolves.
    pub async fn next(&mut self) -> Option<Result<Event<E>, StreamError>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<E: DomainEvent> Stream for EventStream<E> {
    type Item = Result<Event<E>, StreamError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            match ready!(self.listener.inbox.poll(context)) {
                None => return Poll::Ready(None),
                Some(Next::Missed(missed)) => {
                    return Poll::Ready(Some(Err(StreamError::Lagged { missed })));
                }
                Some(Next::Event(stored)) => {
                    if let Some(item) = read(self.filter.as_ref(), &stored) {
                        return Poll::Ready(Some(item));
                    }
                }
            }
        }
    }
}

impl<E> Drop for EventStream<E> {
    fn drop(&mut self) {
        self.listener.end();
    }
}

impl<E> std::fmt::Debug for EventStream<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventStream").field("filter", &self.filter).finish_non_exhaustive()
    }
}

/// An event as the stream gives it; `None` where it does not.
fn read<E: DomainEvent>(
    filter: Option<&Filter>,
    stored: &Stored,
) -> Option<Result<Event<E>, StreamError>> {
    let Stored { position, event, .. } = stored;
    let delivery = Delivery::new(*position, 1);
    let wants = filter.map_or(Ok(true), |filter| filter.matches(event, delivery));
    let payload = match wants {
        Ok(true) => E::__from_raw(event),
        Ok(false) => return None,
        Err(error) => Err(error),
    };
    match payload {
        Ok(payload) => Some(Ok(Event::new(payload, event.envelope.clone(), delivery))),
        // A family holds types that this code does not know.
        Err(error) if error.kind() == ErrorKind::UnknownType => None,
        Err(source) => Some(Err(StreamError::Unreadable { position: *position, source })),
    }
}
