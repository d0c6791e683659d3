//! How long a failed event waits for its next attempt.

use std::time::Duration;

/// How often an event is attempted, and how long it waits in between: a random part of a span that grows from attempt
/// to attempt ("full jitter"), so that events which failed together do not come back together.
///
/// ```
/// use eventbus_runtime::Retry;
/// let patient = Retry { attempts: 12, ..Retry::default() };
/// assert_eq!(patient.factor, 2);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// How often an event is attempted at most, the first time included.
    pub attempts: u32,
    /// The longest wait after the first failure.
    pub first: Duration,
    /// By how much the longest wait grows from one failure to the next.
    pub factor: u32,
    /// Where the longest wait stops growing.
    pub max: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 5, first: Duration::from_secs(1), factor: 2, max: Duration::from_secs(60) }
    }
}

/// The wait after the `attempts`-th failed attempt; `jitter` in `0.0..1.0`.
pub(crate) fn backoff(retry: &Retry, attempts: u32, jitter: f64) -> Duration {
    let grown = retry.factor.saturating_pow(attempts.saturating_sub(1));
    retry.first.saturating_mul(grown).min(retry.max).mul_f64(jitter.clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::{Retry, backoff};
    use std::time::Duration;

    #[test]
    fn the_span_doubles_up_to_its_maximum() {
        let spans: Vec<u64> =
            (1..=8).map(|attempts| backoff(&Retry::default(), attempts, 1.0).as_secs()).collect();
        assert_eq!(spans, [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn jitter_takes_a_part_of_the_span() {
        assert_eq!(backoff(&Retry::default(), 3, 0.5), Duration::from_secs(2));
        assert_eq!(backoff(&Retry::default(), 3, 0.0), Duration::ZERO);
    }

    #[test]
    fn no_number_of_attempts_overflows() {
        assert_eq!(backoff(&Retry::default(), u32::MAX, 1.0), Duration::from_secs(60));
    }
}
