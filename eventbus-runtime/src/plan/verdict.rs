//! What becomes of an event whose attempt failed.

use crate::error::{Error, ErrorKind};
use crate::plan::backoff::{Retry, backoff};
use crate::store::{Failure, Fate};

/// The longest text of a failure that is kept, in bytes. A handler may quote a whole response in its error; the dead
/// letters are read by people.
const LONGEST: usize = 8 * 1024;

/// What stands at the end of a text that was longer.
const CUT_OFF: &str = " … (cut off)";

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

/// The fate after the `attempts`-th attempt ended in `error` at `now`; `jitter` in `0.0..1.0`.
pub(crate) fn fate(
    error: &Error,
    attempts: u32,
    (retry, on_failure): (&Retry, OnFailure),
    now: i64,
    jitter: f64,
) -> Fate {
    let kind = error.kind();
    if kind == ErrorKind::DuplicateEvent {
        return Fate::Handled;
    }
    let failure = |kind, message| Failure { kind, message: recordable(message), at: now };
    if kind.is_terminal() || on_failure == OnFailure::SkipToDlq {
        return Fate::Dead { attempts, failure: failure(kind, error.full()) };
    }
    if attempts >= retry.attempts {
        let message = format!("gave up after {attempts} attempts, {kind}: {}", error.full());
        return Fate::Dead { attempts, failure: failure(ErrorKind::MaxRetries, message) };
    }
    let wait = i64::try_from(backoff(retry, attempts, jitter).as_millis()).unwrap_or(i64::MAX);
    Fate::Retrying {
        attempts,
        next_at: now.saturating_add(wait),
        failure: failure(kind, error.full()),
    }
}

/// The text in a form that every store takes. A record that cannot be written would be tried again for ever, and the
/// whole subscription with it.
fn recordable(mut text: String) -> String {
    if text.contains('\0') {
        text = text.replace('\0', "\u{2400}");
    }
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST - CUT_OFF.len()));
        text.push_str(CUT_OFF);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{CUT_OFF, LONGEST, OnFailure, fate, recordable};
    use crate::error::{Error, ErrorKind};
    use crate::plan::backoff::Retry;
    use crate::store::Fate;

    fn judge(kind: ErrorKind, attempts: u32) -> Fate {
        let how = (&Retry::default(), OnFailure::PauseKey);
        fate(&Error::new(kind, "no"), attempts, how, 1_000, 1.0)
    }

    #[test]
    fn what_is_to_be_skipped_is_dead_at_once_for_its_own_reason() {
        let how = (&Retry::default(), OnFailure::SkipToDlq);
        let fate = fate(&Error::new(ErrorKind::HandlerTimeout, "no"), 1, how, 1_000, 1.0);
        let Fate::Dead { attempts: 1, failure } = fate else { panic!("nothing waits for it") };
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
                matches!(judge(kind, 1), Fate::Dead { attempts: 1, failure } if failure.kind == kind)
            );
        }
    }

    #[test]
    fn the_last_attempt_ends_with_the_reason_behind_it() {
        let Fate::Dead { attempts: 5, failure } = judge(ErrorKind::DeliveryFailed, 5) else {
            panic!("five attempts are all there are");
        };
        assert_eq!(failure.kind, ErrorKind::MaxRetries);
        assert_eq!(failure.message, "gave up after 5 attempts, DeliveryFailed: no");
    }

    #[test]
    fn a_duplicate_needs_nothing_more() {
        assert_eq!(judge(ErrorKind::DuplicateEvent, 1), Fate::Handled);
    }

    #[test]
    fn a_text_that_no_store_could_hold_is_made_fit() {
        assert_eq!(recordable("a\0b".to_owned()), "a\u{2400}b");
        assert_eq!(recordable("a".repeat(LONGEST)).len(), LONGEST);
        let long = recordable("ä".repeat(LONGEST));
        assert!(long.len() <= LONGEST && long.len() > LONGEST - 4, "{}", long.len());
        assert!(long.starts_with("ää") && long.ends_with(CUT_OFF));
        assert!(recordable("\0".repeat(LONGEST)).len() <= LONGEST, "replacing makes it longer");
    }
}
