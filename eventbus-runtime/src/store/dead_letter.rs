//! What a database must be able to do with dead letters.

use std::future::Future;

use uuid::Uuid;

use crate::dead_letter::{Action, DeadLetter, LetterFilter};
use crate::error::Result;
use crate::store::Store;

/// A store that keeps dead letters.
///
/// A letter comes to be in a step of a subscription, [`Fate::Dead`](crate::store::Fate::Dead), or is parked by the
/// application. Each failure of a delivery is appended to the errors of its row, so that its letter has them; a letter
/// that is retried hands them on, and keeps the newest [`MOST_ERRORS`](crate::dead_letter::MOST_ERRORS). A second letter
/// of one event and subscription, after a subscription began anew, takes the place of the first.
#[diagnostic::on_unimplemented(
    message = "`{Self}` keeps no dead letters",
    label = "no dead letters here",
    note = "`SqliteStore`, `PgStore` and `MemoryStore` do: `EventBus<SqliteStore>`, or `S: Letters` where it is any"
)]
pub trait Letters: Store {
    /// Reads letters, oldest first.
    fn letters(
        &self,
        slice: &LetterSlice<'_>,
    ) -> impl Future<Output = Result<Vec<DeadLetter>>> + Send;

    /// Counts letters.
    fn survey_letters(&self, filter: &LetterFilter) -> impl Future<Output = Result<Survey>> + Send;

    /// When the next letter of a subscription is retried by itself.
    fn next_letter(&self, subscription: &str) -> impl Future<Output = Result<Option<i64>>> + Send;

    /// Makes letters deliveries again, due at `now`, with no attempt made and their errors so far. Each stays that has an
    /// [`Obstacle`].
    ///
    /// Where the slice says what is due, letters are retried by themselves: each counts how often, and of those that
    /// stay none is due any more. Else their count begins anew.
    fn retry_letters(
        &self,
        connection: &mut Self::Connection,
        slice: &LetterSlice<'_>,
        now: i64,
    ) -> impl Future<Output = Result<Moved>> + Send;

    /// Deletes letters.
    fn remove_letters(
        &self,
        connection: &mut Self::Connection,
        slice: &LetterSlice<'_>,
    ) -> impl Future<Output = Result<Moved>> + Send;

    /// Deletes one letter that the application parked, and returns it.
    fn take_letter(
        &self,
        connection: &mut Self::Connection,
        id: Uuid,
    ) -> impl Future<Output = Result<Option<DeadLetter>>> + Send;

    /// Writes a letter of the application's, whose content is [`Content::Parked`](crate::dead_letter::Content::Parked).
    fn park_letter(
        &self,
        connection: &mut Self::Connection,
        letter: &DeadLetter,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Records an action; where its id is there already, its count is added.
    fn record_action(
        &self,
        connection: &mut Self::Connection,
        action: &Action,
    ) -> impl Future<Output = Result<()>> + Send;

    /// Reads actions older than `before`, the newest first.
    fn actions(
        &self,
        before: Option<Uuid>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Action>>> + Send;
}

/// A part of the letters in the order of their ids.
#[derive(Debug, Clone, Copy)]
pub struct LetterSlice<'a> {
    /// Which letters are meant.
    pub filter: &'a LetterFilter,
    /// Only those behind this one.
    pub after: Option<Uuid>,
    /// Only those up to this one.
    pub upto: Option<Uuid>,
    /// Only those that are to be retried by themselves at this time or before.
    pub due: Option<i64>,
    /// How many at most.
    pub limit: usize,
}

impl<'a> LetterSlice<'a> {
    /// The first letters.
    #[must_use]
    pub const fn first(filter: &'a LetterFilter, limit: usize) -> Self {
        Self { filter, after: None, upto: None, due: None, limit }
    }
}

/// How many letters a filter means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Survey {
    /// Their number.
    pub count: u64,
    /// The last of them in the order of their ids.
    pub newest: Option<Uuid>,
}

/// What became of a slice of letters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Those that were retried or deleted.
    pub moved: Vec<Uuid>,
    /// Those that stayed, and why.
    pub kept: Vec<(Uuid, Obstacle)>,
}

impl Moved {
    /// How many letters the slice had.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.moved.len() + self.kept.len()
    }

    /// How many were moved.
    pub(crate) fn count(&self) -> u64 {
        u64::try_from(self.moved.len()).unwrap_or(u64::MAX)
    }

    /// Whether it had none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last letter of the slice.
    #[must_use]
    pub fn last(&self) -> Option<Uuid> {
        self.moved.iter().chain(self.kept.iter().map(|(id, _)| id)).max().copied()
    }
}

/// Why a letter cannot be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// The application parked it, and knows what trying again means.
    Parked,
    /// Its subscription is gone.
    NoSubscription,
    /// The log does not hold its event any more.
    NotInLog,
    /// Its event is in trouble again already: the subscription began anew.
    Open,
}

impl Obstacle {
    /// The first obstacle of a letter, from what a store finds about it.
    #[must_use]
    pub const fn of(event: bool, subscribed: bool, logged: bool, open: bool) -> Option<Self> {
        match (event, subscribed, logged, open) {
            (false, ..) => Some(Self::Parked),
            (_, false, ..) => Some(Self::NoSubscription),
            (_, _, false, _) => Some(Self::NotInLog),
            (.., true) => Some(Self::Open),
            (true, true, true, false) => None,
        }
    }
}
