//! One round of an owned subscription: what is due, then a page, then a rest.

use std::time::Duration;

use tokio::time::sleep;

use crate::plan::checkpoint::worth_saving;
use crate::plan::pace::pace;
use crate::relay::step::Batch;
use crate::relay::worker::{Flow, Leave, Place, Worker};
use crate::store::Log;

/// What a round came to.
enum Round {
    /// There may be more at once.
    Busy,
    /// There was nothing to do; the next retry is due at this time.
    Idle(Option<i64>),
}

impl<S: Log> Worker<S> {
    /// Reads and delivers until there is a reason to leave.
    pub(super) async fn read(&mut self, place: &mut Place<S::Cursor>) -> Leave {
        let mut idle = 0;
        loop {
            let round = match self.stopping() {
                true => self.save(place).await.and(Err(Leave::Stopped)),
                false => self.round(place).await,
            };
            match round {
                Err(leave) => return leave,
                Ok(Round::Busy) => idle = 0,
                Ok(Round::Idle(due)) => {
                    self.tries = 0;
                    idle = if self.rest(place, idle, due).await { 0 } else { idle + 1 };
                }
            }
        }
    }

    async fn round(&mut self, place: &mut Place<S::Cursor>) -> Flow<Round> {
        // Both are read before the store is, so that what comes meanwhile counts for the next round.
        self.wake.borrow_and_update();
        let asked = self.shared.asked();
        place.look |= self.shared.was_written() || self.shared.answered() != asked;
        let open = self.troubles(place).await?;
        if self.stopping() {
            return Ok(Round::Busy);
        }
        let types = &self.shared.types;
        let page = self.answered(self.store.page(&place.cursor, types, self.care.limit())).await?;
        let more = page.more || open.attempted;
        if !page.events.is_empty() {
            self.page(place, page, open.keys).await?;
            return Ok(Round::Busy);
        }
        place.unsaved |= place.cursor != page.end;
        place.cursor = page.end;
        if worth_saving(place.clock.now() - place.saved_at) {
            self.save(place).await?;
        }
        if more {
            return Ok(Round::Busy);
        }
        if open.due.is_none() && (open.keys.is_empty() || open.missing.is_some()) {
            self.shared.answer(asked, open.missing);
        }
        Ok(Round::Idle(open.due))
    }

    /// Writes a cursor that moved over unwanted events only.
    async fn save(&mut self, place: &mut Place<S::Cursor>) -> Flow<()> {
        if !place.unsaved {
            return Ok(());
        }
        let cursor = place.cursor.clone();
        self.record(place, Some(cursor), Batch::default()).await
    }

    /// Waits for a wake-up, the next retry, the next poll or the end; whether it was woken.
    async fn rest(&mut self, place: &Place<S::Cursor>, idle: u32, due: Option<i64>) -> bool {
        let mut wait = pace(idle, self.spec.poll);
        if let Some(due) = due {
            let millis = u64::try_from(due - place.clock.now()).unwrap_or(0);
            wait = wait.min(Duration::from_millis(millis));
        }
        tokio::select! {
            _ = self.stop.wait_for(|stop| *stop) => false,
            _ = self.wake.changed() => true,
            () = sleep(wait) => false,
        }
    }
}
