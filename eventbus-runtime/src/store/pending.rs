//! What a subscription has still before it, and whether its store hears of more.

use std::time::SystemTime;

use uuid::Uuid;

/// What is committed behind a place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pending {
    /// How many events.
    pub events: u64,
    /// Whether there are more than these, or may be.
    pub more: bool,
    /// The id of the oldest, of those whose id tells a time. What was scheduled is as old as its place in the log, and
    /// stands here with the lowest UUIDv7 of that time.
    pub oldest: Option<Uuid>,
}

/// How many events of a subscription have a delivery row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InTrouble {
    /// They are tried again.
    pub retrying: u64,
    /// They wait behind one that is.
    pub parked: u64,
}

/// Whether a store hears of the commits of other processes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listens {
    /// It needs no connection for that.
    Unneeded,
    /// It hears of them, or nothing sleeps that would have to.
    Yes,
    /// A pooler keeps no sessions: commits of others are looked for once a second.
    Polls,
    /// The connection is lost; commits of others are found at the next poll.
    Lost {
        /// Since when.
        since: SystemTime,
        /// What was said last.
        error: String,
    },
}
