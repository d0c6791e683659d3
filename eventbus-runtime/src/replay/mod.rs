//! Replays: a part of the log is handed over once more, to handlers of its own or to those of a subscription.
//!
//! A replay is a subscription with an end. It has shards, fences, cursors, retries, parked siblings and dead letters as
//! every subscription has, in a space of names that no other can have: so it moves no cursor but its own.

mod filter;
mod progress;
mod replaying;

use std::future::Future;
use std::time::Duration;

use crate::bus::EventBus;
use crate::clock::Clock;
use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::handler::{Arguments, Handler};
use crate::plan::backoff::Retry;
use crate::plan::breaker::Breaker;
use crate::plan::limit::RateLimit;
use crate::plan::verdict::OnFailure;
use crate::relay::{self, Part, Running};
use crate::store::{Log, Registration, ReplayRow, Selection, Shards, Tallies};
use crate::subscribe::{Spec, Subscribe};

pub use crate::replay::filter::ReplayFilter;
pub use crate::replay::progress::{DryRun, Progress};
pub use crate::replay::replaying::Replaying;

/// What the name of a replay begins with where the database has it; no subscription's name holds a colon.
const PREFIX: &str = "replay:";

/// Whether a subscription of this name is a replay.
pub(crate) fn is_name(subscription: &str) -> bool {
    subscription.starts_with(PREFIX)
}

/// A replay that is being put together.
///
/// It hands over what the log held when it was first started, and ends by itself when all of that is handled or dead.
///
/// ```
/// # #[cfg(feature = "testing")] async fn start() -> eventbus_runtime::Result<()> {
/// use std::time::Duration;
///
/// use eventbus_runtime::{DomainEvent, Event, EventBus, HandlerError, RateLimit, ReplayFilter};
///
/// #[derive(Debug, DomainEvent)]
/// #[event(prefix = "order")]
/// enum OrderEvent {
///     Placed { total_cents: i64 },
/// }
///
/// async fn rebuild(event: Event<OrderPlaced>) -> Result<(), HandlerError> {
///     assert!(event.is_replay());
///     Ok(())
/// }
///
/// let bus = EventBus::in_memory();
/// let replay = bus
///     .replay("orders-again")
///     .filter(ReplayFilter::new().types(["order.*"])?.tenant("acme"))
///     .rate_limit(RateLimit::new(500, Duration::from_secs(1)))
///     .handle(rebuild);
/// println!("{} events", replay.dry_run().await?.count);
/// let running = replay.start().await?;
/// running.finished().await?;
/// # Ok(()) }
/// ```
#[must_use = "a replay hands nothing over until it is started"]
pub struct Replay<S: Log> {
    subscribe: Subscribe<S>,
    filter: ReplayFilter,
}

impl<S: Log> EventBus<S> {
    /// Begins a replay of the log for handlers of its own. Its name is durable until it is finished or cancelled: under it
    /// the database remembers how far it has come. Replays and subscriptions may have the same names; they are independent
    /// of each other. [`Running::replay`] hands over to the handlers of a subscription.
    pub fn replay(&self, name: impl Into<String>) -> Replay<S> {
        Replay { subscribe: self.subscribe(name), filter: ReplayFilter::default() }
    }

    /// Cancels a replay, in whatever process it runs, or if none runs it: its place and all that is in trouble in it are
    /// forgotten. A replay of its name begins anew. Its dead letters stay.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when the database does not know it, because it is finished for instance;
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn cancel_replay(&self, name: &str) -> Result<()> {
        if !self.store.remove(&format!("{PREFIX}{name}")).await? {
            let message = format!(
                "the database knows no replay `{name}`: it is finished or cancelled already, or its name is another one"
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        self.hub.waker().disturb(&format!("{PREFIX}{name}"));
        Ok(())
    }
}

impl<S: Log> Running<S> {
    /// Begins a replay of the log for the handlers of this subscription, with its filter and its policy: retries,
    /// timeouts, batches, concurrency, rate limit. It has cursors of its own. The subscription goes on meanwhile, its place
    /// is not touched, and what is in trouble in it stays so: the two hand over independently of each other.
    pub fn replay(&self, name: impl Into<String>) -> Replay<S> {
        let subscribe = Subscribe::like(self.bus().clone(), name.into(), self.spec());
        Replay { subscribe, filter: ReplayFilter::default() }
    }
}

impl<S: Log> Replay<S> {
    /// What is handed over; every event that the handlers take unless this says otherwise.
    pub fn filter(mut self, filter: ReplayFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Adds a handler, as [`Subscribe::handle`](crate::Subscribe::handle) does.
    pub fn handle<H, A>(self, handler: H) -> Self
    where
        H: Handler<A>,
        A: Arguments<S>,
        H::Future: Future<Output = Result<(), HandlerError>> + Send,
    {
        self.with(|subscribe| subscribe.handle(handler))
    }

    /// How often its handlers are called at most in this process; it counts for itself, beside any subscription.
    pub fn rate_limit(self, limit: RateLimit) -> Self {
        self.with(|subscribe| subscribe.rate_limit(limit))
    }

    /// How often and how soon a failed event is tried again.
    pub fn retry(self, retry: Retry) -> Self {
        self.with(|subscribe| subscribe.retry(retry))
    }

    /// As [`Subscribe::timeout`](crate::Subscribe::timeout).
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|subscribe| subscribe.timeout(timeout))
    }

    /// As [`Subscribe::page`](crate::Subscribe::page).
    pub fn page(self, limit: usize) -> Self {
        self.with(|subscribe| subscribe.page(limit))
    }

    /// As [`Subscribe::batch`](crate::Subscribe::batch).
    pub fn batch(self, limit: usize) -> Self {
        self.with(|subscribe| subscribe.batch(limit))
    }

    /// As [`Subscribe::concurrency`](crate::Subscribe::concurrency).
    pub fn concurrency(self, calls: usize) -> Self {
        self.with(|subscribe| subscribe.concurrency(calls))
    }

    /// As [`Subscribe::unordered`](crate::Subscribe::unordered).
    pub fn unordered(self) -> Self {
        self.with(Subscribe::unordered)
    }

    /// As [`Subscribe::on_failure`](crate::Subscribe::on_failure).
    pub fn on_failure(self, on_failure: OnFailure) -> Self {
        self.with(|subscribe| subscribe.on_failure(on_failure))
    }

    /// As [`Subscribe::breaker`](crate::Subscribe::breaker).
    pub fn breaker(self, breaker: Breaker) -> Self {
        self.with(|subscribe| subscribe.breaker(breaker))
    }

    fn with(mut self, change: impl FnOnce(Subscribe<S>) -> Subscribe<S>) -> Self {
        self.subscribe = change(self.subscribe);
        self
    }

    /// Counts what it would hand over if it were started now, and hands nothing over. Without a handler it counts what the
    /// filter means. The database reads the log for it, and remembers nothing.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn dry_run(&self) -> Result<DryRun> {
        let (bus, spec) = self.subscribe.so_far();
        let (store, selection) = (bus.store.clone(), self.selection(spec));
        let span = store.span(self.filter.start(), selection.last);
        let (from, upto) = span.await?;
        let counted = store.survey((&from, &upto), &Shards::all(1), &selection).await?;
        Ok(DryRun::of(&counted))
    }

    /// Starts it on the current tokio runtime, or lets it go on: where the database knows a replay of this name, it goes on
    /// where that was stopped, and its end stays where it was. It counts what it is going to hand over before it begins.
    ///
    /// It runs until it is finished, stopped or cancelled, as long as its bus or its handle is there; several processes
    /// may run it, as replicas run a subscription.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] for what [`Subscribe::start`](crate::Subscribe::start) refuses, when no handler takes
    /// what the filter means, and when the replay of this name that the database knows has another filter: start it with
    /// that one, cancel it, or take another name. [`ErrorKind::Store`] when the database refuses.
    pub async fn start(self) -> Result<Replaying<S>> {
        let Self { subscribe, filter } = self;
        let (bus, mut spec) = subscribe.checked()?;
        let name = std::mem::take(&mut spec.name);
        spec.name = format!("{PREFIX}{name}");
        let selection = select(&filter, &spec);
        if selection.types.is_empty() {
            let message = format!(
                "replay `{name}`: its handlers take {}, and the filter means only {}: it would hand nothing over",
                spec.routes.types(),
                filter.selection().types
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let row = match bus.store.replay(&spec.name).await? {
            Some(row) => row,
            None => begin(&bus, &spec, &filter, &selection).await?,
        };
        let wanted = filter.to_json();
        if row.filter != wanted {
            let message = format!(
                "replay `{name}` was begun with the filter {}, not {wanted}: start it with that one, cancel it with \
                 `cancel_replay`, or take another name",
                row.filter
            );
            return Err(Error::new(ErrorKind::Configuration, message));
        }
        let part = Part { selection, upto: row.upto.clone() };
        let running = relay::start(bus, spec, Some(&part)).await?;
        Ok(Replaying::new(running, part, row))
    }

    /// What its handlers are to get.
    fn selection(&self, spec: &Spec<S>) -> Selection {
        if spec.routes.is_empty() {
            self.filter.selection().clone()
        } else {
            select(&self.filter, spec)
        }
    }
}

fn select<S: Log>(filter: &ReplayFilter, spec: &Spec<S>) -> Selection {
    let selection = filter.selection();
    Selection { types: selection.types.intersection(&spec.routes.types()), ..selection.clone() }
}

/// Makes a replay known that is not known yet.
async fn begin<S: Log>(
    bus: &EventBus<S>,
    spec: &Spec<S>,
    filter: &ReplayFilter,
    selection: &Selection,
) -> Result<ReplayRow<S::Cursor>> {
    let (from, upto) = bus.store.span(filter.start(), selection.last).await?;
    let counted = bus.store.survey((&from, &upto), &Shards::all(1), selection).await?;
    let row = ReplayRow {
        filter: filter.to_json(),
        total: sum(&counted),
        began_at: Clock::new().now(),
        upto,
        archived: 0,
    };
    let registration = Registration {
        subscription: spec.name.clone(),
        start: filter.start(),
        shards: spec.shards,
        handles: spec.routes.handles(),
    };
    bus.store.begin_replay(&registration, &from, &row).await
}

fn sum(counted: &Tallies) -> u64 {
    counted.values().map(|tally| tally.count).sum()
}
