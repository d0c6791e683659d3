//! The one place where the relay reads the time.

use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

/// Milliseconds since 1970: the wall clock when the clock was made, and from there on the runtime's own time, which
/// never runs backwards and which a test can pause.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    origin: i64,
    started: Instant,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    pub(crate) fn new() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            origin: i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            started: Instant::now(),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        let elapsed = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.origin.saturating_add(elapsed)
    }
}

/// A time of the clock as the standard library has it.
#[cfg(feature = "relay")]
pub(crate) fn system_time(millis: i64) -> SystemTime {
    UNIX_EPOCH + std::time::Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}
