//! What happened, as each process told it: an entry per line.
//!
//! What is intended is told before it is done, and what came of it afterwards. A process that is killed in between leaves an
//! intention without an outcome, and nobody knows which it was.

use serde::{Deserialize, Serialize};

/// The subscription whose handler writes a row for each event, in the transaction that moves its cursor.
pub const ROWS: &str = "rows";

/// The subscription whose handler has no transaction.
pub const PLAIN: &str = "plain";

/// The replay of the whole log at the end.
pub const REPLAY: &str = "replay";

/// Something that a process did or saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in microseconds of a clock that all processes of the machine share and nobody sets.
    pub at: u64,
    /// Which process.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// An event of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// It is emitted once, so nothing else has it.
    pub id: String,
    /// Its aggregate.
    pub account: String,
    /// Its place among the committed events of the aggregate, from 1: a row of the account counts them.
    pub n: i64,
}

/// What a process did or saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Events are about to be emitted in a transaction.
    Emitting {
        /// The transaction.
        transaction: String,
        /// The events.
        events: Vec<Noted>,
    },
    /// The transaction is about to be committed.
    Committing {
        /// The transaction.
        transaction: String,
    },
    /// It was committed.
    Committed {
        /// The transaction.
        transaction: String,
    },
    /// It is not going to be committed.
    Aborted {
        /// The transaction.
        transaction: String,
    },
    /// A handler was handed an event and did what it does, apart from what its transaction is for.
    Handled {
        /// By which subscription.
        subscription: String,
        /// The event's id.
        event: String,
    },
    /// How far a shard had come in the database.
    Cursor {
        /// The subscription.
        subscription: String,
        /// The shard.
        shard: i64,
        /// The place, greater from its first number on where it is later.
        place: Vec<i64>,
    },
    /// A fault began.
    Broken {
        /// Its kind.
        fault: String,
        /// Tells it from others of its kind.
        number: usize,
    },
    /// It is over.
    Mended {
        /// Its kind.
        fault: String,
        /// Tells it from others of its kind.
        number: usize,
    },
    /// A copy of the database is about to be made: what is committed from now on may not be in it.
    Copying,
    /// The copy took the place of the database.
    Replaced,
    /// The whole log is about to be replayed, and nobody emits.
    Replaying,
    /// It was replayed.
    Replayed,
    /// An event stands in the log, at the end.
    Stored {
        /// The event.
        event: Noted,
        /// Its number.
        position: i64,
    },
    /// How many events an account has by its own row, which is written in the transactions that emit them, at the end.
    Counted {
        /// The account.
        account: String,
        /// How many.
        n: i64,
    },
    /// A row of a transactional handler stands in the database, at the end; in the order in which they were written.
    Effect {
        /// The event's id.
        event: String,
    },
}

impl Entry {
    /// It as a line of a file.
    ///
    /// # Panics
    /// Never: all of it can be written as JSON.
    #[must_use]
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("an entry has nothing that JSON lacks")
    }

    /// The entry of a line.
    ///
    /// # Errors
    /// For a line that is none, such as one that was cut off.
    pub fn of_line(line: &str) -> serde_json::Result<Self> {
        serde_json::from_str(line)
    }
}
