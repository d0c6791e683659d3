//! Listing scheduled events, and changing one's mind.

use std::fmt;
use std::time::SystemTime;

use uuid::Uuid;

use crate::bus::EventBus;
use crate::emit::{Place, Target};
use crate::error::Result;
use crate::schedule::{ScheduleFilter, Scheduled, at};
use crate::store::{Due, Schedule};
use crate::to_the_end::to_the_end;

/// The scheduled events of a bus's database: [`EventBus::scheduled`].
#[must_use = "nothing is read until something is asked"]
pub struct ScheduledEvents<'a, S: Schedule> {
    pub(crate) bus: &'a EventBus<S>,
}

impl<S: Schedule> EventBus<S> {
    /// The events that wait until they are due.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn example() -> eventbus_runtime::Result<()> {
    /// use std::time::Duration;
    ///
    /// use eventbus_runtime::{DomainEvent, EventBus, ScheduleFilter};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Reminded { order: u64 },
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let id = bus.emit(bus.store(), OrderReminded { order: 7 }).deliver_after(day).await?.id();
    /// let waiting = bus.scheduled().list(&ScheduleFilter::all(), None, 100).await?;
    /// assert_eq!(waiting[0].id(), id);
    /// assert!(bus.scheduled().cancel(bus.store(), id).await?);
    /// # Ok(()) }
    /// ```
    pub const fn scheduled(&self) -> ScheduledEvents<'_, S> {
        ScheduledEvents { bus: self }
    }
}

impl<S: Schedule> ScheduledEvents<'_, S> {
    /// Reads scheduled events in the order in which they are due, at most `limit`: from the first, or from the one behind
    /// `after`, the last of the page before.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed) for a pattern that is none,
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn list(
        &self,
        filter: &ScheduleFilter,
        after: Option<&Scheduled>,
        limit: usize,
    ) -> Result<Vec<Scheduled>> {
        filter.check()?;
        let after = after.map(|scheduled| (scheduled.due_at, scheduled.number));
        self.bus.store.scheduled(filter, after, limit).await
    }

    /// Counts scheduled events.
    ///
    /// # Errors
    /// As [`ScheduledEvents::list`].
    pub async fn count(&self, filter: &ScheduleFilter) -> Result<u64> {
        filter.check()?;
        self.bus.store.count_scheduled(filter).await
    }

    /// Cancels a scheduled event; false where nothing with this id waits: it is in the log already, was cancelled, or
    /// never was. The target is what [`EventBus::emit`] takes: in a transaction of yours it is cancelled when that
    /// commits, and stays if it does not; until then nobody moves it.
    ///
    /// The key that the event was scheduled with stays taken for its window.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn cancel<'t, T, Kind>(&self, target: T, id: Uuid) -> Result<bool>
    where
        T: Target<'t, S, Kind>,
        S: 't,
    {
        match target.place(&self.bus.store)? {
            Place::Connection(connection) | Place::Buffer(connection, _) => {
                self.bus.store.cancel(connection, id).await
            }
            Place::Alone => {
                let store = self.bus.store.clone();
                to_the_end(async move {
                    let mut transaction = store.begin().await?;
                    let cancelled = store.cancel(&mut transaction, id).await;
                    end(&store, transaction, cancelled).await
                })
                .await?
            }
        }
    }

    /// Gives a scheduled event another time; false as with [`cancel`](Self::cancel). An event that the log refused is
    /// tried anew.
    ///
    /// # Errors
    /// [`ErrorKind::ValidationFailed`](crate::ErrorKind::ValidationFailed) for a time after the year 2200,
    /// [`ErrorKind::Store`](crate::ErrorKind::Store) when the database refuses.
    pub async fn reschedule<'t, T, Kind>(
        &self,
        target: T,
        id: Uuid,
        time: SystemTime,
    ) -> Result<bool>
    where
        T: Target<'t, S, Kind>,
        S: 't,
    {
        let due: Due = at(time)?;
        let known = match target.place(&self.bus.store)? {
            Place::Connection(connection) => self.bus.store.reschedule(connection, id, due).await?,
            Place::Buffer(connection, buffer) => {
                buffer.schedules();
                self.bus.store.reschedule(connection, id, due).await?
            }
            Place::Alone => {
                let store = self.bus.store.clone();
                to_the_end(async move {
                    let mut transaction = store.begin().await?;
                    let known = store.reschedule(&mut transaction, id, due).await;
                    end(&store, transaction, known).await
                })
                .await??
            }
        };
        self.bus.wake_schedule();
        Ok(known)
    }
}

/// Commits, or rolls back what failed.
async fn end<S: Schedule>(
    store: &S,
    transaction: S::Transaction,
    done: Result<bool>,
) -> Result<bool> {
    match done {
        Ok(done) => store.commit(transaction).await.map(|()| done),
        Err(error) => {
            // What is rolled back by losing its connection is rolled back as well.
            store.rollback(transaction).await.ok();
            Err(error)
        }
    }
}

impl<S: Schedule> fmt::Debug for ScheduledEvents<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScheduledEvents<{}>", S::NAME)
    }
}
