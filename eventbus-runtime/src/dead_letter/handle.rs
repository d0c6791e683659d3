//! Reading dead letters, and parking what the application gives up.

use std::fmt;

use serde::de::IgnoredAny;
use uuid::Uuid;

use crate::bus::EventBus;
use crate::clock::now;
use crate::context::Context;
use crate::dead_letter::filter::check_source;
use crate::dead_letter::{Action, Content, DeadLetter, FailedAttempt, LetterFilter, Operator};
use crate::emit::{MAX_PAYLOAD, check_tenant};
use crate::error::{Error, ErrorKind, HandlerError, Result};
use crate::store::{LetterSlice, Letters, recordable};

/// The dead letters of a bus's database: [`EventBus::dead_letters`].
#[must_use = "nothing is read until something is asked"]
pub struct DeadLetters<'a, S: Letters> {
    pub(super) bus: &'a EventBus<S>,
}

impl<S: Letters> EventBus<S> {
    /// The dead letters: what subscriptions gave up, and what the application parked.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn example(bus: &eventbus_runtime::MemoryBus) -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{ErrorKind, LetterFilter};
    ///
    /// let unreadable = LetterFilter::all().types("order.*").kind(ErrorKind::DeserializationFailed);
    /// for letter in bus.dead_letters().list(&unreadable, None, 100).await? {
    ///     println!("{} of {:?}: {}", letter.id, letter.subscription(), letter.message);
    /// }
    /// let retried = bus.dead_letters().by("alice").retry_where(&unreadable).await?;
    /// println!("{} are tried again", retried.retried);
    /// # Ok(()) }
    /// ```
    pub const fn dead_letters(&self) -> DeadLetters<'_, S> {
        DeadLetters { bus: self }
    }
}

impl<'a, S: Letters> DeadLetters<'a, S> {
    /// Who is going to act: a person, or a job. What they do is recorded under this name, and without one nothing is done:
    ///
    /// ```compile_fail,E0599
    /// # async fn example(bus: eventbus_runtime::MemoryBus, id: uuid::Uuid) -> eventbus_runtime::Result<()> {
    /// bus.dead_letters().retry(id).await
    /// # }
    /// ```
    ///
    /// ```
    /// # #[cfg(feature = "testing")]
    /// # async fn example(bus: eventbus_runtime::MemoryBus, id: uuid::Uuid) -> eventbus_runtime::Result<()> {
    /// bus.dead_letters().by("alice").retry(id).await
    /// # }
    /// ```
    pub fn by(self, who: impl Into<String>) -> Operator<'a, S> {
        Operator { bus: self.bus, who: who.into() }
    }

    /// Reads letters, oldest first, at most `limit`: from the first, or from the one behind the letter `after`.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a pattern that is none, [`ErrorKind::Store`] when the database refuses.
    pub async fn list(
        &self,
        filter: &LetterFilter,
        after: Option<Uuid>,
        limit: usize,
    ) -> Result<Vec<DeadLetter>> {
        filter.check()?;
        let slice = LetterSlice { after, ..LetterSlice::first(filter, limit) };
        self.bus.store.letters(&slice).await
    }

    /// Counts letters.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for a pattern that is none, [`ErrorKind::Store`] when the database refuses.
    pub async fn count(&self, filter: &LetterFilter) -> Result<u64> {
        filter.check()?;
        Ok(self.bus.store.survey_letters(filter).await?.count)
    }

    /// Reads one letter; `None` where it is gone, or never was.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn get(&self, id: Uuid) -> Result<Option<DeadLetter>> {
        let filter = LetterFilter::all().id(id);
        Ok(self.bus.store.letters(&LetterSlice::first(&filter, 1)).await?.pop())
    }

    /// Reads what was done to letters, the newest first, at most `limit`: from the last action, or from the one before
    /// the action `before`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] when the database refuses.
    pub async fn actions(&self, before: Option<Uuid>, limit: usize) -> Result<Vec<Action>> {
        self.bus.store.actions(before, limit).await
    }

    /// Parks something of the application's under a name of its own, with why; returns the letter's id. The payload is
    /// JSON. Its tenant is that of the [`Context`] around the call.
    ///
    /// The application knows what trying it again means: [`Operator::take`].
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`] for the name `event` and one that is empty or too long, and for a payload that is
    /// no JSON or exceeds [`MAX_PAYLOAD`]; [`ErrorKind::Store`] when the database refuses.
    pub async fn park(
        &self,
        source: &str,
        data: &str,
        error: impl Into<HandlerError>,
    ) -> Result<Uuid> {
        let letter = parked(source, data, error.into())?;
        let store = &self.bus.store;
        let mut transaction = store.begin().await?;
        match store.park_letter(&mut transaction, &letter).await {
            Ok(()) => store.commit(transaction).await.map(|()| letter.id),
            Err(error) => {
                store.rollback(transaction).await?;
                Err(error)
            }
        }
    }

    /// The same inside the transaction that is open on the connection.
    ///
    /// # Errors
    /// As [`DeadLetters::park`].
    pub async fn park_in(
        &self,
        connection: &mut S::Connection,
        source: &str,
        data: &str,
        error: impl Into<HandlerError>,
    ) -> Result<Uuid> {
        let letter = parked(source, data, error.into())?;
        self.bus.store.park_letter(connection, &letter).await.map(|()| letter.id)
    }
}

/// The letter of something that the application gives up.
fn parked(source: &str, data: &str, error: HandlerError) -> Result<DeadLetter> {
    check_source(source)?;
    let refused = |message| Error::new(ErrorKind::ValidationFailed, message);
    if data.len() > MAX_PAYLOAD {
        return Err(refused(format!(
            "what `{source}` parks has {} bytes, the most is {MAX_PAYLOAD}: store it elsewhere and park a reference to it",
            data.len()
        )));
    }
    serde_json::from_str::<IgnoredAny>(data)
        .map_err(|cause| refused(format!("what `{source}` parks is no JSON")).with_source(cause))?;
    let tenant = Context::current().tenant;
    check_tenant(source, tenant.as_deref())?;
    let (error, at) = (error.into_inner(), now());
    let (kind, message) = (error.kind().as_str().to_owned(), recordable(error.full()));
    Ok(DeadLetter {
        id: Uuid::now_v7(),
        content: Content::Parked { source: source.to_owned(), tenant, data: data.to_owned() },
        attempts: 1,
        errors: vec![FailedAttempt {
            at,
            attempt: 1,
            kind: kind.clone(),
            message: message.clone(),
        }],
        kind,
        message,
        at,
        retry_at: None,
    })
}

impl<S: Letters> Clone for DeadLetters<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Letters> Copy for DeadLetters<'_, S> {}

impl<S: Letters> fmt::Debug for DeadLetters<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeadLetters on {}", S::NAME)
    }
}
