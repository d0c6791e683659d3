//! What a replay does that a subscription does not: it reads a part of the log and ends by itself.
//!
//! It is a subscription of a name that no other can have. Whoever finds every shard at the end and nothing in trouble
//! removes it; whoever finds it removed had come to the end, or it was cancelled.

use std::cmp::Ordering;
use std::sync::Arc;

use futures_util::future::select_all;

use crate::bus::EventBus;
use crate::error::{Error, ErrorKind, Result};
use crate::relay::place::Places;
use crate::relay::round::Round;
use crate::relay::running::Running;
use crate::relay::worker::{Flow, Leave, Worker};
use crate::replay::Past;
use crate::store::{Log, Selection};
use crate::subscribe::Spec;

/// The part of the log that a replay hands over.
#[derive(Debug, Clone)]
pub(crate) struct Part<C> {
    pub(crate) selection: Selection,
    /// Where it ends.
    pub(crate) upto: C,
    /// The archive that it begins in.
    pub(crate) past: Option<Arc<Past>>,
}

impl<S: Log> Worker<S> {
    /// Whether a place is where the replay ends. Somebody may have moved it behind that.
    pub(super) fn is_at_end(&self, cursor: &S::Cursor) -> bool {
        let order = self.upto.as_ref().and_then(|upto| cursor.partial_cmp(upto));
        matches!(order, Some(Ordering::Equal | Ordering::Greater))
    }

    /// Ends a replay of which nothing is left, in whatever process: [`Leave::Finished`].
    pub(super) async fn end_if_done(
        &mut self,
        places: &mut Places<S::Cursor>,
        round: &Round,
    ) -> Flow<()> {
        if self.upto.is_none() || round.open || !places.all(|place| self.is_at_end(&place.cursor)) {
            return Ok(());
        }
        for index in 0..places.len() {
            let (mut place, _) = places.take(index);
            if let Err(leave) = self.save(&mut place).await {
                return self.give_place_up(place, places, index, leave).await.map(|_| ());
            }
            places.put_back(index, place);
        }
        // What counts is what is written down.
        let roster = self.answered(self.store.roster(&self.spec.name)).await?;
        let roster = roster.ok_or(Leave::Removed)?;
        if !roster.shards.iter().all(|shard| self.is_at_end(&shard.cursor)) {
            return Ok(());
        }
        if self.store.end_replay(&self.spec.name).await? {
            tracing::info!("the replay is finished");
            self.shared.finish();
            return Err(Leave::Finished);
        }
        Ok(())
    }

    /// It was removed. A replay whose shards here all came to its end was so because it is finished.
    pub(super) fn removed(&self, places: &Places<S::Cursor>) {
        if !places.is_empty() && places.all(|place| self.is_at_end(&place.cursor)) {
            self.shared.finish();
        } else {
            tracing::warn!("the subscription was removed");
        }
    }
}

impl<S: Log> Running<S> {
    /// What it runs on.
    pub(crate) const fn bus(&self) -> &EventBus<S> {
        &self.bus
    }

    /// What it runs.
    pub(crate) fn spec(&self) -> &Spec<S> {
        &self.spec
    }

    /// Whether it is a replay that came to its end.
    pub(crate) fn is_finished(&self) -> bool {
        self.lanes.iter().any(|shared| shared.is_finished())
    }

    /// Resolves when the replay came to its end.
    pub(crate) async fn finished(&self) -> Result<()> {
        let mut lanes: Vec<_> = self.lanes.iter().map(|shared| Box::pin(shared.halted())).collect();
        while !lanes.is_empty() && !self.is_finished() {
            lanes = select_all(lanes).await.2;
            if let Some(stalled) = self.stalled() {
                return Err(stalled);
            }
        }
        if self.is_finished() {
            return Ok(());
        }
        let message = format!(
            "`{}` ended before it was finished: it was stopped, and goes on when it is started again, or it was cancelled \
             or finished by another process",
            self.name()
        );
        Err(Error::new(ErrorKind::Configuration, message))
    }
}
