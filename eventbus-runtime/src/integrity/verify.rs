//! The way through a database: first the rows of the log, page by page, then the store's own checks.

use std::fmt;
use std::future::IntoFuture;
use std::ops::{Bound, RangeBounds};
use std::path::PathBuf;
use std::pin::Pin;

use crate::error::Result;
use crate::integrity::aggregate::Aggregates;
use crate::integrity::archive;
use crate::integrity::check::{Check, OF_ARCHIVE, OF_ROWS};
use crate::integrity::report::{LookedAt, Report, Unfinished};
use crate::integrity::row;
use crate::integrity::tally::Tally;
use crate::store::{Damage, Integrity, LogRow, Scope};

/// How many places of each finding are shown.
const SAMPLES: usize = 10;

/// How many rows of the log one statement reads.
const PAGE: usize = 1_000;

/// A verification that is being put together: [`EventBus::verify`](crate::EventBus::verify). Awaiting it verifies.
#[must_use = "nothing is verified before this is awaited"]
pub struct Verify<'a, S> {
    store: &'a S,
    scope: Scope,
    watch: Option<Watch<'a>>,
    archive: Option<PathBuf>,
}

type Watch<'a> = Box<dyn FnMut(&Progress) + Send + 'a>;

/// How far a verification has come.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The check that was made; `None` on the way through the log, which comes first.
    pub check: Option<Check>,
    /// How many events were read.
    pub events: u64,
    /// The number of the last of them.
    pub position: i64,
    /// The number at which the way through the log ends.
    pub last: i64,
}

impl<'a, S: Integrity> Verify<'a, S> {
    pub(super) fn new(store: &'a S) -> Self {
        Self {
            store,
            scope: Scope { positions: i64::MIN..=i64::MAX, samples: SAMPLES },
            watch: None,
            archive: None,
        }
    }

    /// How many places of each finding are shown, 10 by default. All are counted.
    pub fn samples(mut self, most: usize) -> Self {
        self.scope.samples = most;
        self
    }

    /// Looks only at events, deliveries and letters whose numbers are in the range; at all subscriptions and keys
    /// nevertheless. For a log that grows: what lies below a former report's last position was verified then.
    ///
    /// ```no_run
    /// # async fn example(bus: eventbus_runtime::MemoryBus, known: i64) -> eventbus_runtime::Result<()> {
    /// let report = bus.verify().positions(known + 1..).await?;
    /// # Ok(()) }
    /// ```
    pub fn positions(mut self, range: impl RangeBounds<i64>) -> Self {
        let first = match range.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => i64::MIN,
        };
        let last = match range.end_bound() {
            Bound::Included(last) => *last,
            Bound::Excluded(behind) => behind.saturating_sub(1),
            Bound::Unbounded => i64::MAX,
        };
        self.scope.positions = first..=last;
        self
    }

    /// Verifies the archive in this folder as well, which retention wrote: every segment is read, and what the log still has
    /// of its numbers is compared with it.
    pub fn archive(mut self, folder: impl Into<PathBuf>) -> Self {
        self.archive = Some(folder.into());
        self
    }

    /// Calls a closure after each page of the log and after each check. The same is told as events of `tracing`, on the
    /// level debug.
    pub fn on_progress(mut self, watch: impl FnMut(&Progress) + Send + 'a) -> Self {
        self.watch = Some(Box::new(watch));
        self
    }

    async fn verify(self) -> Result<Report> {
        let Self { store, scope, watch, archive } = self;
        let mut run = Run {
            store,
            tally: Tally::new(scope.samples),
            scope,
            watch,
            looked_at: LookedAt::default(),
            unfinished: Vec::new(),
            archived: archive.is_some(),
        };
        match store.extent().await? {
            Ok(looked_at) => run.looked_at = looked_at,
            Err(damage) => {
                run.looked_at.last_position = Some(i64::MAX);
                run.unfinished("extent", damage);
            }
        }
        run.log().await?;
        for check in store.checks() {
            run.check(*check).await?;
        }
        if let Some(folder) = archive {
            let found = archive::verify(store, folder, &run.scope, &mut run.tally).await?;
            if let Err(damage) = found {
                run.unfinished("archive", damage);
            }
        }
        Ok(run.report())
    }
}

struct Run<'a, S> {
    store: &'a S,
    scope: Scope,
    watch: Option<Watch<'a>>,
    tally: Tally,
    looked_at: LookedAt,
    unfinished: Vec<Unfinished>,
    archived: bool,
}

impl<S: Integrity> Run<'_, S> {
    /// Reads the rows that were there at the beginning. A page is a statement of its own, so that no view of the database
    /// is older than a page; what is appended meanwhile is left to the next time.
    async fn log(&mut self) -> Result<()> {
        let mut aggregates = Aggregates::new(self.scope.samples);
        let upto = (*self.scope.positions.end()).min(self.looked_at.last_position.unwrap_or(0));
        // A page begins behind a number; nothing lies behind the lowest there is.
        let mut after = self.scope.positions.start().saturating_sub(1);
        self.looked_at.first_position = None;
        self.looked_at.last_position = None;
        loop {
            let (tally, looked_at) = (&mut self.tally, &mut self.looked_at);
            let mut rows = 0;
            let mut each = |row: LogRow| {
                rows += 1;
                looked_at.events += 1;
                looked_at.first_position.get_or_insert(row.position);
                looked_at.last_position = Some(row.position);
                row::judge(&row, tally);
                aggregates.take(&row, tally);
            };
            let store = self.store;
            if let Err(damage) = store.rows(after, upto, PAGE, &mut each).await? {
                self.unfinished("log", damage);
                break;
            }
            after = self.looked_at.last_position.unwrap_or(after);
            self.progress(None, upto);
            if rows < PAGE {
                break;
            }
        }
        aggregates.finish(&mut self.tally);
        Ok(())
    }

    async fn check(&mut self, check: Check) -> Result<()> {
        match self.store.find(check, &self.scope).await? {
            Ok(found) => self.tally.add(check, found),
            Err(damage) => self.unfinished(check.name(), damage),
        }
        self.progress(Some(check), self.looked_at.last_position.unwrap_or(0));
        Ok(())
    }

    fn unfinished(&mut self, check: &'static str, Damage(cause): Damage) {
        tracing::debug!(check, cause, "a check came to no end");
        self.unfinished.push(Unfinished { check, cause });
    }

    fn progress(&mut self, check: Option<Check>, last: i64) {
        let events = self.looked_at.events;
        let position = self.looked_at.last_position.unwrap_or(0);
        let name = check.map_or("log", Check::name);
        tracing::debug!(check = name, events, position, last, "verifying the events' database");
        if let Some(watch) = &mut self.watch {
            watch(&Progress { check, events, position, last });
        }
    }

    fn report(self) -> Report {
        let of_archive = if self.archived { OF_ARCHIVE } else { &[] };
        let mut checks: Vec<Check> = [OF_ROWS, self.store.checks(), of_archive].concat();
        checks.sort_unstable();
        Report {
            store: S::NAME,
            database: self.store.place(),
            looked_at: self.looked_at,
            checks,
            findings: self.tally.into_findings(),
            unfinished: self.unfinished,
        }
    }
}

impl<'a, S: Integrity> IntoFuture for Verify<'a, S> {
    type Output = Result<Report>;
    type IntoFuture = Pin<Box<dyn Future<Output = Result<Report>> + Send + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.verify())
    }
}

impl<S> fmt::Debug for Verify<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("scope", &self.scope).finish_non_exhaustive()
    }
}
