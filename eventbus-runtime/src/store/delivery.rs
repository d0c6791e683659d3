//! What becomes of an event in a subscription: handled, in trouble, given up.

use std::collections::{BTreeSet, HashSet};

use uuid::Uuid;

use crate::error::ErrorKind;
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
use crate::store::ownership::{Handles, covers};
use crate::store::{Stored, Way};

/// What a subscription has done with an event.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Handled {
    /// It is behind the cursor and not in trouble.
    Yes,
    /// It is before the cursor, in trouble, or not in the log (yet).
    NotYet,
    /// It is a dead letter, for this reason.
    Dead(String),
    /// Nobody handles its type, which is this.
    Never(String),
    /// There is no such subscription.
    Unknown,
}

/// An event and a subscription, as a store finds them.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) event_type: String,
    /// Whether the cursor of the event's shard is behind it.
    pub(crate) passed: bool,
    /// Whether it has an open delivery row.
    pub(crate) open: bool,
    /// The reason of its dead letter.
    pub(crate) dead: Option<String>,
}

#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
impl Handled {
    /// What is found, given what the subscription's newest code handles.
    pub(crate) fn of(found: Option<Found>, handles: &Handles) -> Self {
        match found {
            None => Self::NotYet,
            Some(Found { dead: Some(reason), .. }) => Self::Dead(reason),
            Some(found) if !covers(handles, &found.event_type) => Self::Never(found.event_type),
            Some(Found { passed: true, open: false, .. }) => Self::Yes,
            Some(_) => Self::NotYet,
        }
    }
}

/// The open delivery rows of a subscription.
#[derive(Debug, Clone, Default)]
pub struct Troubles {
    /// What may be attempted now, by position: events whose retry is due, and parked ones with no retrying event of the
    /// same key before them.
    pub ready: Vec<Trouble>,
    /// Every key that has an open row: further events of it must be parked.
    pub keys: HashSet<String>,
    /// When the next retry is due.
    pub next_at: Option<i64>,
    /// The slots of keys with [`MOST_PARKED`] open rows or more: nothing further of their shards is to be read.
    pub crowded: BTreeSet<u16>,
}

/// How many events of one aggregate may be in trouble before its shard stands still. Each of them has a row, and without
/// an end one aggregate that fails for ever would fill the table.
pub const MOST_PARKED: usize = 10_000;

/// One open delivery row with its event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The event.
    pub stored: Stored,
    /// Attempts so far; 0 when it was parked before its first.
    pub attempts: u32,
    /// When it was first attempted.
    pub first_at: Option<i64>,
    /// The key of its row. It stays what it was when the event got into trouble, whatever handles it by now.
    pub key: Option<String>,
}

/// What moves together in one transaction.
#[derive(Debug, Clone)]
pub struct Step<C> {
    /// The new place of all the owner's shards, or of a track's detours in them, when they move.
    pub cursor: Option<C>,
    /// Which of the two it is of, and whether detours begin or end there.
    pub way: Way,
    /// What becomes of events in trouble.
    pub changes: Vec<Change>,
}

/// What becomes of one event in trouble.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event's number in the log.
    pub position: i64,
    /// Its slot, which says whose row it is.
    pub slot: u16,
    /// Its id.
    pub event_id: Uuid,
    /// The key that orders it: siblings of the same key wait behind it. `None` where nothing waits.
    pub key: Option<String>,
    /// When it was first attempted; `None` before that.
    pub first_at: Option<i64>,
    /// The attempts that its row was read with, [`Trouble::attempts`]; `None` where the event was not in trouble. A row that
    /// has others by now, or is gone, was changed by somebody else: then the step is refused as one under a stale fence is.
    pub was: Option<u32>,
    /// What it becomes.
    pub fate: Fate,
}

/// The state that a delivery row is left in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Handled after all: the row goes.
    Handled,
    /// Waits behind a sibling.
    Parked,
    /// Is tried again at `next_at`.
    Retrying {
        /// Attempts so far.
        attempts: u32,
        /// When it is due.
        next_at: i64,
        /// Why the last attempt failed.
        failure: Failure,
    },
    /// Is given up: the row goes, and a dead letter takes its place.
    Dead {
        /// Attempts made.
        attempts: u32,
        /// Why it ended.
        failure: Failure,
        /// When the letter is retried by itself, unless it was so [`MOST_RETRIES`](crate::dead_letter::MOST_RETRIES)
        /// times already.
        retry_at: Option<i64>,
    },
}

/// Why an attempt failed, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The kind of the error.
    pub kind: ErrorKind,
    /// Its text with its causes.
    pub message: String,
    /// When it happened.
    pub at: i64,
}
