//! When progress that nothing else writes down is worth a write of its own.

use std::time::Duration;

/// Whether plain handlers' progress is written now: `events` handled and `millis` gone by since it was last written.
///
/// After a crash these events are delivered again. Handlers that take no time share one write per thousand events, which
/// is a page; those that take a millisecond each, one per hundred; where they are slow, each second of work is kept. A
/// write waits for the disk: one per hundred events would take several times as long as reading and handling them.
pub(crate) const fn worth_writing(events: usize, millis: i64) -> bool {
    events >= 1_000 || (events >= 100 && millis >= 100) || (events > 0 && millis >= 1_000)
}

/// Whether a cursor that moved over nothing but unwanted events is written now.
///
/// Losing it costs a longer first read after a restart and nothing else, so an idle subscription writes once a minute.
pub(crate) const fn worth_saving(millis: i64) -> bool {
    millis >= 60_000
}

/// Whether a transaction in which handlers have worked for `millis` is committed now, whatever is left of its page.
///
/// On SQLite it holds the only write lock: a page of a thousand slow events would keep the application's own writers
/// waiting until they give up after 5 s. On PostgreSQL it holds row locks and keeps vacuum waiting.
pub(crate) const fn worth_committing(millis: i64) -> bool {
    millis >= 50
}

/// How long the relay then leaves the database to others. SQLite's writers do not queue, they look again and again, at
/// last once in 100 ms: a lock that is released and taken again at once is one that they never find free.
pub(crate) const BREATH: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::{worth_committing, worth_saving, worth_writing};

    #[test]
    fn plain_progress_is_kept_by_count_or_by_time() {
        assert!(!worth_writing(999, 99));
        assert!(worth_writing(1_000, 0));
        assert!(!worth_writing(99, 999));
        assert!(worth_writing(100, 100));
        assert!(worth_writing(1, 1_000));
        assert!(!worth_writing(0, 1_000));
    }

    #[test]
    fn an_idle_cursor_is_saved_once_a_minute() {
        assert!(!worth_saving(59_999));
        assert!(worth_saving(60_000));
    }

    #[test]
    fn a_transaction_of_slow_handlers_is_short() {
        assert!(!worth_committing(49));
        assert!(worth_committing(50));
    }
}
