//! A bus on the in-memory store, with what a test wants to look at.

use crate::bus::EventBus;
use crate::error::{ErrorKind, Result};
use crate::event::{Delivery, DomainEvent, Event};
use crate::filter::TypeSet;
use crate::store::Stored;
use crate::testing::memory::{MemoryStore, MemoryTransaction};

/// A bus on the in-memory store.
pub type MemoryBus = EventBus<MemoryStore>;

impl EventBus<MemoryStore> {
    /// A bus on a store of its own.
    #[must_use]
    pub fn in_memory() -> Self {
        Self::on(MemoryStore::new())
    }

    /// Opens a transaction; dropping it rolls back.
    #[must_use]
    pub fn begin(&self) -> MemoryTransaction {
        let transaction = self.store.open();
        #[cfg(feature = "relay")]
        let transaction = transaction.waking(self.hub.waker());
        transaction
    }

    /// Every committed event, in the order of the commits.
    #[must_use]
    pub fn log(&self) -> Vec<Stored> {
        self.store.log()
    }

    /// The committed events of `E`'s types, in the order of the commits.
    ///
    /// # Errors
    /// [`ErrorKind::DeserializationFailed`](crate::ErrorKind::DeserializationFailed) when one of them does not fit.
    pub fn events<E: DomainEvent>(&self) -> Result<Vec<Event<E>>> {
        let types = TypeSet::of::<E>();
        let wanted = |stored: &Stored| types.contains(&stored.event.envelope.event_type);
        let events = self.log().into_iter().filter(wanted).filter_map(|stored| {
            let Stored { position, event, .. } = stored;
            match E::__from_raw(&event) {
                Ok(payload) => {
                    Some(Ok(Event::new(payload, event.envelope, Delivery::new(position, 1))))
                }
                // A family holds types that this code does not know.
                Err(error) if error.kind() == ErrorKind::UnknownType => None,
                Err(error) => Some(Err(error)),
            }
        });
        events.collect()
    }
}
