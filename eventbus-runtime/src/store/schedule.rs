//! What a database must be able to do with events that wait until they are due.

use std::future::Future;
use std::time::Duration;

use uuid::Uuid;

use crate::error::Result;
use crate::schedule::{ScheduleFilter, Scheduled};
use crate::store::{NewEvent, Store};

/// A store that keeps scheduled events, which [`Store::schedule`] writes.
///
/// What is due is decided by the database's clock alone. Who moves it opens a transaction, takes what is due with
/// [`take_due`](Schedule::take_due), appends it like any event and commits: so it is in the log once.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no scheduled events",
    label = "no schedule here",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` do: `EventBus<SqliteStore>`, or `S: Schedule` where it is any"
)]
pub trait Schedule: Store {
    /// How long it is, by the database's clock, until an event may be moved: nothing where one is due, `None` where none
    /// waits.
    fn next_due(&self) -> impl Future<Output = Result<Option<Duration>>> + Send;

    /// Takes events that are due out of the schedule, in the order of their times, and of those with one
    /// time in the order in which they were scheduled, at most `limit`. Of
    /// an aggregate none is taken before an earlier one that is due and stays, because it is [held](Schedule::hold) or in
    /// the hands of somebody else.
    ///
    /// What another open transaction changes is passed over, with what is behind it of its aggregate, and is not counted: it
    /// keeps nothing else waiting. A row that cannot be read is set aside in the same transaction. It keeps none waiting, and
    /// is not tried again by itself.
    ///
    /// One transaction at a time takes: `None` where another that is open did, which must not be waited for.
    fn take_due(
        &self,
        connection: &mut Self::Connection,
        limit: usize,
    ) -> impl Future<Output = Result<Option<Taken>>> + Send;

    /// Lets an event that the log refused wait, 1 s after the first time, twice as long after each and a minute at most,
    /// and writes down why.
    fn hold(&self, id: Uuid, failure: &str) -> impl Future<Output = Result<()>> + Send;

    /// Reads scheduled events in the order of their times, at most `limit`; only those behind the time and the number of one,
    /// where `after` says so. Of a row that cannot be read it tells what can.
    fn scheduled(
        &self,
        filter: &ScheduleFilter,
        after: Option<(i64, i64)>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Scheduled>>> + Send;

    /// How the schedule is as a whole. It counts up to `at_most`.
    fn agenda(&self, at_most: usize) -> impl Future<Output = Result<Agenda>> + Send;

    /// Counts them.
    fn count_scheduled(&self, filter: &ScheduleFilter) -> impl Future<Output = Result<u64>> + Send;

    /// Takes an event out of the schedule for good; whether it was there. Where it is being moved, this waits for that.
    fn cancel(
        &self,
        connection: &mut Self::Connection,
        id: Uuid,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Gives an event another time; whether it was there.
    fn reschedule(
        &self,
        connection: &mut Self::Connection,
        id: Uuid,
        due: Due,
    ) -> impl Future<Output = Result<bool>> + Send;
}

/// What was taken out of the schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// The events, in the order in which they are to be appended.
    pub events: Vec<NewEvent>,
    /// What could not be read and was set aside: it stays in the schedule.
    pub unreadable: Vec<Scheduled>,
}

/// How a schedule is as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agenda {
    /// How many events wait, whatever for.
    pub waiting: u64,
    /// Whether there are more than were counted.
    pub more: bool,
    /// For how long the oldest one has been due that the log did not refuse.
    pub overdue: Option<Duration>,
    /// How many the log refused; they are tried again.
    pub refused: u64,
    /// How many were set aside, because they cannot be read.
    pub aside: u64,
    /// The first of these, or else of those that were refused: its id and why.
    pub trouble: Option<(String, String)>,
}

/// When an event is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// At this time, in milliseconds since 1970.
    At(i64),
    /// So long after the database writes it, by its own clock.
    After(Duration),
}

impl Due {
    /// The time, and what is added to the database's time where there is none.
    #[cfg(any(feature = "postgres", feature = "sqlite"))]
    pub(crate) fn parts(self) -> (Option<i64>, i64) {
        match self {
            Self::At(at) => (Some(at), 0),
            Self::After(after) => (None, i64::try_from(after.as_millis()).unwrap_or(i64::MAX)),
        }
    }
}
