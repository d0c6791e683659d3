//! The handle of a replay that was started.

use std::fmt;

use tokio::time::Instant;

use crate::dead_letter::LetterFilter;
use crate::error::{Error, ErrorKind, Result};
use crate::relay::{Part, Running, State, Stats};
use crate::replay::progress::rate;
use crate::replay::{PREFIX, Progress, add, sum};
use crate::store::{Cursor, Log, ReplayRow, Roster, Tallies};

/// A replay that was started in this process.
///
/// Dropping it changes nothing while its bus is there: the replay goes on. [`EventBus::shutdown`] stops it with the
/// subscriptions.
///
/// [`EventBus::shutdown`]: crate::EventBus::shutdown
#[derive(Clone)]
pub struct Replaying<S: Log> {
    running: Running<S>,
    part: Part<S::Cursor>,
    total: u64,
    began_at: i64,
    started: Instant,
}

impl<S: Log> Replaying<S> {
    pub(super) fn new(
        running: Running<S>,
        part: Part<S::Cursor>,
        row: ReplayRow<S::Cursor>,
    ) -> Self {
        let ReplayRow { total, began_at, .. } = row;
        Self { running, part, total, began_at, started: Instant::now() }
    }

    /// The replay's name.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.running.name();
        name.strip_prefix(PREFIX).unwrap_or(name)
    }

    /// The name under which the database has it, `replay:<name>`: that of its dead letters, and of the subscription that
    /// [`EventBus::pause`](crate::EventBus::pause) pauses.
    #[must_use]
    pub fn subscription(&self) -> &str {
        self.running.name()
    }

    /// What it is doing now. A replay that is paused, or suspended by its breaker, goes on as a subscription does.
    #[must_use]
    pub fn state(&self) -> State {
        self.running.state()
    }

    /// What it did in this process since it was started here.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.running.stats()
    }

    /// How far it has come, in all processes together.
    ///
    /// The database counts what is left, which reads so much of the log: ask every few seconds, not in a loop.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it was cancelled, or another process finished it and this one has not noticed
    /// yet; [`ErrorKind::Store`] when the database refuses.
    pub async fn progress(&self) -> Result<Progress> {
        let bus = self.running.bus();
        let letters =
            LetterFilter::all().subscription(self.subscription()).within(self.began_at..i64::MAX);
        let roster = bus.store.roster(self.subscription()).await?;
        let left = match roster {
            _ if self.running.is_finished() => Tallies::new(),
            Some(roster) => self.left(&roster).await?,
            None => return Err(self.is_gone()),
        };
        let counts = self.stats().total;
        Ok(Progress {
            done: self.total.saturating_sub(sum(&left)),
            total: self.total,
            estimated: self.running.spec().routes.may_reject(),
            position: left.values().map(|tally| tally.first).min(),
            failed: bus.store.survey_letters(&letters).await?.count,
            rate: rate(counts.handled + counts.dead, self.started.elapsed()),
        })
    }

    /// What is behind the cursors, those of one place counted at once. A replay makes no detours.
    async fn left(&self, roster: &Roster<S::Cursor>) -> Result<Tallies> {
        let (store, Part { selection, upto, past }) = (&self.running.bus().store, &self.part);
        let mut left = Tallies::new();
        for (cursor, shards, _) in roster.places() {
            let archived = past.as_ref().and_then(|past| Some((past, past.number(cursor)?)));
            let Some((past, number)) = archived else {
                add(&mut left, store.survey((cursor, upto), &shards, selection).await?);
                continue;
            };
            add(&mut left, past.survey((number, selection.last), &shards).await?);
            let seam = cursor.at(past.upto);
            if seam < *upto {
                add(&mut left, store.survey((&seam, upto), &shards, selection).await?);
            }
        }
        Ok(left)
    }

    fn is_gone(&self) -> Error {
        let message = format!(
            "the database knows no replay `{}` any more: it was cancelled, or another process finished it",
            self.name()
        );
        Error::new(ErrorKind::Configuration, message)
    }

    /// Resolves when everything that it hands over is handled or dead: then its place is gone, and a replay of its name
    /// begins anew.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`] when it ended otherwise: it was stopped or cancelled, or another process finished it
    /// while this one had no part of it. Where an event needs newer code, the error that says so; the others of its shard
    /// wait for that.
    pub async fn finished(&self) -> Result<()> {
        self.running.finished().await
    }

    /// Stops it in this process: it finishes the event in hand, commits and keeps its place. Started again, in whatever
    /// process, it goes on there. Waits 30 s for it.
    ///
    /// # Errors
    /// As in [`Running::shutdown`].
    pub async fn stop(&self) -> Result<()> {
        self.running.shutdown().await
    }

    /// Stops it and forgets its place, and what is in trouble in it, in all processes. Does nothing to one that is
    /// finished. Its dead letters stay.
    ///
    /// # Errors
    /// As in [`Running::shutdown`]; it is cancelled all the same.
    pub async fn cancel(&self) -> Result<()> {
        let stopped = self.stop().await;
        if self.running.is_finished() {
            // What has this name by now is another one.
            return stopped;
        }
        self.running.bus().store.remove(self.subscription()).await?;
        stopped
    }
}

impl<S: Log> fmt::Debug for Replaying<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaying")
            .field("replay", &self.name())
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
