//! Seeing what a bus does: metrics, and whether it is well.
//!
//! `health` is what a look at a bus finds, `look` finds it, and what that means is decided in `plan/health`; `gauges` are
//! numbers of it.
//!
//! `table` says which metrics there are; `meters` counts them where things happen, once per step and type.
//! Without the feature `metrics` its place is taken by `blind`, which counts nothing and takes no room.

#[cfg(not(feature = "metrics"))]
mod blind;
#[cfg(all(feature = "metrics", feature = "relay"))]
mod gauges;
#[cfg(feature = "relay")]
mod health;
#[cfg(feature = "relay")]
mod look;
#[cfg(feature = "metrics")]
mod meters;
#[cfg(feature = "metrics")]
mod table;

#[cfg(not(feature = "metrics"))]
pub(crate) use crate::observe::blind::Emitted;
#[cfg(all(not(feature = "metrics"), feature = "relay"))]
pub(crate) use crate::observe::blind::{Meters, Tally};
#[cfg(all(feature = "metrics", feature = "relay"))]
pub use crate::observe::gauges::Observing;
#[cfg(feature = "relay")]
pub use crate::observe::health::{
    Finding, Health, HealthLimits, Light, Reason, ScheduleHealth, SubscriptionHealth,
};
#[cfg(feature = "relay")]
pub use crate::observe::look::MOST_COUNTED;
#[cfg(feature = "metrics")]
pub(crate) use crate::observe::meters::Emitted;
#[cfg(all(feature = "metrics", feature = "relay"))]
pub(crate) use crate::observe::meters::{Meters, Tally};
#[cfg(feature = "metrics")]
pub use crate::observe::table::{METRICS, Metric, MetricKind, describe};

/// How old an event is, by the time in its id; clocks differ, and nobody sees an event before it is there. `None` where the
/// id is of another kind.
#[cfg(feature = "relay")]
pub(crate) fn age(id: uuid::Uuid, now: i64) -> Option<std::time::Duration> {
    let millis = u64::try_from(now.saturating_sub(crate::clock::time_of(id)?)).unwrap_or(0);
    Some(std::time::Duration::from_millis(millis))
}
