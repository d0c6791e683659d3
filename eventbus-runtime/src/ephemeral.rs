//! Ephemeral subscriptions: handlers that live with the process and leave nothing in the database.

use std::future::Future;
use std::time::Duration;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::filter::Filter;
use crate::handler::{Arguments, Handler};
use crate::plan::backoff::Retry;
use crate::relay::{self, Listening};
use crate::store::Log;
use crate::subscribe::Subscribe;

/// How many of the last events `replay_last` asks for.
pub(crate) const LAST: usize = 16;

/// How many of the last events an ephemeral subscription or a stream may ask for.
pub const MOST_REPLAYED: usize = 256;

/// An ephemeral subscription that is being put together.
#[must_use = "an ephemeral subscription reads nothing until it is started"]
pub struct Ephemeral<S: Log> {
    subscribe: Subscribe<S>,
    last: usize,
}

impl<S: Log> EventBus<S> {
    /// Begins a subscription that lives as long as its handle: it has no name and no place in the database, and starts
    /// with what is committed from then on. For caches, live views and metrics; what must not miss an event while the
    /// process is down has a name and is [durable](Self::subscribe).
    ///
    /// All ephemeral subscriptions and streams of a bus are fed by one reader. 256 events may wait for a subscription's
    /// handlers, and 256 more may be in hand; for those that are slower still the oldest are dropped, counted as
    /// [`missed`](crate::Counts::missed), so that they slow nobody else.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn start() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{DomainEvent, Event, EventBus, HandlerError};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    /// }
    ///
    /// async fn show(event: Event<OrderPlaced>) -> Result<(), HandlerError> {
    ///     println!("{} cents", event.total_cents);
    ///     Ok(())
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let showing = bus.ephemeral().replay_last().handle(show).start().await?;
    /// // Until it is dropped:
    /// println!("{} shown", showing.stats().total.handled);
    /// # Ok(()) }
    /// ```
    pub fn ephemeral(&self) -> Ephemeral<S> {
        Ephemeral { subscribe: self.subscribe("ephemeral"), last: 0 }
    }
}

impl<S: Log> Ephemeral<S> {
    /// Adds a handler: `async fn(Event<E>)`, returning `Result<(), HandlerError>`. One that takes a transaction is
    /// refused at the start.
    pub fn handle<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        A: Arguments<S>,
        H::Future: Future<Output = Result<(), HandlerError>> + Send,
    {
        self.subscribe = self.subscribe.handle(handler);
        self
    }

    /// Delivers only what the filter lets through, as [`Subscribe::filter`] does.
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.subscribe = self.subscribe.filter(filter);
        self
    }

    /// Begins with the last 16 events that it wants, in order, before those that come.
    pub fn replay_last(self) -> Self {
        self.last(LAST)
    }

    /// Begins with the last `count` events that it wants, in order, before those that come: 256 at most
    /// ([`MOST_REPLAYED`]). They are looked for among the newest 100,000 of the log
    /// ([`LOOK_BACK`](crate::store::LOOK_BACK)).
    pub fn last(mut self, count: usize) -> Self {
        self.last = count;
        self
    }

    /// How often and how soon a failed event is tried again, in memory: when its attempts are used up, it is dropped,
    /// logged as an error and counted as [`dead`](crate::Counts::dead). Later events of its aggregate wait for it.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.subscribe = self.subscribe.retry(retry);
        self
    }

    /// How long a handler may take on its first attempt, as [`Subscribe::timeout`] has it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.subscribe = self.subscribe.timeout(timeout);
        self
    }

    /// How many events the handlers may work on at once, 5 by default. Those of one aggregate are handled one after the
    /// other.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.subscribe = self.subscribe.concurrency(calls);
        self
    }

    /// Gives up the order of events of one aggregate.
    pub fn unordered(mut self) -> Self {
        self.subscribe = self.subscribe.unordered();
        self
    }

    /// Starts it on the current tokio runtime and returns when it listens: what is committed from then on reaches it. It
    /// ends when the handle is dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when a handler takes a transaction or a batch, when more than [`MOST_REPLAYED`] of the last
    /// events are asked for, and for what [`Subscribe::start`] refuses; [`ErrorKind::Store`] when the database refuses.
    pub async fn start(self) -> Result<Listening> {
        let Self { subscribe, last } = self;
        let (bus, spec) = subscribe.checked()?;
        if spec.routes.transactional() {
            return Err(refused(
                "an ephemeral subscription has no place in the database that a transaction could move: take the \
                 transaction out of its handlers' arguments, or make it durable with `bus.subscribe(name)`",
            ));
        }
        if spec.routes.batches() {
            return Err(refused(
                "an ephemeral subscription hands events over one by one: take `Event<E>` in its handlers, or make it \
                 durable with `bus.subscribe(name)`",
            ));
        }
        check_last("an ephemeral subscription", last)?;
        relay::start_ephemeral(&bus, spec, last).await
    }
}

/// Whether so many of the last events may be asked for.
pub(crate) fn check_last(who: &str, last: usize) -> Result<()> {
    if last <= MOST_REPLAYED {
        return Ok(());
    }
    Err(refused(&format!(
        "{who} asks for the last {last} events: {MOST_REPLAYED} at most; what needs more of the past is durable, and \
         starts where it says with `bus.subscribe(name).from(..)`"
    )))
}

fn refused(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}
