//! What a database must be able to tell about itself, so that its contents can be verified.

use std::future::Future;
use std::ops::RangeInclusive;

use crate::envelope::Envelope;
use crate::error::Result;
use crate::integrity::{Check, LookedAt, Place};
use crate::store::Log;

/// A store whose contents can be verified.
///
/// Nothing here writes, keeps a writer waiting, or holds one view of the database for longer than one question takes.
/// Whatever is asked is asked of a database that others work on meanwhile: a question is answered from one consistent
/// view, and what it compares with a number that only grows (the last one given out, the next transaction id) it reads
/// before that number.
///
/// The rows of the log are read here and judged elsewhere, in the same way for every store. What is wrong between rows
/// and tables a store finds by itself, check by check.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be verified",
    label = "no contents to verify",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` can: `EventBus<SqliteStore>`, or `S: Integrity` where it is any"
)]
pub trait Integrity: Log {
    /// The checks that [`find`](Integrity::find) answers, in the order in which they are made. Those that the rows of the
    /// log tell are not among them.
    fn checks(&self) -> &'static [Check];

    /// Where the database is, as messages name it; never with a password.
    fn place(&self) -> String;

    /// Counts what there is beside the log. An error of kind [`ErrorKind::Configuration`] that says what to do where
    /// tables or columns are missing.
    ///
    /// [`ErrorKind::Configuration`]: crate::ErrorKind::Configuration
    fn extent(&self) -> impl Future<Output = Result<Readable<LookedAt>>> + Send;

    /// Hands over the rows of the log behind `after`, in the order of their numbers, up to `upto` and `limit` at most.
    /// Of several with one number each is handed over, as far as they are within the limit.
    fn rows(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
        each: &mut (dyn FnMut(LogRow) + Send),
    ) -> impl Future<Output = Result<Readable<()>>> + Send;

    /// Finds what one of its checks is about, from one view of the database.
    fn find(
        &self,
        check: Check,
        scope: &Scope,
    ) -> impl Future<Output = Result<Readable<Hits>>> + Send;
}

/// What is read of a database, or how it says that it is damaged and cannot be read.
pub type Readable<T> = std::result::Result<T, Damage>;

/// The words in which a database says that its files are damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage(pub String);

/// What a check looks at, and how much of what it finds is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// Events, deliveries and letters of these numbers.
    pub positions: RangeInclusive<i64>,
    /// How many places at most.
    pub samples: usize,
}

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub places: Vec<Place>,
}

/// A row of the log as it is stored, whether or not it is an event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogRow {
    /// Its number.
    pub position: i64,
    /// The column `shard`.
    pub slot: i64,
    /// The column `version`.
    pub version: i64,
    /// What can be read of the envelope; version and metadata stand beside it.
    pub envelope: Envelope,
    /// The metadata, JSON.
    pub metadata: Option<String>,
    /// The payload, JSON.
    pub data: String,
    /// When it came into the log, in milliseconds since 1970, where it was scheduled: its id is older than that.
    pub moved_at: Option<i64>,
    /// The columns that hold nothing of their type.
    pub unreadable: Vec<&'static str>,
}
