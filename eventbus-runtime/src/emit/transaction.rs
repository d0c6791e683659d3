//! A transaction of the bus's own, in which emits wait for the commit.

use std::fmt;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use crate::bus::EventBus;
use crate::emit::check::check_size;
use crate::emit::collect::Emit;
use crate::emit::pending::Emitting;
use crate::emit::target::{Place, Target};
use crate::error::{Error, ErrorKind, Result};
use crate::store::{Duplicates, NewEvent, Store};
use crate::to_the_end::to_the_end;

/// The open transaction of [`EventBus::transaction`]: it derefs to the database's connection. It goes back when it is
/// dropped, which the end of the closure does by itself.
pub struct BusTx<S: Store> {
    bus: EventBus<S>,
    open: Option<Open<S>>,
    slot: Slot<S>,
}

type Slot<S> = Arc<Mutex<Option<Open<S>>>>;

/// A transaction and the events that wait for its end.
struct Open<S: Store> {
    transaction: S::Transaction,
    buffer: Buffer,
}

/// The events that wait for the end of a transaction.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct Buffer {
    events: Vec<NewEvent>,
    bytes: usize,
    /// Whether some were written already.
    flushed: bool,
    /// Whether the last write of what waited was not waited for, so that nobody knows whether it took place.
    unsure: bool,
    /// Whether something was scheduled.
    scheduled: bool,
}

impl<S: Store> EventBus<S> {
    /// Runs a closure in a transaction, commits when it ends with `Ok` and rolls back when it ends with an error.
    ///
    /// Events that are emitted through it, with `tx.emit(..)` or `bus.emit(&mut tx, ..)`, are inserted together just
    /// before the commit: one round trip, and the locks of an insert for a moment only. After the commit this bus's
    /// subscriptions are woken. Events with a key are inserted at once, with whatever waits before them, because only
    /// the database knows whether they are duplicates. Keep to these two: `bus.emit(&mut *tx, ..)` writes to the bare
    /// connection at once, before what waits.
    ///
    /// Begin and commit run to their end even where the caller stops waiting. A closure that is cut off or panics has
    /// its connection closed.
    ///
    /// ```
    /// # #[cfg(feature = "testing")] async fn place() -> eventbus_runtime::Result<()> {
    /// use eventbus_runtime::{DomainEvent, Error, EventBus};
    ///
    /// #[derive(Debug, DomainEvent)]
    /// #[event(prefix = "order")]
    /// enum OrderEvent {
    ///     Placed { total_cents: i64 },
    /// }
    ///
    /// let bus = EventBus::in_memory();
    /// let number = bus
    ///     .transaction(async |mut tx| {
    ///         // sqlx::query(..).execute(&mut *tx).await?;
    ///         tx.emit(OrderPlaced { total_cents: 1290 }).await?;
    ///         Ok::<_, Error>(7)
    ///     })
    ///     .await?;
    /// assert_eq!((number, bus.log().len()), (7, 1));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// What the closure answers; what the database says at begin, insert and commit;
    /// [`ErrorKind::TransactionRollback`] when the closure kept the transaction.
    pub async fn transaction<T, E, F, Fut>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(BusTx<S>) -> Fut,
        Fut: Future<Output = Result<T, E>>,
        E: From<Error>,
    {
        let transaction = self.store.begin().await?;
        let slot = Slot::default();
        let open = Some(Open { transaction, buffer: Buffer::default() });
        let tx = BusTx { bus: self.clone(), open, slot: Arc::clone(&slot) };
        let worked = work(tx).await;
        let open = slot.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (worked, open) {
            (Ok(value), Some(open)) => {
                let bus = self.clone();
                to_the_end(async move { bus.end(open).await }).await??;
                Ok(value)
            }
            (Ok(_), None) => Err(kept().into()),
            (Err(error), open) => {
                if let Some(open) = open
                    && let Err(error) = self.store.rollback(open.transaction).await
                {
                    // What is rolled back by losing its connection is rolled back as well.
                    tracing::warn!(error = error.full(), "a rollback failed");
                }
                Err(error)
            }
        }
    }

    /// Inserts what waits, commits and wakes.
    async fn end(self, open: Open<S>) -> Result<()> {
        let Open { mut transaction, buffer } = open;
        if buffer.unsure {
            self.store.rollback(transaction).await.ok();
            return Err(cut_off());
        }
        if !buffer.events.is_empty()
            && let Err(error) = self.store.append(&mut transaction, &buffer.events).await
        {
            self.store.rollback(transaction).await.ok();
            return Err(error);
        }
        self.store.commit(transaction).await?;
        self.emitted.count(&buffer.events, &Duplicates::new());
        if buffer.scheduled {
            self.wake_schedule();
        }
        if buffer.flushed {
            self.wake();
        } else if !buffer.events.is_empty() {
            self.wake_for(&buffer.events);
        }
        Ok(())
    }
}

fn kept() -> Error {
    Error::new(
        ErrorKind::TransactionRollback,
        "the closure ended without giving its transaction back, and it was not committed: do not leak the `BusTx`, \
         store it or send it to another task",
    )
}

fn cut_off() -> Error {
    Error::new(
        ErrorKind::TransactionRollback,
        "an emit was cut off while it wrote the events that waited for the end of this transaction, so it was rolled \
         back: let it complete, without `select!` or a timeout around it",
    )
}

impl<S: Store> BusTx<S> {
    /// Emits into this transaction: [`EventBus::emit`] with `&mut tx`.
    pub fn emit<E, Shape>(&mut self, events: E) -> Emitting<'_, S>
    where
        E: Emit<Shape>,
    {
        let Self { bus, open, .. } = self;
        let place = open.as_mut().expect(TAKEN).place();
        bus.emitting(Ok(place), events)
    }
}

const TAKEN: &str = "only drop takes the transaction";

impl<S: Store> Open<S> {
    fn place(&mut self) -> Place<'_, S> {
        Place::Buffer(&mut *self.transaction, &mut self.buffer)
    }
}

impl Buffer {
    /// Keeps events for the end, or writes them with all that waits where somebody has to know or it becomes too much.
    pub(crate) async fn add<S: Store>(
        &mut self,
        bus: &EventBus<S>,
        connection: &mut S::Connection,
        events: Vec<NewEvent>,
    ) -> Result<Duplicates> {
        let bytes: usize = events.iter().map(|new| new.event.data.len()).sum();
        let waiting = self.events.len();
        if check_size(waiting + events.len(), self.bytes + bytes).is_err() {
            self.flush(bus, connection).await?;
        }
        if events.iter().any(|new| new.key.is_some()) {
            self.flush(bus, connection).await?;
            self.flushed = true;
            let duplicates = bus.store.append(connection, &events).await?;
            bus.emitted.count(&events, &duplicates);
            return Ok(duplicates);
        }
        self.bytes += bytes;
        self.events.extend(events);
        Ok(Duplicates::new())
    }

    /// Notes that the schedule changes with the commit.
    pub(crate) const fn schedules(&mut self) {
        self.scheduled = true;
    }

    async fn flush<S: Store>(
        &mut self,
        bus: &EventBus<S>,
        connection: &mut S::Connection,
    ) -> Result<()> {
        if !self.events.is_empty() {
            self.unsure = true;
            let written = bus.store.append(connection, &self.events).await;
            self.unsure = false;
            written?;
            self.flushed = true;
            bus.emitted.count(&self.events, &Duplicates::new());
            self.events.clear();
            self.bytes = 0;
        }
        Ok(())
    }
}

/// A [`Target`] whose events wait for the commit.
#[doc(hidden)]
#[derive(Debug)]
pub enum Buffered {}

impl<'a, S: Store> Target<'a, S, Buffered> for &'a mut BusTx<S> {
    fn place(self, _: &S) -> Result<Place<'a, S>> {
        Ok(self.open.as_mut().expect(TAKEN).place())
    }
}

impl<S: Store> Deref for BusTx<S> {
    type Target = S::Connection;

    fn deref(&self) -> &S::Connection {
        &self.open.as_ref().expect(TAKEN).transaction
    }
}

impl<S: Store> DerefMut for BusTx<S> {
    fn deref_mut(&mut self) -> &mut S::Connection {
        &mut self.open.as_mut().expect(TAKEN).transaction
    }
}

impl<S: Store> Drop for BusTx<S> {
    fn drop(&mut self) {
        *self.slot.lock().unwrap_or_else(PoisonError::into_inner) = self.open.take();
    }
}

impl<S: Store> fmt::Debug for BusTx<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BusTx<{}>", S::NAME)
    }
}
