//! Old events leave the log: [`EventBus::retention`].
//!
//! A run finds out which events are old, how far the log is settled and what holds them; writes what may go to the archive,
//! segment by segment; and deletes it in small batches, each of which looks at the holds again. Wherever it is killed, the
//! next run goes on: what the manifest names is in the archive, and what is in no segment is still in the log.

mod report;
mod run;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::archive::MOST_EVENTS;
use crate::bus::EventBus;
use crate::error::Result;
use crate::store::Retention;

pub use crate::retention::report::Retained;

/// How many events a batch deletes.
const BATCH: usize = 1_000;

/// For how many times as long as a step took nothing is done after it.
const REST: u32 = 9;

/// A run of retention that is being put together: [`EventBus::retention`].
#[must_use = "nothing is archived or dropped before one of its last methods is awaited"]
pub struct Retain<'a, S> {
    store: &'a S,
    age: Option<Duration>,
    before: Option<i64>,
    folder: Option<PathBuf>,
    abandoned: Option<Duration>,
    segment: usize,
    batch: usize,
    within: bool,
    rest: u32,
}

impl<S: Retention> EventBus<S> {
    /// Begins a run that takes old events out of the log: into an archive, and away. Delivery goes on meanwhile, and no
    /// event goes that a subscription or a replay has still before it, that is in trouble, or that is a dead letter which is
    /// retried by itself. What keeps events there is named in the answer. `docs/retention.md` says how to live with it.
    ///
    /// ```no_run
    /// # async fn night(bus: eventbus_runtime::SqliteBus) -> eventbus_runtime::Result<()> {
    /// use std::time::Duration;
    ///
    /// let month = Duration::from_secs(30 * 24 * 60 * 60);
    /// let retained = bus.retention().older_than(month).archive_to("/var/lib/shop/archive").drop().await?;
    /// println!("{retained}");
    /// # Ok(()) }
    /// ```
    pub fn retention(&self) -> Retain<'_, S> {
        Retain {
            store: &self.store,
            age: None,
            before: None,
            folder: None,
            abandoned: None,
            segment: MOST_EVENTS,
            batch: BATCH,
            within: false,
            rest: REST,
        }
    }
}

impl<S: Retention> Retain<'_, S> {
    /// Events are old that came to be longer ago than this, by the time in their ids: up to the first one in the log that
    /// is not.
    pub const fn older_than(mut self, age: Duration) -> Self {
        self.age = Some(age);
        self
    }

    /// Events are old whose numbers are lower than this. Where an age is given as well, both must hold.
    pub const fn before(mut self, position: i64) -> Self {
        self.before = Some(position);
        self
    }

    /// Writes them to an archive in this folder first, which is made where it is missing: segments of gzipped JSON, an event
    /// a line, and `manifest.json` with their checksums. An event is dropped only when the segment that holds it was read
    /// back from the disk. A folder is of one log, and later runs add to it.
    pub fn archive_to(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Removes the subscriptions and replays that hold old events and whose code was last alive longer ago than this, as
    /// [`EventBus::remove_subscription`] does. Without it they hold events for ever, and are named.
    pub const fn remove_abandoned(mut self, unseen: Duration) -> Self {
        self.abandoned = Some(unseen);
        self
    }

    /// How many events a segment of the archive has at most, 20,000 by default. A replay holds one in memory at a time. A
    /// segment ends as well where its payloads have come to 32 MiB.
    pub fn segment(mut self, events: usize) -> Self {
        self.segment = events.max(1);
        self
    }

    /// How many events one transaction deletes, 1,000 by default. On SQLite nobody else writes meanwhile.
    pub fn batch(mut self, events: usize) -> Self {
        self.batch = events.max(1);
        self
    }

    /// Deletes, in batches, also what is old in a partition that goes on. Without it such events stay until all of their
    /// partition may go, and it is dropped as a whole. It changes nothing where the log is one table.
    pub const fn within_partitions(mut self) -> Self {
        self.within = true;
        self
    }

    /// For how many times as long as a step took the run rests after it, 9 by default: nine tenths of the time are the
    /// emitters'. A step finds out what is old, reads a page, writes a segment of the archive, or deletes a batch. With 0 a
    /// run takes all it can get, for hours in which nobody emits.
    pub const fn rest(mut self, times: u32) -> Self {
        self.rest = times;
        self
    }

    /// Says what a run would do now, and does nothing.
    ///
    /// # Errors
    /// As in [`drop`](Self::drop).
    pub async fn dry_run(self) -> Result<Retained> {
        run::dry_run(self).await
    }

    /// Writes old events to the archive and drops nothing.
    ///
    /// # Errors
    /// As in [`drop`](Self::drop).
    pub async fn archive(self) -> Result<Retained> {
        run::run(self, false).await
    }

    /// Archives old events, where a folder is given, and drops them from the log. It [rests](Self::rest) after each
    /// step, and others have the database for themselves.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] where nothing says which events are old, and where the archive cannot be written, is
    /// damaged, or is of another log; [`ErrorKind::Store`] when the database refuses. What was archived and dropped until
    /// then is so, and the next run goes on.
    ///
    /// [`ErrorKind::Configuration`]: crate::ErrorKind::Configuration
    /// [`ErrorKind::Store`]: crate::ErrorKind::Store
    pub async fn drop(self) -> Result<Retained> {
        run::run(self, true).await
    }
}

impl<S> fmt::Debug for Retain<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Retain")
            .field("age", &self.age)
            .field("before", &self.before)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}
