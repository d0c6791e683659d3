//! Subscriptions: a name, handlers, options, start.

use std::future::Future;
use std::time::Duration;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::filter::Filter;
use crate::handler::{Arguments, Handler, Routes};
use crate::plan::backoff::Retry;
use crate::plan::breaker::Breaker;
use crate::plan::limit::RateLimit;
use crate::plan::verdict::OnFailure;
use crate::relay::{self, Running};
use crate::store::{Log, SLOTS, Start};

/// How many events plain handlers work on at once unless it is told otherwise.
const CALLS: usize = 5;

/// In how many lanes transactional handlers work unless it is told otherwise.
const LANES: usize = 1;

/// A subscription that is being put together.
///
/// The handlers' arguments say which events it wants. Either all of them take a transaction, and their effects in the
/// database happen exactly once; or none does, and each event is delivered at least once.
#[must_use = "a subscription reads nothing until it is started"]
pub struct Subscribe<S: Log> {
    bus: EventBus<S>,
    spec: Spec<S>,
}

/// A whole subscription, as the relay runs it.
pub(crate) struct Spec<S: Log> {
    pub(crate) name: String,
    pub(crate) routes: Routes<S>,
    pub(crate) start: Start,
    pub(crate) retry: Retry,
    pub(crate) retry_dead_after: Option<Duration>,
    pub(crate) timeout: Duration,
    pub(crate) page: usize,
    pub(crate) batch: Option<usize>,
    pub(crate) poll: Duration,
    pub(crate) shards: u16,
    pub(crate) lease: Duration,
    pub(crate) deploy_grace: Duration,
    pub(crate) concurrency: Option<usize>,
    pub(crate) ordered: bool,
    pub(crate) on_failure: OnFailure,
    pub(crate) limit: Option<RateLimit>,
    pub(crate) breaker: Breaker,
}

impl<S: Log> EventBus<S> {
    /// Begins a subscription. Its name is durable: under it the database remembers how far it has come. Replicas with
    /// one name share its shards, different names are independent of each other.
    pub fn subscribe(&self, name: impl Into<String>) -> Subscribe<S> {
        let spec = Spec {
            name: name.into(),
            routes: Routes::new(),
            start: Start::default(),
            retry: Retry::default(),
            retry_dead_after: None,
            timeout: Duration::from_secs(30),
            page: 1_000,
            batch: None,
            poll: Duration::from_secs(1),
            shards: 16,
            lease: Duration::from_secs(15),
            deploy_grace: Duration::from_secs(600),
            concurrency: None,
            ordered: true,
            on_failure: OnFailure::default(),
            limit: None,
            breaker: Breaker::default(),
        };
        Subscribe { bus: self.clone(), spec }
    }
}

impl<S: Log> Subscribe<S> {
    /// Adds a handler: `async fn(Event<E>)` or `async fn(Tx<S>, Event<E>)`, returning `Result<(), HandlerError>`.
    ///
    /// # Batches
    ///
    /// With [`Events<E>`](crate::Events) in place of `Event<E>` it is a handler of batches, which is called with as many
    /// events at once as follow each other in the log, none of another handler between them, up to
    /// [`batch`](Self::batch). All handlers of a subscription take batches, or none does.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn start() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{DomainEvent, EventBus, Events, HandlerError, MemoryTx};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    ///     Cancelled,
    /// }
    ///
    /// async fn project(mut tx: MemoryTx, events: Events<OrderEvent>) -> Result<(), HandlerError> {
    ///     for event in &events {
    ///         match &**event {
    ///             OrderEvent::Placed { total_cents } => println!("{total_cents} cents"),
    ///             OrderEvent::Cancelled => println!("cancelled"),
    ///         }
    ///     }
    ///     // One statement for all of them, on `&mut *tx`.
    ///     let _ = &mut *tx;
    ///     Ok(())
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// bus.subscribe("orders").batch(500).handle(project).start().await?;
    /// # Ok(()) }
    /// ```
    ///
    /// When a call fails, in whatever way, its events are tried again in halves until the one is found that is to blame;
    /// only that one is retried or a dead letter, and uses up attempts. So the events around it are handed over a second
    /// time: a transactional handler's first effects were rolled back with its failure, a plain handler has to bear it.
    /// An event that cannot be read is found without a call. One that is tried again later comes alone; those that
    /// were parked behind it follow together.
    ///
    /// Each call of a transactional handler is a transaction of its own; plain handlers of batches are called one at a
    /// time, whatever [`concurrency`](Self::concurrency) says, and the cursor is written after each call. The
    /// [`timeout`](Self::timeout) is that of the call.
    pub fn handle<H, A>(mut self, handler: H) -> Self
    where
        H: Handler<A>,
        A: Arguments<S>,
        H::Future: Future<Output = Result<(), HandlerError>> + Send,
    {
        self.spec.routes.add(handler);
        self
    }

    /// Delivers only what the filter lets through, to every handler of the subscription. Given twice, both must let it
    /// through.
    ///
    /// The other events are passed over: they are neither handled nor do they wait or make others wait.
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
    /// async fn review(event: Event<OrderPlaced>) -> Result<(), HandlerError> {
    ///     println!("{} cents", event.total_cents);
    ///     Ok(())
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let large = OrderPlaced::filter().and(|event: &Event<OrderPlaced>| event.total_cents > 100_000);
    /// bus.subscribe("review").filter(large).handle(review).start().await?;
    /// # Ok(()) }
    /// ```
    pub fn filter(mut self, filter: impl Into<Filter>) -> Self {
        self.spec.routes.restrict(filter.into());
        self
    }

    /// Where it starts when the database does not know it yet; with the oldest event unless this says otherwise.
    pub fn from(mut self, start: Start) -> Self {
        self.spec.start = start;
        self
    }

    /// How often and how soon a failed event is tried again.
    pub fn retry(mut self, retry: Retry) -> Self {
        self.spec.retry = retry;
        self
    }

    /// Retries what this subscription gives up, by itself, so long after it did, and at the latest one poll later: three
    /// times ([`MOST_RETRIES`](crate::dead_letter::MOST_RETRIES)), and three times more after somebody retried it. Off
    /// unless this is called. Each is recorded as an action of `eventbus`.
    pub fn retry_dead_after(mut self, delay: Duration) -> Self {
        self.spec.retry_dead_after = Some(delay);
        self
    }

    /// How long a handler may take on its first attempt, 30 s by default; on its n-th it may take n times as long.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.spec.timeout = timeout;
        self
    }

    /// How many events are read at once at most, 1,000 by default; for transactional handlers also how many share one
    /// transaction.
    pub fn page(mut self, limit: usize) -> Self {
        self.spec.page = limit;
        self
    }

    /// How many events a handler of batches is called with at most, a [`page`](Self::page) by default. Handlers of single
    /// events do not mind it.
    pub fn batch(mut self, limit: usize) -> Self {
        self.spec.batch = Some(limit);
        self
    }

    /// How long an idle subscription sleeps at most when nobody wakes it, 1 s by default.
    pub fn poll(mut self, interval: Duration) -> Self {
        self.spec.poll = interval;
        self
    }

    /// How many events its handlers may work on at once in this process. Those of one aggregate are handled one after the
    /// other in any case.
    ///
    /// Plain handlers: 5 by default. Transactional handlers work in turns by default, because they share the transaction
    /// of a page. With `concurrency(n)` they are up to n replicas in this process, of which each has its part of the
    /// [`shards`](Self::shards), its own transactions on a connection of its own, and its own
    /// [`breaker`](Self::breaker); each reads the log. More of them than shards have nothing to do. A database with one
    /// writer at a time, SQLite, has one in any case, and the log says so.
    ///
    /// n transactions need n + 1 connections of the pool, and a few more where other subscriptions or the application
    /// share it.
    pub fn concurrency(mut self, calls: usize) -> Self {
        self.spec.concurrency = Some(calls);
        self
    }

    /// Gives up the order of events of one aggregate: plain handlers work on them at once too, and none waits for another
    /// that is being retried.
    pub fn unordered(mut self) -> Self {
        self.spec.ordered = false;
        self
    }

    /// What is done with an event that failed and might be tried again: it parks its aggregate unless this says otherwise.
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.spec.on_failure = on_failure;
        self
    }

    /// How often its handlers are called at most in this process. Of batches the events are counted, because each has its
    /// own bucket: one holds no more of them than there are tokens for, so that [`RateLimit::burst`] bounds it.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.spec.limit = Some(limit);
        self
    }

    /// When it stands still because what its handlers talk to is unavailable: after three
    /// [`HandlerError::unavailable`] in a row, for 1 to 60 seconds, unless this says otherwise.
    pub fn breaker(mut self, breaker: Breaker) -> Self {
        self.spec.breaker = breaker;
        self
    }

    /// How many shards it gets when the database does not know it yet, 16 by default, at most 1,024. So many replicas can
    /// share the work; the events of one aggregate are all in one shard.
    pub fn shards(mut self, shards: u16) -> Self {
        self.spec.shards = shards;
        self
    }

    /// For how long a replica counts as alive after it last said so, 15 s by default; it says so three times as often.
    /// One that is killed is replaced sooner, because its locks go with it; this is for one that hangs, or whose network
    /// does.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.spec.lease = lease;
        self
    }

    /// For how long this code leaves the subscription to newer code that has gone, 10 minutes by default.
    ///
    /// Newer code is what handles a type, or a version of one, that this code does not. While it is there, and in case it
    /// comes back, older code owns nothing, because it would pass over what it does not know. Code from which a handler was
    /// removed looks older, too: it waits for this long after the last replica with that handler ended, or not at all
    /// where this is zero.
    pub fn deploy_grace(mut self, grace: Duration) -> Self {
        self.spec.deploy_grace = grace;
        self
    }

    /// Starts it on the current tokio runtime and returns when the database knows it: what is committed from then on
    /// reaches it, even from [`Start::Now`].
    ///
    /// It runs until it is shut down, or until the bus, its clones and every [`Running`] of it are dropped.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when two handlers want one event type, when handlers with and without a transaction,
    /// or of batches and of single events, are mixed, when there is no handler, when the filter lets nothing through that a handler takes, when the pool
    /// is too small for [`concurrency`](Self::concurrency), or when the name or an option is out of range;
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn start(self) -> Result<Running<S>> {
        let (bus, spec) = self.checked()?;
        relay::start(bus, spec, None).await
    }

    /// One of this name that is as another is.
    pub(crate) fn like(bus: EventBus<S>, name: String, spec: &Spec<S>) -> Self {
        let spec = Spec { name, routes: spec.routes.again(), ..*spec };
        Self { bus, spec }
    }

    /// As far as it is put together.
    pub(crate) const fn so_far(&self) -> (&EventBus<S>, &Spec<S>) {
        (&self.bus, &self.spec)
    }

    /// The whole subscription, unless it contradicts itself.
    pub(crate) fn checked(self) -> Result<(EventBus<S>, Spec<S>)> {
        let Self { bus, mut spec } = self;
        spec.check()?;
        Ok((bus, spec))
    }
}

impl<S: Log> Spec<S> {
    /// How many events one call takes at most.
    pub(crate) fn batch(&self) -> usize {
        self.batch.unwrap_or(self.page)
    }

    /// How many events plain handlers work on at once.
    pub(crate) fn calls(&self) -> usize {
        self.concurrency.unwrap_or(CALLS)
    }

    /// How many transactions of handlers are open at once.
    pub(crate) fn lanes(&self) -> usize {
        if self.routes.transactional() { self.concurrency.unwrap_or(LANES) } else { 1 }
    }

    /// The longest sleep, in milliseconds.
    pub(crate) fn poll_millis(&self) -> i64 {
        i64::try_from(self.poll.as_millis()).unwrap_or(i64::MAX)
    }

    fn check(&mut self) -> Result<()> {
        let name = &self.name;
        let refuse = |message: &str| {
            Err(Error::new(ErrorKind::Configuration, format!("subscription `{name}`: {message}")))
        };
        if !is_name(name) {
            return refuse("a name is a lower-case letter and up to 62 of `a-z 0-9 _ . -`");
        }
        if self.retry.attempts == 0 {
            return refuse("`retry.attempts` is at least 1");
        }
        if self.timeout.is_zero() || self.poll.is_zero() {
            return refuse("`timeout` and `poll` are longer than nothing");
        }
        if self.lease < Duration::from_millis(30) {
            return refuse("`lease` is at least 30 ms");
        }
        if !(1..=SLOTS).contains(&self.shards) {
            return refuse("`shards` is 1 to 1,024");
        }
        if self.concurrency == Some(0) {
            return refuse("`concurrency` is at least 1");
        }
        if self.breaker.failures == 0 || self.breaker.first.is_zero() {
            return refuse(
                "`breaker.failures` is at least 1, and `breaker.first` longer than nothing",
            );
        }
        if self.retry_dead_after.is_some_and(|delay| delay.is_zero()) {
            return refuse("`retry_dead_after` is longer than nothing");
        }
        if self.page == 0 {
            return refuse("`page` holds at least 1 event");
        }
        if self.batch == Some(0) {
            return refuse("`batch` holds at least 1 event");
        }
        match self.routes.check() {
            Err(error) => refuse(&error.to_string()),
            Ok(()) => Ok(()),
        }
    }
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    name.len() <= 63
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_lower_case_and_short() {
        for good in ["a", "billing", "mail.v2", "read_model-1", &"a".repeat(63)] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["", "1a", ".a", "Billing", "a b", "ä", "a/b", &"a".repeat(64)] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
