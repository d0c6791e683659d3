//! Whether a destination is worth asking.
//!
//! ```text
//!             3 times unavailable in a row                       the wait is over
//!   Closed ───────────────────────────────► Open (1 s, 2 s, 4 s …) ──────────────► one probe
//!     ▲                                       ▲                                       │  │
//!     │                                       └───────── unavailable again ───────────┘  │
//!     └────────────────────────────── any other answer ──────────────────────────────────┘
//! ```
//!
//! While it is open the cursor stands still. The failure that opens it and those of the probes use up no attempt: it is
//! not the events' fault, and an outage of an hour must not make dead letters of all of them.

use std::time::Duration;

use crate::plan::backoff::{Retry, backoff};

/// When a subscription stops asking a destination that its handlers call unavailable, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// After how many failures in a row it opens.
    pub failures: u32,
    /// How long it stays open at first; twice as long after each probe that fails.
    pub first: Duration,
    /// Where that stops growing.
    pub max: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 3, first: Duration::from_secs(1), max: Duration::from_secs(60) }
    }
}

/// A breaker at work.
#[derive(Debug)]
pub(crate) struct Circuit {
    breaker: Breaker,
    failures: u32,
    /// How often it opened without an answer in between.
    opened: u32,
    /// Until when it is open; `None` while it is closed.
    until: Option<i64>,
}

impl Circuit {
    pub(crate) const fn new(breaker: Breaker) -> Self {
        Self { breaker, failures: 0, opened: 0, until: None }
    }

    /// When the next probe may be made, while that lies ahead.
    pub(crate) fn closed_to(&self, now: i64) -> Option<i64> {
        self.until.filter(|until| *until > now)
    }

    /// Whether only one event may be tried.
    pub(crate) const fn is_probing(&self) -> bool {
        self.until.is_some()
    }

    /// The destination answered, whatever it said.
    pub(crate) const fn answered(&mut self) {
        (self.failures, self.opened, self.until) = (0, 0, None);
    }

    /// The destination was not there; whether that uses up no attempt, because the breaker is open now.
    pub(crate) fn unavailable(&mut self, now: i64) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < self.breaker.failures && self.until.is_none() {
            return false;
        }
        self.opened = self.opened.saturating_add(1);
        let Breaker { first, max, .. } = self.breaker;
        let wait = backoff(&Retry { attempts: u32::MAX, first, factor: 2, max }, self.opened, 1.0);
        self.until = Some(now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX)));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Breaker, Circuit};

    #[test]
    fn the_third_failure_opens_it_and_each_probe_that_fails_doubles_the_wait() {
        let mut circuit = Circuit::new(Breaker::default());
        assert_eq!([circuit.unavailable(0), circuit.unavailable(0)], [false, false]);
        assert_eq!(circuit.closed_to(0), None);
        assert!(circuit.unavailable(0));
        assert_eq!((circuit.closed_to(999), circuit.closed_to(1_000)), (Some(1_000), None));
        assert!(circuit.is_probing() && circuit.unavailable(1_000));
        assert_eq!(circuit.closed_to(1_000), Some(3_000));
        for _ in 0..20 {
            circuit.unavailable(10_000);
        }
        assert_eq!(circuit.closed_to(10_000), Some(70_000), "a minute at most");
    }

    #[test]
    fn any_answer_closes_it_and_begins_the_count_anew() {
        let mut circuit = Circuit::new(Breaker::default());
        circuit.unavailable(0);
        circuit.unavailable(0);
        circuit.answered();
        assert!(!circuit.unavailable(0) && !circuit.unavailable(0) && circuit.unavailable(0));
        circuit.answered();
        assert!(!circuit.is_probing());
    }
}
