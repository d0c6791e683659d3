//! What a database must be able to do so that old events can leave its log.

use std::fmt;
use std::future::Future;
use std::ops::Deref;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::error::Result;
use crate::store::{Integrity, Stored};

/// A store whose old events can be dropped.
///
/// What is dropped lies behind every subscription for good: [`drop_events`](Retention::drop_events) looks at the holds and
/// deletes in one transaction, in which nobody makes a subscription known, moves one back, or makes a letter a delivery.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot drop old events",
    label = "no retention",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` can: `EventBus<SqliteStore>`, or `S: Retention` where it is any"
)]
pub trait Retention: Integrity {
    /// Up to which number the log is settled: every event up to it is committed, and none is still to come. Where
    /// transactions are open that may have lower numbers than others that are committed, it waits for them a little.
    fn settle(&self) -> impl Future<Output = Result<Settled>> + Send;

    /// What keeps events from being dropped: of each subscription the shard that is farthest behind, of each the first
    /// event in trouble, and the first letter that it retries by itself.
    fn holds(&self) -> impl Future<Output = Result<Vec<Hold>>> + Send;

    /// The number of the first event that came to be at this time or later; `None` where there is none. A scheduled event
    /// came to be when it came into the log.
    fn first_since(&self, time: SystemTime) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Reads events behind `after` and up to `upto`, which is settled, in the order of their numbers, as an archive keeps
    /// them.
    fn settled(
        &self,
        after: i64,
        upto: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Old>>> + Send;

    /// How many events there are up to a number.
    fn count(&self, upto: i64) -> impl Future<Output = Result<u64>> + Send;

    /// Deletes the first `limit` events up to a number, which is settled, in a transaction of its own: as far as nothing
    /// holds them by then.
    fn drop_events(&self, upto: i64, limit: usize) -> impl Future<Output = Result<Dropped>> + Send;

    /// Up to which number of those up to `upto` a run drops events. Where the log has partitions that go as a whole, it ends
    /// before the first one that does not.
    fn whole(&self, upto: i64) -> impl Future<Output = Result<i64>> + Send {
        async move { Ok(upto) }
    }

    /// Drops the first partition, where the log has some and that one lies whole below a number, which is settled, and as far
    /// as nothing holds its events by then; how many it had. `None` where there is none, and where this user may not.
    fn drop_partition(&self, upto: i64) -> impl Future<Output = Result<Option<u64>>> + Send {
        let _ = upto;
        async { Ok(None) }
    }

    /// Removes a subscription or a replay, as [`Log::remove`](crate::store::Log::remove) does, if its code was last alive longer
    /// ago than that in the transaction that removes it; whether it did. Whoever comes back meanwhile keeps it.
    fn remove_unseen(
        &self,
        subscription: &str,
        unseen: Duration,
    ) -> impl Future<Output = Result<bool>> + Send;

    /// Writes down what kept a run from dropping what it was to drop; the time of the first run of which that is true
    /// stays.
    fn note_hold(&self, held_by: Option<&str>) -> impl Future<Output = Result<()>> + Send;
}

/// An old event, with what goes and comes back with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Old {
    /// The event.
    pub stored: Stored,
    /// When it came into the log, in milliseconds since 1970, where it was scheduled.
    pub moved_at: Option<i64>,
}

impl Deref for Old {
    type Target = Stored;

    fn deref(&self) -> &Stored {
        &self.stored
    }
}

/// What a store knows of the past of its log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Which log it is.
    pub log: Uuid,
    /// Events up to this number were dropped.
    pub dropped: i64,
    /// What kept the last run from dropping what it was to drop, and since when, in milliseconds since 1970.
    pub held: Option<(String, i64)>,
}

/// How far a log is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settled {
    /// The number.
    pub upto: i64,
    /// Whether it would be a higher one if no transaction were open.
    pub waits: bool,
}

/// What came of one batch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dropped {
    /// How many events it deleted.
    pub events: u64,
    /// Whether there may be more to delete.
    pub more: bool,
}

/// What keeps events from being dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Hold {
    /// Events up to this number may go.
    pub upto: i64,
    /// What it is.
    pub holder: Holder,
    /// How long ago code of the subscription was last alive.
    pub unseen: Option<Duration>,
}

/// Who holds events.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holder {
    /// A subscription or a replay, one of whose shards has not come farther.
    Shard {
        /// Its name.
        subscription: String,
        /// The number of the shard.
        shard: u16,
        /// Whether an operator paused it.
        paused: bool,
    },
    /// An event of a subscription that is retried or parked.
    Delivery {
        /// The subscription.
        subscription: String,
    },
    /// A dead letter that its subscription retries by itself.
    Letter {
        /// The subscription.
        subscription: String,
    },
    /// A transaction that is open: an event of it may still come.
    Transaction,
}

impl Hold {
    /// A hold of a subscription, whose code was last alive so many milliseconds ago.
    #[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
    pub(crate) fn of(holder: Holder, upto: i64, unseen: i64) -> Self {
        let unseen = Duration::from_millis(u64::try_from(unseen).unwrap_or(0));
        Self { upto, holder, unseen: Some(unseen) }
    }

    /// The subscription whose it is.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        match &self.holder {
            Holder::Shard { subscription, .. }
            | Holder::Delivery { subscription }
            | Holder::Letter { subscription } => Some(subscription),
            Holder::Transaction => None,
        }
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let next = self.upto.saturating_add(1);
        match &self.holder {
            Holder::Shard { subscription, shard, paused } => {
                write!(f, "subscription `{subscription}`, shard {shard}, stands before {next}")?;
                if *paused {
                    f.write_str(" and is paused")?;
                }
            }
            Holder::Delivery { subscription } => {
                write!(f, "event {next} is in trouble in subscription `{subscription}`")?;
            }
            Holder::Letter { subscription } => {
                write!(
                    f,
                    "event {next} is a dead letter that subscription `{subscription}` retries by itself"
                )?;
            }
            Holder::Transaction => {
                write!(f, "a transaction is open that may write events from {next} on")?;
            }
        }
        match self.unseen {
            Some(unseen) if unseen >= Duration::from_mins(1) => {
                let unseen = Duration::from_secs(unseen.as_secs());
                write!(f, ", its code was last alive {} ago", humantime::format_duration(unseen))
            }
            _ => Ok(()),
        }
    }
}

/// Of each subscription the hold that is farthest behind, of each kind; in the order of numbers.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) fn farthest_behind(mut holds: Vec<Hold>) -> Vec<Hold> {
    holds.sort_by_key(|hold| hold.upto);
    let mut kept: Vec<Hold> = Vec::new();
    for hold in holds {
        let is_same = |other: &Hold| {
            std::mem::discriminant(&other.holder) == std::mem::discriminant(&hold.holder)
                && other.subscription() == hold.subscription()
        };
        if !kept.iter().any(is_same) {
            kept.push(hold);
        }
    }
    kept
}

/// Up to which number events may go.
#[cfg(any(feature = "postgres", feature = "sqlite", feature = "testing"))]
pub(crate) fn let_go(upto: i64, holds: &[Hold]) -> i64 {
    holds.iter().map(|hold| hold.upto).fold(upto, i64::min)
}
