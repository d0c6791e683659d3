//! What becomes of an event whose attempt failed.

use std::time::Duration;

use crate::error::{Error, ErrorKind};
use crate::plan::backoff::{Retry, backoff};
use crate::store::{Failure, Fate, recordable};

/// What is done with an event that failed and might be tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnFailure {
    /// It is tried again, and the later events of its aggregate are parked until it is handled or dead.
    #[default]
    PauseKey,
    /// It goes to the dead letters at once, so that the later events of its aggregate need not wait.
    SkipToDlq,
}

/// What a subscription chose for its failed events.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policy<'a> {
    pub(crate) retry: &'a Retry,
    pub(crate) on_failure: OnFailure,
    /// After how long a dead letter is retried by itself.
    pub(crate) revive: Option<Duration>,
}

/// The fate after the `attempts`-th attempt ended in `error` at `now`; `jitter` in `0.0..1.0`.
pub(crate) fn fate(
    error: &Error,
    attempts: u32,
    Policy { retry, on_failure, revive }: Policy<'_>,
    now: i64,
    jitter: f64,
) -> Fate {
    let kind = error.kind();
    if kind == ErrorKind::DuplicateEvent {
        return Fate::Handled;
    }
    let failure = |kind, message| Failure { kind, message: recordable(message), at: now };
    let retry_at = revive.map(|delay| after(now, delay));
    if kind.is_terminal() || on_failure == OnFailure::SkipToDlq {
        return Fate::Dead { attempts, failure: failure(kind, error.full()), retry_at };
    }
    if attempts >= retry.attempts {
        let message = format!("gave up after {attempts} attempts, {kind}: {}", error.full());
        return Fate::Dead { attempts, failure: failure(ErrorKind::MaxRetries, message), retry_at };
    }
    let next_at = after(now, backoff(retry, attempts, jitter));
    Fate::Retrying { attempts, next_at, failure: failure(kind, error.full()) }
}

fn after(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{OnFailure, Policy, fate};
    use crate::error::{Error, ErrorKind};
    use crate::plan::backoff::Retry;
    use crate::store::Fate;

    fn judge(kind: ErrorKind, attempts: u32) -> Fate {
        fate(&Error::new(kind, "no"), attempts, policy(&Retry::default()), 1_000, 1.0)
    }

    const fn policy(retry: &Retry) -> Policy<'_> {
        Policy { retry, on_failure: OnFailure::PauseKey, revive: None }
    }

    #[test]
    fn what_is_to_be_skipped_is_dead_at_once_for_its_own_reason() {
        let retry = Retry::default();
        let policy = Policy { on_failure: OnFailure::SkipToDlq, ..policy(&retry) };
        let fate = fate(&Error::new(ErrorKind::HandlerTimeout, "no"), 1, policy, 1_000, 1.0);
        let Fate::Dead { attempts: 1, failure, .. } = fate else { panic!("nothing waits for it") };
        assert_eq!((failure.kind, &*failure.message), (ErrorKind::HandlerTimeout, "no"));
    }

    #[test]
    fn a_retryable_failure_is_due_after_its_backoff() {
        for kind in [
            ErrorKind::DeliveryFailed,
            ErrorKind::HandlerTimeout,
            ErrorKind::TransactionRollback,
            ErrorKind::Store,
            ErrorKind::Configuration,
        ] {
            let Fate::Retrying { attempts: 2, next_at: 3_000, failure } = judge(kind, 2) else {
                panic!("{kind} is tried again after two seconds");
            };
            assert_eq!((failure.kind, failure.message.as_str(), failure.at), (kind, "no", 1_000));
        }
    }

    #[test]
    fn a_terminal_failure_is_dead_at_once() {
        for kind in [ErrorKind::DeserializationFailed, ErrorKind::ValidationFailed] {
            assert!(
                matches!(judge(kind, 1), Fate::Dead { attempts: 1, failure, retry_at: None } if failure.kind == kind)
            );
        }
    }

    #[test]
    fn the_last_attempt_ends_with_the_reason_behind_it() {
        let Fate::Dead { attempts: 5, failure, .. } = judge(ErrorKind::DeliveryFailed, 5) else {
            panic!("five attempts are all there are");
        };
        assert_eq!(failure.kind, ErrorKind::MaxRetries);
        assert_eq!(failure.message, "gave up after 5 attempts, DeliveryFailed: no");
    }

    #[test]
    fn a_dead_letter_is_due_after_the_delay_that_was_asked_for() {
        for (kind, attempts) in [(ErrorKind::ValidationFailed, 1), (ErrorKind::DeliveryFailed, 5)] {
            let error = Error::new(kind, "no");
            let due = |revive| match fate(
                &error,
                attempts,
                Policy { revive, ..policy(&Retry::default()) },
                1_000,
                1.0,
            ) {
                Fate::Dead { retry_at, .. } => retry_at,
                other => panic!("{other:?}"),
            };
            assert_eq!(due(None), None);
            assert_eq!(due(Some(Duration::from_secs(60))), Some(61_000));
            assert_eq!(due(Some(Duration::MAX)), Some(i64::MAX));
        }
    }

    #[test]
    fn a_duplicate_needs_nothing_more() {
        assert_eq!(judge(ErrorKind::DuplicateEvent, 1), Fate::Handled);
    }
}
