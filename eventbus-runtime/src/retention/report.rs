//! What came of a run.

use std::fmt;

use crate::store::Hold;

/// What a run of [`EventBus::retention`](crate::EventBus::retention) did, or would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retained {
    /// Whether this is what a run would do, and nothing was done.
    pub planned: bool,
    /// Events up to this number are old.
    pub old: i64,
    /// Events up to this number may go.
    pub upto: i64,
    /// How many events were written to the archive.
    pub archived: u64,
    /// How many events were dropped.
    pub dropped: u64,
    /// How many partitions of the log went as a whole, with events of these.
    pub partitions: u64,
    /// What keeps old events in the log, the one that is farthest behind first.
    pub blocked: Vec<Hold>,
    /// The subscriptions and replays that were removed because they were abandoned, or would be.
    pub removed: Vec<String>,
}

impl fmt::Display for Retained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { planned, old, upto, archived, dropped, partitions, blocked, removed } = self;
        let would = if *planned { "would be " } else { "" };
        write!(
            f,
            "old up to {old}, free to go up to {upto}: {archived} {would}archived, {dropped} {would}dropped"
        )?;
        if *partitions > 0 {
            write!(f, ", with {partitions} partitions")?;
        }
        for name in removed {
            write!(f, "\n{would}removed: subscription `{name}`, which nobody runs any more")?;
        }
        for hold in blocked {
            write!(f, "\nheld: {hold}")?;
        }
        Ok(())
    }
}
