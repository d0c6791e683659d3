//! How often handlers are called: token buckets, one for each thing that is limited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::store::Stored;

/// How many of the buckets are kept that are full again, and so say nothing.
const KEPT: usize = 10_000;

/// A rate at which a subscription's handlers are called at most: a token bucket that fills evenly.
///
/// ```
/// use std::time::Duration;
/// use eventbus_runtime::{LimitBy, RateLimit};
///
/// let polite = RateLimit::new(100, Duration::from_secs(60)).burst(10).by(LimitBy::Tenant);
/// # let _ = polite;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateLimit {
    interval: Duration,
    burst: u32,
    by: LimitBy,
}

/// What has a bucket of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LimitBy {
    /// The subscription as a whole.
    #[default]
    Subscription,
    /// Each event type.
    Type,
    /// Each tenant.
    Tenant,
    /// Each aggregate.
    Key,
}

impl RateLimit {
    /// `calls` in each `period`, one at a time.
    ///
    /// # Panics
    /// When `calls` is zero.
    #[must_use]
    pub const fn new(calls: u32, period: Duration) -> Self {
        assert!(calls > 0, "a rate limit lets through one call at least");
        let interval = match period.checked_div(calls) {
            Some(interval) => interval,
            None => period,
        };
        Self { interval, burst: 1, by: LimitBy::Subscription }
    }

    /// How many calls may be made at once after a rest.
    #[must_use]
    pub const fn burst(self, calls: u32) -> Self {
        Self { burst: calls, ..self }
    }

    /// What has a bucket of its own.
    #[must_use]
    pub const fn by(self, by: LimitBy) -> Self {
        Self { by, ..self }
    }
}

/// Buckets that several take tokens from; they count time from one moment.
#[derive(Debug, Clone)]
pub(crate) struct SharedBuckets(Arc<Mutex<Buckets>>);

impl SharedBuckets {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self(Arc::new(Mutex::new(Buckets::new(limit))))
    }

    /// Takes a token for an event; how long its call has to wait for it.
    pub(crate) fn take(&self, stored: &Stored, key: Option<&str>, now: Duration) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take(stored, key, now)
    }
}

/// The buckets of a subscription in this process. Each is the time at which it will be full.
#[derive(Debug)]
struct Buckets {
    limit: RateLimit,
    full_at: HashMap<String, Duration>,
}

impl Buckets {
    fn new(limit: RateLimit) -> Self {
        Self { limit, full_at: HashMap::new() }
    }

    /// Takes a token for an event whose ordering key is `key`, at a time since some beginning; how long the call has to
    /// wait for it.
    fn take(&mut self, stored: &Stored, key: Option<&str>, now: Duration) -> Duration {
        if self.full_at.len() > KEPT {
            self.full_at.retain(|_, full_at| *full_at > now);
        }
        let envelope = &stored.event.envelope;
        let name = match self.limit.by {
            LimitBy::Subscription => "",
            LimitBy::Type => &envelope.event_type,
            LimitBy::Tenant => envelope.tenant.as_deref().unwrap_or_default(),
            LimitBy::Key => key.unwrap_or_default(),
        };
        let full_at = match self.full_at.get_mut(name) {
            Some(full_at) => full_at,
            None => self.full_at.entry(name.to_owned()).or_default(),
        };
        let begun = (*full_at).max(now);
        *full_at = begun + self.limit.interval;
        let ahead = self.limit.interval * self.limit.burst.saturating_sub(1);
        begun.saturating_sub(now + ahead)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Buckets, LimitBy, RateLimit};
    use crate::envelope::RawEvent;
    use crate::store::Stored;

    fn of(tenant: &str) -> Stored {
        let mut event = RawEvent::bare("order.placed", 1, "{}");
        event.envelope.tenant = Some(tenant.to_owned());
        Stored { position: 1, slot: 0, event }
    }

    #[test]
    fn calls_beyond_the_burst_wait_for_their_turn() {
        let mut buckets = Buckets::new(RateLimit::new(10, Duration::from_secs(1)).burst(3));
        let waits: Vec<u128> =
            (0..5).map(|_| buckets.take(&of("a"), None, Duration::ZERO).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 100, 200]);
        let later = Duration::from_secs(10);
        let waits: Vec<u128> =
            (0..4).map(|_| buckets.take(&of("a"), None, later).as_millis()).collect();
        assert_eq!(waits, [0, 0, 0, 100], "a rest fills the bucket and no more");
    }

    #[test]
    fn each_tenant_has_a_bucket_where_it_is_asked_for() {
        let limit = RateLimit::new(1, Duration::from_secs(1)).by(LimitBy::Tenant);
        let mut buckets = Buckets::new(limit);
        let mut wait = |tenant| buckets.take(&of(tenant), None, Duration::ZERO).as_millis();
        assert_eq!([wait("a"), wait("b"), wait("a")], [0, 0, 1_000]);
    }

    #[test]
    fn full_buckets_are_forgotten() {
        let limit = RateLimit::new(1, Duration::from_secs(1)).by(LimitBy::Key);
        let mut buckets = Buckets::new(limit);
        for n in 0..20_000_u32 {
            let now = Duration::from_secs(u64::from(n) * 2);
            buckets.take(&of("a"), Some(&n.to_string()), now);
        }
        assert!(buckets.full_at.len() <= 10_001);
    }
}
