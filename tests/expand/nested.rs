//! Three levels: the root gives the first segment, each enum the next.

use eventbus_runtime::DomainEvent;

/// Everything that the warehouse announces.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
pub enum WarehouseEvent {
    /// What happens to shelves.
    Shelf(ShelfEvent),
}

/// What happens to shelves.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub enum ShelfEvent {
    /// What happens to one compartment.
    Compartment(CompartmentEvent),
    /// The shelf was moved.
    Moved {
        /// To which aisle.
        aisle: u8,
    },
}

/// What happens to one compartment.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(derive(PartialEq))]
pub enum CompartmentEvent {
    /// Something was put in.
    Filled {
        /// The compartment.
        #[event(aggregate_id)]
        compartment: u32,
        /// How many pieces.
        pieces: u32,
    },
    /// Everything was taken out.
    Emptied,
}
