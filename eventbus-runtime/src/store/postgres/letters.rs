//! The dead letters' side of the store.

use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::dead_letter::{Action, DeadLetter, LetterFilter};
use crate::error::Result;
use crate::store::postgres::{PgStore, action, dead_letter};
use crate::store::{LetterSlice, Letters, Moved, Survey};

impl Letters for PgStore {
    async fn letters(&self, slice: &LetterSlice<'_>) -> Result<Vec<DeadLetter>> {
        dead_letter::letters(self, slice).await
    }

    async fn survey_letters(&self, filter: &LetterFilter) -> Result<Survey> {
        dead_letter::survey(self, filter).await
    }

    async fn next_letter(&self, subscription: &str) -> Result<Option<i64>> {
        dead_letter::next(self, subscription).await
    }

    async fn retry_letters(
        &self,
        connection: &mut PgConnection,
        slice: &LetterSlice<'_>,
        now: i64,
    ) -> Result<Moved> {
        dead_letter::retry(self, connection, slice, now).await
    }

    async fn remove_letters(
        &self,
        connection: &mut PgConnection,
        slice: &LetterSlice<'_>,
    ) -> Result<Moved> {
        dead_letter::remove(self, connection, slice).await
    }

    async fn take_letter(
        &self,
        connection: &mut PgConnection,
        id: Uuid,
    ) -> Result<Option<DeadLetter>> {
        dead_letter::take(self, connection, id).await
    }

    async fn park_letter(&self, connection: &mut PgConnection, letter: &DeadLetter) -> Result<()> {
        dead_letter::park(self, connection, letter).await
    }

    async fn record_action(&self, connection: &mut PgConnection, action: &Action) -> Result<()> {
        action::record(self, connection, action).await
    }

    async fn actions(&self, before: Option<Uuid>, limit: usize) -> Result<Vec<Action>> {
        action::list(self, before, limit).await
    }
}
