//! Replays: a part of the log is handed over once more, to handlers of its own or to those of a subscription.
//!
//! A replay is a subscription with an end. It has shards, fences, cursors, retries, parked siblings and dead letters as
//! every subscription has, in a space of names that no other can have: so it moves no cursor but its own.

mod filter;
mod past;
mod progress;
mod replaying;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
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
use crate::store::{
    Cursor, Ledger, Log, Registration, ReplayRow, Selection, Shards, Start, Tallies,
};
use crate::subscribe::{Spec, Subscribe};

pub use crate::replay::filter::ReplayFilter;
pub(crate) use crate::replay::past::Past;
pub use crate::replay::progress::{DryRun, Progress};
pub use crate::replay::replaying::Replaying;

/// What the name of a replay begins with where the database has it; no subscription's name holds a colon.
pub(crate) const PREFIX: &str = "replay:";

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
    archive: Option<PathBuf>,
}

impl<S: Log> EventBus<S> {
    /// Begins a replay of the log for handlers of its own. Its name is durable until it is finished or cancelled: under it
    /// the database remembers how far it has come. Replays and subscriptions may have the same names; they are independent
    /// of each other. [`Running::replay`] hands over to the handlers of a subscription.
    pub fn replay(&self, name: impl Into<String>) -> Replay<S> {
        Replay::new(self.subscribe(name))
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
        Replay::new(subscribe)
    }
}

impl<S: Log> Replay<S> {
    fn new(subscribe: Subscribe<S>) -> Self {
        Self { subscribe, filter: ReplayFilter::default(), archive: None }
    }

    /// What is handed over; every event that the handlers take unless this says otherwise.
    pub fn filter(mut self, filter: ReplayFilter) -> Self {
        self.filter = filter;
        self
    }

    /// Begins with the events that [`EventBus::retention`] wrote into the archive in this folder, and goes on in the log
    /// where that ends: each event once, in the order of their numbers. Every process that runs this replay needs the folder.
    /// A segment is held in memory as a whole, and counting reads all segments that may hold what is meant.
    ///
    /// An event of the archive that gets into trouble is put back into the log, where it is retried like any other; the next
    /// retention takes it away again when it is dealt with.
    pub fn archive(mut self, folder: impl Into<PathBuf>) -> Self {
        self.archive = Some(folder.into());
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
        let ledger = store.ledger().await?;
        let found = find(&store, &self.filter, self.archive.as_ref(), &ledger, &selection).await?;
        Ok(DryRun::of(&found.count(&store, &selection).await?))
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
        let Self { subscribe, filter, archive } = self;
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
            None => begin(&bus, &spec, &filter, archive.as_ref(), &selection).await?,
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
        let past = match archive {
            _ if row.archived == 0 => None,
            Some(folder) => {
                let ledger = bus.store.ledger().await?;
                Some(Arc::new(Past::go_on(folder, &ledger, &selection, row.archived).await?))
            }
            None => {
                let message = format!(
                    "replay `{name}` was begun with an archive: name its folder, `.archive(..)`, cancel it with \
                     `cancel_replay`, or take another name"
                );
                return Err(Error::new(ErrorKind::Configuration, message));
            }
        };
        let part = Part { selection, upto: row.upto.clone(), past };
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

/// The part of the past that a replay hands over.
struct Found<C> {
    /// Where it begins.
    from: C,
    /// Where the log's part of it begins.
    seam: C,
    upto: C,
    past: Option<Past>,
}

impl<C: Cursor> Found<C> {
    fn archived(&self) -> i64 {
        self.past.as_ref().map_or(0, |past| past.upto)
    }

    async fn count<S: Log<Cursor = C>>(&self, store: &S, selection: &Selection) -> Result<Tallies> {
        let all = Shards::all(1);
        let mut counted = Tallies::new();
        if let Some(past) = &self.past {
            let after = past.number(&self.from).unwrap_or(past.upto);
            add(&mut counted, past.survey((after, selection.last), &all).await?);
        }
        if self.past.is_none() || self.seam < self.upto {
            add(&mut counted, store.survey((&self.seam, &self.upto), &all, selection).await?);
        }
        Ok(counted)
    }
}

/// Finds the part that is meant now.
async fn find<S: Log>(
    store: &S,
    filter: &ReplayFilter,
    folder: Option<&PathBuf>,
    ledger: &Ledger,
    selection: &Selection,
) -> Result<Found<S::Cursor>> {
    let beginning = match folder {
        Some(folder) => Past::begin(folder.clone(), ledger, selection).await?,
        None => None,
    };
    let Some(past::Beginning { past, after }) = beginning else {
        let (from, upto) = store.span(filter.start(), selection.last).await?;
        return Ok(Found { seam: from.clone(), from, upto, past: None });
    };
    let next = Start::Position(past.upto.saturating_add(1));
    let (place, end) = store.span(next, selection.last).await?;
    let (from, seam) = (place.at(after), place.at(past.upto));
    let upto = if selection.last <= past.upto { place.at(selection.last.max(after)) } else { end };
    Ok(Found { from, seam, upto, past: Some(past) })
}

/// Makes a replay known that is not known yet.
async fn begin<S: Log>(
    bus: &EventBus<S>,
    spec: &Spec<S>,
    filter: &ReplayFilter,
    folder: Option<&PathBuf>,
    selection: &Selection,
) -> Result<ReplayRow<S::Cursor>> {
    loop {
        let ledger = bus.store.ledger().await?;
        let found = find(&bus.store, filter, folder, &ledger, selection).await?;
        let counted = found.count(&bus.store, selection).await?;
        let row = ReplayRow {
            filter: filter.to_json(),
            total: sum(&counted),
            began_at: Clock::new().now(),
            archived: found.archived(),
            upto: found.upto,
        };
        let registration = Registration {
            subscription: spec.name.clone(),
            start: filter.start(),
            shards: spec.shards,
            handles: spec.routes.handles(),
        };
        let known = bus.store.begin_replay(&registration, &found.from, &row).await?;
        // From here on it holds what it has still to read. Events that were dropped before are in no part of what was found.
        let is_ours = known.began_at == row.began_at && known.total == row.total;
        let dropped = bus.store.ledger().await?.dropped;
        if is_ours && dropped > ledger.dropped && dropped > row.archived {
            bus.store.remove(&spec.name).await?;
            continue;
        }
        return Ok(known);
    }
}

fn sum(counted: &Tallies) -> u64 {
    counted.values().map(|tally| tally.count).sum()
}

fn add(all: &mut Tallies, counted: Tallies) {
    for (name, tally) in counted {
        all.entry(name).and_modify(|all| *all = all.and(tally)).or_insert(tally);
    }
}
