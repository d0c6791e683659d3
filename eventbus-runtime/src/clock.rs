//! The one place where the time is read.

use std::time::{SystemTime, UNIX_EPOCH};

#[cfg(any(feature = "relay", feature = "testing"))]
use tokio::time::Instant;

/// Milliseconds since 1970, by the wall clock.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Milliseconds since 1970: the wall clock when the clock was made, and from there on the runtime's own time, which
/// never runs backwards and which a test can pause.
#[cfg(any(feature = "relay", feature = "testing"))]
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: i64,
    started: Instant,
}

#[cfg(any(feature = "relay", feature = "testing"))]
impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(any(feature = "relay", feature = "testing"))]
impl Clock {
    pub(crate) fn new() -> Self {
        Self { origin: now(), started: Instant::now() }
    }

    /// The time since it was made.
    #[cfg(feature = "relay")]
    pub(crate) fn elapsed(&self) -> std::time::Duration {
        self.started.elapsed()
    }

    pub(crate) fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.origin.saturating_add(elapsed)
    }
}

/// When an id was made, in milliseconds since 1970; `None` for one of another kind than the runtime's own.
#[cfg(any(feature = "relay", feature = "sqlite", feature = "postgres"))]
pub(crate) fn time_of(id: uuid::Uuid) -> Option<i64> {
    let (seconds, nanos) = id.get_timestamp()?.to_unix();
    Some(i64::try_from(seconds.checked_mul(1_000)?).ok()? + i64::from(nanos / 1_000_000))
}

/// A time of the standard library's in milliseconds since 1970.
#[cfg(feature = "store")]
pub(crate) fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A time of the clock as the standard library has it.
#[cfg(feature = "store")]
pub(crate) fn system_time(millis: i64) -> SystemTime {
    UNIX_EPOCH + std::time::Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
