//! Tenants under row level security: what a tenant's connection cannot do, and that everything else works.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod fixture;
mod leaving;
mod partitions;
mod refused;
mod running;
mod tables;

use eventbus_runtime::DomainEvent;

/// The events of these tests.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "order")]
pub(crate) enum OrderEvent {
    /// Somebody ordered.
    Placed {
        #[event(aggregate_id)]
        order: u32,
    },
    /// And the parcel went.
    Shipped {
        #[event(aggregate_id)]
        order: u32,
    },
}

pub(crate) fn placed(order: u32) -> OrderPlaced {
    OrderPlaced { order }
}
