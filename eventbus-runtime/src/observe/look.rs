//! Looking: what the process knows of its subscriptions, and what the database says of them.
//!
//! Nothing of this is done by a step. It takes some statements for each subscription, when somebody asks.

use std::future::Future;
use std::time::Duration;

use tokio::time::timeout;

use crate::bus::EventBus;
use crate::clock;
use crate::dead_letter::LetterFilter;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::age;
use crate::observe::health::{Health, HealthLimits, ScheduleHealth, SubscriptionHealth, worst};
use crate::plan::health::{Facts, StoreFacts, of_store, of_subscription};
use crate::relay::{Hub, Lanes};
use crate::store::{Agenda, InTrouble, Listens, Log, Shards, Waits};

/// How far events that wait are counted.
pub const MOST_COUNTED: usize = 100_000;

impl<S: Log> EventBus<S> {
    /// How this bus and the durable subscriptions that run in this process are, as far as can be told now: whether the
    /// database answers, what waits, and what keeps it waiting. With the feature `metrics` the gauges are set to it.
    ///
    /// It reads: some statements for each subscription, which count what waits up to [`MOST_COUNTED`]. Meant for a
    /// probe every few seconds.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn probe() {
    /// use eventbus_runtime::EventBus;
    ///
    /// let bus = EventBus::in_memory();
    /// let health = bus.health().await;
    /// println!("{health}");
    /// assert!(health.is_ready() && health.is_live());
    /// # }
    /// ```
    pub async fn health(&self) -> Health {
        self.health_within(&HealthLimits::default()).await
    }

    /// The same with limits of the caller's.
    pub async fn health_within(&self, limits: &HealthLimits) -> Health {
        look(&self.store, &self.hub, limits).await
    }
}

/// Looks at everything once.
pub(super) async fn look<S: Log>(store: &S, hub: &Hub, limits: &HealthLimits) -> Health {
    let deaf = deaf(store.listens());
    let mut known = StoreFacts { deaf, ..StoreFacts::default() };
    let answered = async {
        store.end().await?;
        Ok((store.ledger().await?, store.agenda(MOST_COUNTED).await?))
    };
    let mut schedule = None;
    match within(limits, answered).await {
        Ok((ledger, agenda)) => {
            schedule = Some(told(&agenda));
            known.agenda = agenda;
            known.held = ledger.held.map(|(holder, since)| {
                let millis = clock::now().saturating_sub(since);
                (Duration::from_millis(u64::try_from(millis).unwrap_or(0)), holder)
            });
        }
        Err(error) => known.refused = Some(error.full()),
    }
    let mut subscriptions = Vec::new();
    for (name, lanes) in hub.durable() {
        let read = match &known.refused {
            None => within(limits, read(store, &name, &lanes)).await,
            Some(_) => Ok(Read::default()),
        };
        let read = read.unwrap_or_else(|error| {
            known.refused = Some(error.full());
            Read::default()
        });
        let unmoved = read.cursors.as_deref().map(|cursors| hub.unmoved(&name, cursors));
        let idle = lanes.idle().min(unmoved.unwrap_or(Duration::MAX));
        subscriptions.push(judged(name, &lanes, read, idle, limits));
    }
    let findings = of_store(&known, limits);
    let all = subscriptions.iter().flat_map(|subscription| &subscription.findings);
    let light = worst(findings.iter().chain(all));
    let health = Health { light, findings, schedule, subscriptions };
    #[cfg(feature = "metrics")]
    super::gauges::set(&health, hub);
    health
}

fn told(agenda: &Agenda) -> ScheduleHealth {
    let Agenda { waiting, more, overdue, refused, aside, .. } = *agenda;
    ScheduleHealth { waiting, more, overdue, refused, aside }
}

async fn within<T>(
    limits: &HealthLimits,
    asked: impl Future<Output = Result<T>> + Send,
) -> Result<T> {
    let late = |_| {
        let message = format!("no answer within {:?}", limits.answer_within);
        Err(Error::new(ErrorKind::Store, message))
    };
    timeout(limits.answer_within, asked).await.unwrap_or_else(late)
}

fn deaf(listens: Listens) -> Option<(Duration, String)> {
    match listens {
        Listens::Lost { since, error } => {
            let now = clock::system_time(clock::now());
            Some((now.duration_since(since).unwrap_or_default(), error))
        }
        _ => None,
    }
}

/// What the database says of a subscription.
#[derive(Default)]
struct Read {
    /// Where its shards stand, as a text that only differs where they moved; `None` where that is not known.
    cursors: Option<String>,
    depth: u64,
    more: bool,
    lag: Option<Duration>,
    ownerless: bool,
    open: InTrouble,
    missing: Option<String>,
    crowded: bool,
    dead_letters: u64,
}

async fn read<S: Log>(store: &S, name: &str, lanes: &Lanes) -> Result<Read> {
    let Some(roster) = store.roster(name).await? else { return Ok(Read::default()) };
    let of = u16::try_from(roster.shards.len()).unwrap_or(u16::MAX);
    let cursors: Vec<_> =
        roster.shards.iter().map(|shard| (&shard.cursor, &shard.detours)).collect();
    let mut read = Read {
        cursors: Some(format!("{cursors:?}")),
        ownerless: roster
            .shards
            .iter()
            .any(|shard| shard.owner.is_none_or(|owner| !roster.alive.contains(&owner))),
        ..Read::default()
    };
    let now = clock::now();
    for (cursor, shards, tracks) in roster.places() {
        let counted = usize::try_from(read.depth).unwrap_or(usize::MAX);
        // One at least, for its age.
        let at_most = MOST_COUNTED.saturating_sub(counted).max(1);
        let waits = Waits { types: lanes.types(), shards: &shards, tracks: &tracks, at_most };
        let waits = store.pending(cursor, waits).await?;
        read.depth += waits.events;
        read.more |= waits.more;
        read.lag = read.lag.max(waits.oldest.and_then(|id| age(id, now)));
    }
    read.open = store.in_trouble(name).await?;
    if read.open != InTrouble::default() {
        let troubles = store.troubles(name, &Shards::all(of), now, 1).await?;
        let unhandled = troubles
            .ready
            .iter()
            .map(|trouble| &trouble.stored.event.envelope.event_type)
            .find(|event_type| !lanes.types().contains(event_type));
        read.missing = unhandled
            .map(|event_type| format!("`{event_type}` is in trouble and has no handler here"));
        read.crowded = !troubles.crowded.is_empty();
    }
    read.dead_letters = store.survey_letters(&LetterFilter::all().subscription(name)).await?.count;
    Ok(read)
}

fn judged(
    name: String,
    lanes: &Lanes,
    read: Read,
    idle: Duration,
    limits: &HealthLimits,
) -> SubscriptionHealth {
    let state = lanes.state();
    let facts = Facts {
        state,
        stalled: lanes.stalled().map(|error| error.full()),
        stopping: lanes.is_stopping(),
        busy: lanes.busy(),
        waits: read.depth > 0,
        lag: read.lag,
        idle,
        ownerless: read.ownerless,
        missing: read.missing,
        crowded: read.crowded,
        dead_letters: read.dead_letters,
    };
    let findings = of_subscription(&facts, limits);
    SubscriptionHealth {
        name,
        light: worst(&findings),
        state,
        depth: read.depth,
        more: read.more,
        lag: read.lag,
        retrying: read.open.retrying,
        parked: read.open.parked,
        dead_letters: read.dead_letters,
        idle,
        findings,
    }
}
