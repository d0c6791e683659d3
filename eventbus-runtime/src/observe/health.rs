//! What health says: a light, and under it every reason with what to do.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::relay::State;

/// How well it is. The worst counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// All is well.
    Green,
    /// Somebody should look, and events are delivered.
    Yellow,
    /// Events wait, or will, until somebody does something.
    Red,
}

/// What is wrong. The list is closed, so that it can be a label of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// The database does not answer.
    StoreUnavailable,
    /// The connection that listens for commits is lost.
    NotListening,
    /// An event was written by newer code.
    NewerVersion,
    /// Newer code is there, or was until lately, and this code leaves the work to it.
    Outdated,
    /// What the handlers talk to is unavailable.
    BreakerOpen,
    /// An operator paused it.
    Paused,
    /// An event in trouble has no handler here.
    HandlerMissing,
    /// An aggregate has too many events in trouble, and its shard stands still.
    Crowded,
    /// A handler is at work on one event for too long.
    HandlerBusy,
    /// Nobody owns the shards.
    NoOwner,
    /// Events wait and nothing moves, for none of these reasons.
    NoProgress,
    /// The subscription ended although nobody asked it to.
    Ended,
    /// There are dead letters that nobody dealt with.
    DeadLetters,
    /// Old events cannot be dropped.
    RetentionHeld,
    /// A scheduled event is due and nobody moves it.
    ScheduleLate,
    /// The log refuses scheduled events, or they cannot be read.
    ScheduleHeld,
}

impl Reason {
    /// All there are.
    pub const ALL: &'static [Self] = &[
        Self::StoreUnavailable,
        Self::NotListening,
        Self::NewerVersion,
        Self::Outdated,
        Self::BreakerOpen,
        Self::Paused,
        Self::HandlerMissing,
        Self::Crowded,
        Self::HandlerBusy,
        Self::NoOwner,
        Self::NoProgress,
        Self::Ended,
        Self::DeadLetters,
        Self::RetentionHeld,
        Self::ScheduleLate,
        Self::ScheduleHeld,
    ];

    /// Those that are not a subscription's.
    #[cfg(feature = "metrics")]
    pub(crate) const fn is_of_the_store(self) -> bool {
        matches!(
            self,
            Self::StoreUnavailable
                | Self::NotListening
                | Self::RetentionHeld
                | Self::ScheduleLate
                | Self::ScheduleHeld
        )
    }

    /// Its name as a label, `newer_version`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::StoreUnavailable => "store_unavailable",
            Self::NotListening => "not_listening",
            Self::NewerVersion => "newer_version",
            Self::Outdated => "outdated",
            Self::BreakerOpen => "breaker_open",
            Self::Paused => "paused",
            Self::HandlerMissing => "handler_missing",
            Self::Crowded => "crowded",
            Self::HandlerBusy => "handler_busy",
            Self::NoOwner => "no_owner",
            Self::NoProgress => "no_progress",
            Self::Ended => "ended",
            Self::DeadLetters => "dead_letters",
            Self::RetentionHeld => "retention_held",
            Self::ScheduleLate => "schedule_late",
            Self::ScheduleHeld => "schedule_held",
        }
    }

    /// Whether it is this process that may hang, so that to start it anew may help. A subscription that ended is none of
    /// these: where an operator removed it, a process that is started anew would make it again, and handle everything.
    const fn is_of_the_process(self) -> bool {
        matches!(self, Self::HandlerBusy | Self::NoProgress)
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// How bad it is: yellow or red.
    pub light: Light,
    /// What it is.
    pub reason: Reason,
    /// What is the matter and what to do, in words.
    pub message: String,
}

/// How a subscription of this process is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionHealth {
    /// Its name.
    pub name: String,
    /// The worst of its findings.
    pub light: Light,
    /// What it is doing in this process.
    pub state: State,
    /// How many events it has still to pass, in all its shards, whoever owns them.
    pub depth: u64,
    /// Whether there are more than that: they are counted up to 100,000, and no further ahead than
    /// [`LOOK_AHEAD`](crate::store::LOOK_AHEAD) numbers.
    pub more: bool,
    /// How old the oldest of these is. `None` where none waits.
    #[serde(rename = "lag_seconds", serialize_with = "some_seconds")]
    pub lag: Option<Duration>,
    /// How many events are tried again.
    pub retrying: u64,
    /// How many wait behind one that is.
    pub parked: u64,
    /// How many dead letters it has.
    pub dead_letters: u64,
    /// How long ago it last moved, or found nothing to do.
    #[serde(rename = "idle_seconds", serialize_with = "seconds")]
    pub idle: Duration,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
}

fn seconds<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_secs_f64())
}

#[allow(clippy::ref_option, reason = "serde hands a reference over")]
fn some_seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}

/// How the events are that wait until they are due, whoever scheduled them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ScheduleHealth {
    /// How many wait.
    pub waiting: u64,
    /// Whether there are more than that: they are counted up to 100,000.
    pub more: bool,
    /// For how long the oldest of those has been due that the log did not refuse. `None` where none is due.
    #[serde(rename = "overdue_seconds", serialize_with = "some_seconds")]
    pub overdue: Option<Duration>,
    /// How many the log refused; they are tried again.
    pub refused: u64,
    /// How many were set aside, because they cannot be read.
    pub aside: u64,
}

/// How a bus is: [`EventBus::health`](crate::EventBus::health).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Health {
    /// The worst of all findings.
    pub light: Light,
    /// What is wrong with the database, or with the way to it.
    pub findings: Vec<Finding>,
    /// The events that wait until they are due; `None` where the database did not say.
    pub schedule: Option<ScheduleHealth>,
    /// The durable subscriptions that run in this process, by name.
    pub subscriptions: Vec<SubscriptionHealth>,
}

impl Health {
    /// Whether events are delivered, or nothing is there to deliver: not red. For a readiness probe, or an alert.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.light < Light::Red
    }

    /// Whether the process is to go on: false where it may hang, so that starting it anew may help. For a liveness probe. A
    /// database that is away or a destination that is down does not make it false, because another process would fare no
    /// better.
    #[must_use]
    pub fn is_live(&self) -> bool {
        let hangs =
            |finding: &Finding| finding.light == Light::Red && finding.reason.is_of_the_process();
        !self.subscriptions.iter().flat_map(|subscription| &subscription.findings).any(hangs)
    }

    /// Everything that is wrong, each with the subscription it concerns, if any.
    pub fn all_findings(&self) -> impl Iterator<Item = (Option<&str>, &Finding)> {
        let of_all = self.findings.iter().map(|finding| (None, finding));
        let of_each = self.subscriptions.iter().flat_map(|subscription| {
            let name = Some(subscription.name.as_str());
            subscription.findings.iter().map(move |finding| (name, finding))
        });
        of_all.chain(of_each)
    }
}

/// The worst light of findings.
pub(crate) fn worst<'a>(findings: impl IntoIterator<Item = &'a Finding>) -> Light {
    findings.into_iter().map(|finding| finding.light).max().unwrap_or(Light::Green)
}

impl fmt::Display for Light {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A line for the whole, and one for each finding.
impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, more) =
            (self.subscriptions.len(), if self.subscriptions.len() == 1 { "" } else { "s" });
        write!(f, "{}, {count} subscription{more}", self.light)?;
        for (name, Finding { light, reason, message }) in self.all_findings() {
            write!(f, "\n{light} {reason}: ")?;
            if let Some(name) = name {
                write!(f, "subscription `{name}`: ")?;
            }
            f.write_str(message)?;
        }
        Ok(())
    }
}

/// When health turns red, and how long it may take to find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HealthLimits {
    /// For how long events may wait while nothing moves. Longer than a handler may take.
    pub stuck_after: Duration,
    /// For how long the connection that listens for commits may be lost.
    pub deaf_after: Duration,
    /// For how long something may keep old events from being dropped.
    pub held_after: Duration,
    /// How long each answer of the database may take.
    pub answer_within: Duration,
}

impl Default for HealthLimits {
    fn default() -> Self {
        Self {
            stuck_after: Duration::from_secs(60),
            deaf_after: Duration::from_secs(5),
            held_after: Duration::from_hours(24),
            answer_within: Duration::from_secs(5),
        }
    }
}
