//! Asking for statistics: what the database kept, what this process did not keep yet, and what waits now.

use std::collections::BTreeSet;
use std::fmt;
use std::future::IntoFuture;
use std::pin::Pin;
use std::time::Duration;

use crate::bus::EventBus;
use crate::clock;
use crate::error::Result;
use crate::filter::TypeSet;
use crate::observe::age;
use crate::replay::PREFIX;
use crate::stats::note::{Note, NoteKind};
use crate::stats::statistics::{Known, Statistics, estimate};
use crate::stats::{KEPT_MINUTES, minute_of};
use crate::store::{Handles, Log, Noted, Series, Waits, Whose};

/// The time that figures are of unless it is said.
const SINCE: Duration = Duration::from_secs(3_600);

/// How many numbers of the log are looked through for a subscription: what waits is counted exactly where it is no more of
/// them behind, and estimated from a sample of as many beyond.
pub const MOST_LOOKED_THROUGH: usize = 40_000;

/// How many numbers are looked through at each of several places, at least: an estimate needs some.
const LEAST: usize = 1_000;

/// How many deliveries in trouble, and how many letters, are looked at.
const MOST_STUCK: usize = 10_000;

/// A question for statistics that is being put together: [`EventBus::stats`]. Awaiting it asks.
#[must_use = "nothing is asked before this is awaited"]
pub struct Asking<'a, S: Log> {
    bus: &'a EventBus<S>,
    subscription: Option<String>,
    pattern: Option<String>,
    tenant: Option<String>,
    since: Duration,
}

impl<S: Log> EventBus<S> {
    /// How far each subscription is, how fast it goes and what goes wrong, by subscription, type and tenant: of all
    /// subscriptions that the database knows, whoever runs them.
    ///
    /// What waits is counted now: exactly where a subscription is no more than [`MOST_LOOKED_THROUGH`] numbers of the log
    /// behind, and estimated beyond. What was handled is counted by each process and kept once a minute, so
    /// that figures of other processes are up to a minute old; those of this one are not.
    ///
    /// ```
    /// # async fn example(bus: &eventbus_runtime::MemoryBus) -> eventbus_runtime::Result<()> {
    /// use std::time::Duration;
    ///
    /// println!("{}", bus.stats().await?);
    /// let orders = bus.stats().of_type("order.*").since(Duration::from_secs(300)).await?;
    /// for failed in bus.stats().of_subscription("billing").failed(10).await? {
    ///     println!("{} {:?}", failed.event_id, failed.error);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn stats(&self) -> Asking<'_, S> {
        Asking { bus: self, subscription: None, pattern: None, tenant: None, since: SINCE }
    }
}

impl<'a, S: Log> Asking<'a, S> {
    /// Only of one subscription.
    pub fn of_subscription(mut self, name: impl Into<String>) -> Self {
        self.subscription = Some(name.into());
        self
    }

    /// Only of types: `order.placed`, a family, `order.*`, or `*` for every type.
    pub fn of_type(mut self, pattern: impl Into<String>) -> Self {
        self.pattern = Some(pattern.into());
        self
    }

    /// Only of a tenant. What waits is counted for any; of what was handled no more than
    /// [`MOST_TENANTS`](crate::stats::MOST_TENANTS) of a minute are told apart.
    pub fn of_tenant(mut self, tenant: impl Into<String>) -> Self {
        self.tenant = Some(tenant.into());
        self
    }

    /// For how long back throughput, rates and times are, an hour by default and a day at most. It begins with a whole
    /// minute.
    pub fn since(mut self, back: Duration) -> Self {
        self.since = back;
        self
    }

    /// The events whose handlers were the slowest, the slowest first: those of a second or more, ten of each
    /// minute, subscription and process, and of each subscription the newest [`MOST_NOTES`](crate::stats::MOST_NOTES).
    ///
    /// # Errors
    /// As those of the question itself.
    pub async fn slow(self, most: usize) -> Result<Vec<Note>> {
        self.notes(NoteKind::Slow, most).await
    }

    /// The attempts that failed, the newest first: twenty of each minute, subscription and process, and of each
    /// subscription the newest [`MOST_NOTES`](crate::stats::MOST_NOTES).
    ///
    /// # Errors
    /// As those of the question itself.
    pub async fn failed(self, most: usize) -> Result<Vec<Note>> {
        self.notes(NoteKind::Failed, most).await
    }

    async fn notes(self, kind: NoteKind, most: usize) -> Result<Vec<Note>> {
        let types = self.types()?;
        let since = minute_of(clock::now()).saturating_sub(self.minutes());
        let mut wanted = Noted {
            kind,
            since: since * 60_000,
            subscription: self.subscription.as_deref(),
            tenant: self.tenant.as_deref(),
            // All that there are, where the database cannot choose among types.
            limit: if self.pattern.is_some() { usize::MAX } else { most },
        };
        let mut notes = self.bus.store.notes(&wanted).await?;
        let unkept = self.bus.hub.books().unkept().notes.into_iter();
        let known: BTreeSet<_> = notes.iter().map(|note| note.id).collect();
        notes.extend(unkept.filter(|note| wanted.means(note) && !known.contains(&note.id)));
        notes.retain(|note| types.contains(&note.event_type));
        wanted.limit = most;
        wanted.sort(&mut notes);
        Ok(notes)
    }

    async fn ask(self) -> Result<Statistics> {
        let types = self.types()?;
        let now = clock::now();
        let since = minute_of(now).saturating_sub(self.minutes());
        let mut known = Known::default();
        self.add_sums(&mut known, &types, since).await?;
        self.add_stuck(&mut known, &types, now).await?;
        let names = match &self.subscription {
            Some(name) => vec![name.clone()],
            None => self.bus.store.subscriptions().await?,
        };
        for name in names {
            self.add_waiting(&mut known, &types, &name, now).await?;
        }
        Ok(known.told(since * 60_000, now))
    }

    /// What was handled.
    async fn add_sums(&self, known: &mut Known, types: &TypeSet, since: i64) -> Result<()> {
        let name = self.subscription.as_deref();
        let kept = self.bus.store.sums(since, name).await?;
        let unkept = self.bus.hub.books().unkept().sums.into_iter();
        let unkept = unkept.filter(|((minute, series), _)| {
            *minute >= since && name.is_none_or(|name| name == series.subscription)
        });
        for (series, sums) in kept.into_iter().chain(unkept.map(|((_, of), sums)| (of, sums))) {
            if self.means(types, &series) {
                known.of(series).sums.merge(&sums);
            }
        }
        Ok(())
    }

    /// What is in trouble or dead.
    async fn add_stuck(&self, known: &mut Known, types: &TypeSet, now: i64) -> Result<()> {
        let (name, tenant) = (self.subscription.as_deref(), self.tenant.as_deref());
        let stuck = self.bus.store.stuck(name, tenant, MOST_STUCK).await?;
        (known.more_open, known.more_dead) = (stuck.more_open, stuck.more_dead);
        for group in stuck.groups {
            if self.means(types, &group.series) {
                let facts = known.of(group.series);
                facts.retrying = group.retrying;
                facts.parked = group.parked;
                facts.dead = group.dead;
                facts.oldest = group.oldest.and_then(|id| age(id, now));
            }
        }
        Ok(())
    }

    /// What a subscription has not passed. How far a replay is it tells itself.
    async fn add_waiting(
        &self,
        known: &mut Known,
        types: &TypeSet,
        name: &str,
        now: i64,
    ) -> Result<()> {
        let store = &self.bus.store;
        let Some(roster) = store.roster(name).await? else { return Ok(()) };
        known.names.insert(name.to_owned());
        if name.starts_with(PREFIX) {
            return Ok(());
        }
        let types = handled(&roster.handles).intersection(types);
        let mut looked = 0;
        for (cursor, shards, tracks) in roster.places() {
            let tracks = match &self.tenant {
                // That would be the events of no tenant, and is the name of none.
                Some(tenant) if tenant.is_empty() => None,
                Some(tenant) => tracks.of_tenant(tenant),
                None => Some(tracks),
            };
            let Some(tracks) = &tracks else { continue };
            let at_most = MOST_LOOKED_THROUGH.saturating_sub(looked).max(LEAST);
            let waits = Waits { types: &types, shards: &shards, tracks, at_most };
            let waiting = store.waiting(cursor, waits).await?;
            if waiting.left > 0 {
                known.estimated.insert(name.to_owned());
            }
            looked += usize::try_from(waiting.looked).unwrap_or(usize::MAX);
            for group in waiting.groups {
                let subscription = name.to_owned();
                let (event_type, whose) = (group.event_type, group.whose);
                let facts = known.of(Series { subscription, event_type, whose });
                facts.behind += estimate(group.events, waiting.looked, waiting.left);
                facts.lag = facts.lag.max(group.oldest.and_then(|id| age(id, now)));
            }
        }
        Ok(())
    }

    fn means(&self, types: &TypeSet, series: &Series) -> bool {
        types.contains(&series.event_type)
            && self.tenant.as_ref().is_none_or(
                |tenant| matches!(&series.whose, Whose::Tenant(whose) if whose == tenant),
            )
    }

    fn types(&self) -> Result<TypeSet> {
        self.pattern.as_deref().map_or_else(|| Ok(TypeSet::everything()), TypeSet::parse)
    }

    fn minutes(&self) -> i64 {
        i64::try_from(self.since.as_secs().div_ceil(60)).unwrap_or(i64::MAX).min(KEPT_MINUTES)
    }
}

/// The types that a subscription's newest code handles.
fn handled(handles: &Handles) -> TypeSet {
    let patterns = handles.keys().filter_map(|pattern| TypeSet::parse(pattern).ok());
    patterns.fold(TypeSet::default(), |types, pattern| types.union(&pattern))
}

/// # Errors
/// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed) for a pattern that names no types;
/// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
impl<'a, S: Log> IntoFuture for Asking<'a, S> {
    type Output = Result<Statistics>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.ask())
    }
}

impl<S: Log> fmt::Debug for Asking<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asking")
            .field("subscription", &self.subscription)
            .field("types", &self.pattern)
            .field("tenant", &self.tenant)
            .field("since", &self.since)
            .finish_non_exhaustive()
    }
}
