//! What is done to dead letters, by somebody with a name.

use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::clock::now;
use crate::dead_letter::{Action, DISCARD, DeadLetter, LetterFilter, PURGE, RETRY, TAKE};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{LetterSlice, Letters, Moved, Obstacle};

/// How many letters one transaction moves.
const BATCH: usize = 1_000;

/// Somebody who acts on dead letters: [`DeadLetters::by`](crate::DeadLetters::by).
///
/// What they do is recorded in the same transaction. What concerns more than 1,000 letters is done in several, and what
/// was done of it when it was interrupted is recorded.
#[must_use = "nothing is done until something is asked for"]
pub struct Operator<'a, S: Letters> {
    pub(super) bus: &'a EventBus<S>,
    pub(super) who: String,
}

/// What became of the letters that were to be retried.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Retried {
    /// How many are deliveries again.
    pub retried: u64,
    /// How many stay as they are: what the application parked, and events whose subscription is gone, that left the log
    /// or that are in trouble already.
    pub kept: u64,
}

/// What an action does to letters.
#[derive(Clone, Copy)]
enum Deed {
    Retry,
    Remove,
}

impl<S: Letters> Operator<'_, S> {
    /// Tries the event of a letter again, at once and from its first attempt; the letter is gone, and where the event
    /// fails again it becomes one with all errors.
    ///
    /// Later events of its aggregate may have been handled already. Those that come wait for it as soon as its
    /// subscription noticed: at once where it runs on this bus, at its next poll where it runs in another process.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] where the letter is gone, is none of an event, or its event left the log or is in
    /// trouble already; [`ErrorKind::Configuration`] where its subscription is gone; [`ErrorKind::Store`] when the
    /// database refuses. Then nothing was changed.
    pub async fn retry(&self, id: Uuid) -> Result<()> {
        self.one(Deed::Retry, RETRY, id, None).await
    }

    /// The same for every letter that the filter means when this is called, and that can be retried.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a pattern that is none, [`ErrorKind::Store`] when the database refuses.
    pub async fn retry_where(&self, filter: &LetterFilter) -> Result<Retried> {
        let (retried, kept) = self.all(Deed::Retry, RETRY, filter, None).await?;
        Ok(Retried { retried, kept })
    }

    /// Deletes a letter, and its event will not be handled. The log keeps the event.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] where the letter is gone, [`ErrorKind::Store`] when the database refuses.
    pub async fn discard(&self, id: Uuid, reason: impl Into<String>) -> Result<()> {
        self.one(Deed::Remove, DISCARD, id, Some(reason.into())).await
    }

    /// The same for every letter that the filter means when this is called; how many these were.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a pattern that is none, [`ErrorKind::Store`] when the database refuses.
    pub async fn discard_where(
        &self,
        filter: &LetterFilter,
        reason: impl Into<String>,
    ) -> Result<u64> {
        Ok(self.all(Deed::Remove, DISCARD, filter, Some(reason.into())).await?.0)
    }

    /// Deletes every letter that was given up longer ago than this; how many these were.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn purge(&self, older_than: Duration) -> Result<u64> {
        let age = i64::try_from(older_than.as_millis()).unwrap_or(i64::MAX);
        let old = LetterFilter { before: Some(now().saturating_sub(age)), ..LetterFilter::all() };
        Ok(self.all(Deed::Remove, PURGE, &old, None).await?.0)
    }

    /// Takes out what the application parked, inside the transaction that is open on the connection: whatever it makes
    /// of it there, and the end of the letter, commit together or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] where the application parked no such letter, or somebody took it already;
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn take(&self, connection: &mut S::Connection, id: Uuid) -> Result<DeadLetter> {
        let mut action = self.action(TAKE, &LetterFilter::all().id(id), None)?;
        let letter = self.bus.store.take_letter(connection, id).await?.ok_or_else(|| {
            refused(format!(
                "the application parked no letter {id}, or it is gone by now; the letter of an event is retried or \
                 discarded"
            ))
        })?;
        action.count = 1;
        self.bus.store.record_action(connection, &action).await?;
        Ok(letter)
    }

    async fn one(&self, deed: Deed, name: &str, id: Uuid, reason: Option<String>) -> Result<()> {
        let filter = LetterFilter::all().id(id);
        let mut action = self.action(name, &filter, reason)?;
        let moved = self.batch(deed, &LetterSlice::first(&filter, 1), &mut action).await?;
        match moved.kept.first() {
            Some((_, obstacle)) => Err(cannot_retry(id, *obstacle)),
            None if moved.is_empty() => Err(refused(format!(
                "there is no dead letter {id}: it was retried, discarded or purged, or never was"
            ))),
            None => Ok(()),
        }
    }

    /// How many letters were moved, and how many stayed.
    async fn all(
        &self,
        deed: Deed,
        name: &str,
        filter: &LetterFilter,
        reason: Option<String>,
    ) -> Result<(u64, u64)> {
        filter.check()?;
        let mut action = self.action(name, filter, reason)?;
        // What is given up again meanwhile is not meant, or this would have no end.
        let newest = self.bus.store.survey_letters(filter).await?.newest;
        let upto = Some(newest.unwrap_or(Uuid::nil()));
        let mut slice = LetterSlice { upto, ..LetterSlice::first(filter, BATCH) };
        let (mut count, mut kept) = (0, 0);
        loop {
            let moved = self.batch(deed, &slice, &mut action).await?;
            count += moved.count();
            kept += u64::try_from(moved.kept.len()).unwrap_or(u64::MAX);
            if moved.len() < BATCH {
                return Ok((count, kept));
            }
            slice.after = moved.last();
        }
    }

    /// Moves a slice of letters and records it, in one transaction.
    async fn batch(
        &self,
        deed: Deed,
        slice: &LetterSlice<'_>,
        action: &mut Action,
    ) -> Result<Moved> {
        let store = &self.bus.store;
        let mut transaction = store.begin().await?;
        match apply(store, &mut transaction, deed, slice, action).await {
            Ok(moved) => {
                store.commit(transaction).await?;
                if matches!(deed, Deed::Retry) {
                    self.bus.look();
                }
                Ok(moved)
            }
            Err(error) => {
                store.rollback(transaction).await?;
                Err(error)
            }
        }
    }

    fn action(&self, name: &str, filter: &LetterFilter, reason: Option<String>) -> Result<Action> {
        for text in [Some(&self.who), reason.as_ref()].into_iter().flatten() {
            if text.trim().is_empty() || text.contains('\0') {
                return Err(refused(format!(
                    "{text:?} is recorded with what is done to dead letters: write who does it, or why"
                )));
            }
        }
        Ok(Action {
            id: Uuid::now_v7(),
            at: now(),
            who: self.who.clone(),
            action: name.to_owned(),
            subject: filter.to_json(),
            count: 0,
            reason,
        })
    }
}

/// Moves letters and records how many. An action on one letter that is not there, or has to stay, is none.
async fn apply<S: Letters>(
    store: &S,
    connection: &mut S::Connection,
    deed: Deed,
    slice: &LetterSlice<'_>,
    action: &mut Action,
) -> Result<Moved> {
    let moved = match deed {
        Deed::Retry => store.retry_letters(connection, slice, now()).await?,
        Deed::Remove => store.remove_letters(connection, slice).await?,
    };
    action.count = moved.count();
    if action.count > 0 || slice.filter.id.is_none() {
        store.record_action(connection, action).await?;
    }
    Ok(moved)
}

fn cannot_retry(id: Uuid, obstacle: Obstacle) -> Error {
    match obstacle {
        Obstacle::Parked => refused(format!(
            "dead letter {id} is no event of a subscription: the application that parked it takes it out, with `take`"
        )),
        Obstacle::NoSubscription => Error::new(
            ErrorKind::Configuration,
            format!(
                "the subscription of dead letter {id} does not exist any more: start one under its name and retry, or \
                 discard the letter"
            ),
        ),
        Obstacle::NotInLog => refused(format!(
            "the event of dead letter {id} is not in the log any more: emit it again out of the letter \
             (`DeadLetter::event`), and discard the letter"
        )),
        Obstacle::Open => refused(format!(
            "the event of dead letter {id} is being tried again already, because its subscription began anew: wait for \
             that, and discard the letter where it succeeds"
        )),
    }
}

fn refused(message: String) -> Error {
    Error::new(ErrorKind::ValidationFailed, message)
}

impl<S: Letters> fmt::Debug for Operator<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Operator {:?} on {}", self.who, S::NAME)
    }
}
