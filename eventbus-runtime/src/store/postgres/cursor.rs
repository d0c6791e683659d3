//! A place in a log whose commits come in another order than its numbers.
//!
//! `position > cursor` loses events: a transaction that took number 7 may commit after number 8 was read. A cursor is
//! therefore a **window** between two of PostgreSQL's snapshots, and a place in it:
//!
//! ```text
//!      visible in `from`        visible in `to`, not in `from`          not visible in `to`
//!   ───────────────────────┼────────────────────────────────────────┼─────────────────────────
//!            done             the window, by position: done up to          the next window
//!                             `position`, the rest is to be read
//! ```
//!
//! When the window is read to its end, `to` becomes `from` and a new `to` is taken. No snapshot waits for an open
//! transaction: its events are not visible in `to`, and so belong to the window of a later one.
//!
//! **Where the window's events are.** A transaction that was open when `from` was taken may have any number, but its id
//! is in the snapshot's list: the window index finds its events. All others got their id, and after it their numbers,
//! after `from` was taken, so they lie above any number that was given out before: `from_floor`. And what is visible in
//! `to` lies at or below any number that was given out after `to` was taken: `to_ceiling`. A window is therefore read as
//! the listed transactions' events up to the floor, then as the range of the primary key between floor and ceiling,
//! which costs what the window holds and not what the log holds.
//!
//! PostgreSQL's own list is not enough for that. A snapshot ends (`xmax`) after the newest transaction that has
//! *completed*; those that are open beyond it are not listed. [`Bound::new`] therefore moves the end up to the next id
//! that will be given out and lists all between, which changes nothing about what is visible in it.
//!
//! **Epochs.** Transaction ids mean something in one cluster only. A row's `epoch` says in which cluster it was
//! written, and a window is of one epoch. In a restored log, all rows of an older epoch are committed: a cursor of an
//! older epoch finishes its window, then reads a last one up to a snapshot in which everything is visible, then
//! goes on with the next epoch from a snapshot in which nothing is.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use crate::store::Cursor;

/// A snapshot in which nothing is visible: 3 is the first id that a transaction can have.
const NOTHING: &str = "3:3:";

/// A snapshot in which everything is visible.
const EVERYTHING: &str = "9223372036854775807:9223372036854775807:";

/// A place in the log of a PostgreSQL database: a window between two snapshots, and how far in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PgCursor {
    pub(super) epoch: i32,
    pub(super) from: Bound,
    pub(super) to: Bound,
    pub(super) to_ceiling: i64,
    pub(super) position: i64,
}

/// One end of a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    /// As PostgreSQL writes it, `xmin:xmax:xip,xip`.
    pub(super) snapshot: Arc<str>,
    /// A number that was given out before the snapshot was taken.
    pub(super) floor: i64,
}

impl Bound {
    /// A snapshot, as PostgreSQL wrote it, with its end moved `ahead` ids to the next one that will be given out.
    /// `floor` is a number that was given out before both were read.
    pub(super) fn new(snapshot: &str, ahead: u64, floor: i64) -> Option<Self> {
        let mut parts = snapshot.splitn(3, ':');
        let (xmin, xmax, open) = (parts.next()?, parts.next()?, parts.next()?);
        let xmax: u64 = xmax.parse().ok()?;
        let next = xmax + ahead;
        let open = open.split(',').filter(|xid| !xid.is_empty()).map(str::to_owned);
        let open: Vec<String> = open.chain((xmax..next).map(|xid| xid.to_string())).collect();
        Some(Self { snapshot: format!("{xmin}:{next}:{}", open.join(",")).into(), floor })
    }

    /// The transaction id that was the next one to be given out: whoever has a number up to the floor has a lower one.
    pub(super) fn next(&self) -> u64 {
        parts(&self.snapshot).map_or(0, |parts| parts.next)
    }
}

/// A snapshot's parts: everything below `next` is visible in it but what is `open`.
struct Parts<'a> {
    next: u64,
    open: HashSet<&'a str>,
}

fn parts(snapshot: &str) -> Option<Parts<'_>> {
    let mut parts = snapshot.splitn(3, ':').skip(1);
    let next = parts.next()?.parse().ok()?;
    let open = parts.next()?.split(',').filter(|xid| !xid.is_empty()).collect();
    Some(Parts { next, open })
}

/// Whether everything that is visible in `earlier` is visible in `later`.
fn is_within(earlier: &str, later: &str) -> bool {
    let (Some(earlier), Some(later)) = (parts(earlier), parts(later)) else { return false };
    let visible_before = |xid: &&&str| {
        xid.parse::<u64>().is_ok_and(|xid| xid < earlier.next) && !earlier.open.contains(**xid)
    };
    earlier.next <= later.next && !later.open.iter().any(|xid| visible_before(&xid))
}

impl PartialOrd for PgCursor {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        if self == other {
            return Some(Ordering::Equal);
        }
        if self.epoch != other.epoch {
            return Some(self.epoch.cmp(&other.epoch));
        }
        if self.from.snapshot == other.from.snapshot {
            return self.compare_inside(other);
        }
        // Whatever was read of a window is visible at its end.
        if is_within(&self.to.snapshot, &other.from.snapshot) {
            Some(Ordering::Less)
        } else {
            is_within(&other.to.snapshot, &self.from.snapshot).then_some(Ordering::Greater)
        }
    }
}

impl Cursor for PgCursor {
    fn at(&self, position: i64) -> Self {
        Self { position, ..self.clone() }
    }

    fn number(&self) -> Option<i64> {
        (&*self.from.snapshot == NOTHING && !self.is_done()).then_some(self.position)
    }
}

impl PgCursor {
    /// Before the oldest event.
    pub(super) fn beginning() -> Self {
        Self::start_of(1)
    }

    /// Before the first event of an epoch.
    pub(super) fn start_of(epoch: i32) -> Self {
        Self::after(epoch, Bound { snapshot: NOTHING.into(), floor: 0 })
    }

    /// After everything that is visible in a snapshot: a window without an inside.
    pub(super) fn after(epoch: i32, bound: Bound) -> Self {
        Self { epoch, from: bound.clone(), to: bound, to_ceiling: 0, position: 0 }
    }

    /// Whether the window is read to its end.
    pub(super) fn is_done(&self) -> bool {
        self.from.snapshot == self.to.snapshot
    }

    /// The place after the window.
    pub(super) fn done(&self) -> Self {
        Self::after(self.epoch, self.to.clone())
    }

    /// The window that follows on this one, which is done, in the same epoch.
    pub(super) fn next(&self, to: Bound, to_ceiling: i64) -> Self {
        Self { to, to_ceiling, ..self.clone() }
    }

    /// The last window of an epoch that has ended; `ceiling` is the last number given out.
    pub(super) fn last_of_epoch(&self, ceiling: i64) -> Self {
        self.next(Bound { snapshot: EVERYTHING.into(), floor: ceiling }, ceiling)
    }

    /// Two places after the same snapshot: in the same window the one that is farther on is later, and a place before
    /// any window is earlier than one in it.
    fn compare_inside(&self, other: &Self) -> Option<Ordering> {
        match (self.is_done(), other.is_done()) {
            (true, false) => Some(Ordering::Less),
            (false, true) => Some(Ordering::Greater),
            _ if self.to == other.to && self.to_ceiling == other.to_ceiling => {
                Some(self.position.cmp(&other.position))
            }
            _ => None,
        }
    }

    /// Whether the epoch, which has ended, is read to its end.
    pub(super) fn is_end_of_epoch(&self) -> bool {
        &*self.from.snapshot == EVERYTHING
    }

    /// A number up to which everything of this epoch is before this place, but for what transactions wrote that are listed
    /// in the window's bounds: whatever lies up to a floor was written by a transaction that had its id when the snapshot
    /// was taken.
    pub(super) fn settled(&self) -> i64 {
        self.from.floor.max(self.position.min(self.to.floor))
    }

    /// Whether transactions are listed in the window's bounds.
    pub(super) fn lists_open(&self) -> bool {
        self.has_stragglers() || !self.to.snapshot.ends_with(':')
    }

    /// Whether transactions were open when the window began.
    pub(super) fn has_stragglers(&self) -> bool {
        !self.from.snapshot.ends_with(':')
    }

    /// The number behind which everything may be. What is behind this place and has a lower one was written by a
    /// transaction that one of the two snapshots lists as open: a younger one only has numbers above their floors.
    pub(super) fn unread(&self) -> i64 {
        self.from.floor.max(self.position.min(self.to.floor))
    }

    /// The transactions that one of the two snapshots lists as open.
    pub(super) fn open(&self) -> Vec<String> {
        let listed = [&self.from.snapshot, &self.to.snapshot].into_iter();
        let open: BTreeSet<&str> =
            listed.filter_map(|snapshot| parts(snapshot)).flat_map(|parts| parts.open).collect();
        open.into_iter().map(str::to_owned).collect()
    }

    /// A number below which nothing of this epoch is behind this place.
    pub(super) fn lowest(&self) -> i64 {
        if self.has_stragglers() {
            0
        } else if self.to.snapshot.ends_with(':') {
            self.from.floor.max(self.position)
        } else {
            self.from.floor
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Ordering;

    use super::{Bound, PgCursor};
    use crate::store::Cursor;

    fn bound(snapshot: &str, floor: i64) -> Bound {
        Bound { snapshot: snapshot.into(), floor }
    }

    #[test]
    fn what_is_open_beyond_a_snapshot_is_listed() {
        let widened = |snapshot, ahead| Bound::new(snapshot, ahead, 0).unwrap().snapshot;
        assert_eq!(&*widened("10:12:10", 0), "10:12:10");
        assert_eq!(&*widened("10:12:10", 2), "10:14:10,12,13");
        assert_eq!(&*widened("12:12:", 0), "12:12:");
        assert_eq!(&*widened("12:12:", 1), "12:13:12");
        assert_eq!(Bound::new("12", 1, 0), None);
    }

    #[test]
    fn a_window_follows_on_the_one_before() {
        let cursor = PgCursor::after(1, bound("10:12:10", 7));
        assert!(cursor.is_done() && cursor.has_stragglers());
        let window = cursor.next(bound("15:15:", 9), 11);
        assert!(!window.is_done());
        assert_eq!(window.from.floor, 7);
        let done = window.done();
        assert!(done.is_done() && !done.has_stragglers());
        assert_eq!(done.from.floor, 9);
    }

    #[test]
    fn places_compare_by_what_is_before_them() {
        let first = PgCursor::after(1, bound("10:12:10", 7));
        let second = PgCursor::after(1, bound("12:15:", 9));
        let window = first.next(bound("12:15:", 9), 11);
        assert!(first < second && first < window);
        assert!(window < second, "a window ends where the next begins");
        assert_eq!(second.partial_cmp(&first), Some(Ordering::Greater));
        assert!(window.at(3) < window.at(4) && window.at(3) < second);
        assert!(PgCursor::beginning() < first && second < PgCursor::start_of(2));
        let later = PgCursor::after(1, bound("10:13:10,11", 7));
        assert_eq!(first.partial_cmp(&later), None, "11 is visible in the one, 12 in the other");
        let other = first.next(bound("13:14:", 9), 11);
        assert_eq!(window.at(3).partial_cmp(&other.at(3)), None);
    }

    #[test]
    fn what_is_before_a_place_ends_where_both_bounds_know() {
        let done = PgCursor::after(1, bound("12:12:", 7));
        assert_eq!((done.settled(), done.lists_open()), (7, false));
        let first = PgCursor::start_of(1).next(bound("10:15:10", 9), 12);
        assert_eq!((first.at(5).settled(), first.at(11).settled()), (5, 9));
        assert!(first.lists_open());
        assert_eq!((first.at(5).number(), done.number()), (Some(5), None));
        assert_eq!(first.done().number(), None);
        assert_eq!(bound("10:15:10", 9).next(), 15);
    }

    #[test]
    fn an_epoch_ends_with_everything_and_begins_with_nothing() {
        let last = PgCursor::after(1, bound("10:12:10", 7)).last_of_epoch(20);
        assert!(!last.is_done() && !last.is_end_of_epoch());
        assert!(last.done().is_done() && last.done().is_end_of_epoch());
        assert!(!PgCursor::start_of(2).is_end_of_epoch());
    }
}
