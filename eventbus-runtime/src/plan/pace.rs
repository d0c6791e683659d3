//! How long an idle subscription waits before it looks again.

use std::time::Duration;

const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST_BACKOFF: Duration = Duration::from_millis(200);

/// The wait after `idle` rounds in a row that brought nothing.
///
/// A wake-up often comes a moment before the commit that it announces, because an emitter inside a caller's transaction
/// cannot see the commit. So the first waits are short, double from 5 to 200 ms, and only then become `poll`.
pub(crate) fn pace(idle: u32, poll: Duration) -> Duration {
    let grown = SHORTEST.saturating_mul(2_u32.saturating_pow(idle));
    if grown < LONGEST_BACKOFF {
        return grown.min(poll);
    }
    let last_backoff = SHORTEST.saturating_mul(2_u32.saturating_pow(idle.saturating_sub(1)));
    if last_backoff < LONGEST_BACKOFF { LONGEST_BACKOFF.min(poll) } else { poll }
}

#[cfg(test)]
mod tests {
    use super::pace;
    use std::time::Duration;

    #[test]
    fn short_waits_grow_into_the_poll_interval() {
        let waits: Vec<u128> =
            (0..9).map(|idle| pace(idle, Duration::from_secs(1)).as_millis()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 200, 1000, 1000]);
        assert_eq!(pace(u32::MAX, Duration::from_secs(1)), Duration::from_secs(1));
    }

    #[test]
    fn no_wait_is_longer_than_the_poll_interval() {
        let poll = Duration::from_millis(50);
        assert!((0..20).all(|idle| pace(idle, poll) <= poll));
    }
}
