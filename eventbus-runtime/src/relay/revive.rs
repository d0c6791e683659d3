//! Dead letters that are retried by themselves, where a subscription asks for it.

use uuid::Uuid;

use crate::dead_letter::{Action, EVENT, ITSELF, LetterFilter, RETRY};
use crate::error::Result;
use crate::relay::place::Place;
use crate::relay::worker::{Flow, Worker};
use crate::store::{LetterSlice, Log, Moved};

/// How many letters one transaction retries.
const BATCH: usize = 100;

impl<S: Log> Worker<S> {
    /// Makes letters that are due deliveries again; asks for them once per poll.
    pub(super) async fn revive(&mut self, place: &mut Place<S::Cursor>) -> Flow<()> {
        let now = place.clock.now();
        if self.spec.retry_dead_after.is_none() || now < place.revive_at {
            return Ok(());
        }
        let next = self.answered(self.store.next_letter(&self.spec.name)).await?;
        if next.is_none_or(|next| next > now) {
            place.revive_at = now.saturating_add(self.spec.poll_millis());
            return Ok(());
        }
        let filter = LetterFilter::all().source(EVENT).subscription(&self.spec.name);
        let slice = LetterSlice { due: Some(now), ..LetterSlice::first(&filter, BATCH) };
        let mut transaction = self.begin().await?;
        match retry(&self.store, &mut transaction, &slice, now).await {
            Ok(moved) => {
                self.store.commit(transaction).await?;
                place.look |= !moved.moved.is_empty();
                tracing::info!(letters = moved.moved.len(), "dead letters are retried");
                for (letter, obstacle) in moved.kept {
                    tracing::warn!(%letter, ?obstacle, "a dead letter cannot be retried");
                }
                Ok(())
            }
            Err(error) => {
                self.roll_back(transaction).await;
                Err(error.into())
            }
        }
    }
}

/// Retries what is due and records it.
async fn retry<S: Log>(
    store: &S,
    connection: &mut S::Connection,
    slice: &LetterSlice<'_>,
    now: i64,
) -> Result<Moved> {
    let moved = store.retry_letters(connection, slice, now).await?;
    if !moved.moved.is_empty() {
        let action = Action {
            id: Uuid::now_v7(),
            at: now,
            who: ITSELF.to_owned(),
            action: RETRY.to_owned(),
            subject: slice.filter.to_json(),
            count: moved.count(),
            reason: None,
        };
        store.record_action(connection, &action).await?;
    }
    Ok(moved)
}
