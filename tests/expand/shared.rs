//! An enum that is shared between crates says its own prefix, and its parent says so.

use eventbus_runtime as bus;

/// Everything that the office announces.
#[derive(Debug, Clone, PartialEq, bus::DomainEvent)]
#[event(crate = "bus", rename_all = "lowercase")]
pub enum OfficeEvent {
    /// What billing announces.
    #[event(external)]
    BackOffice(InvoiceEvent),
}

/// What billing announces.
#[derive(Debug, Clone, PartialEq, bus::DomainEvent)]
#[event(prefix = "backoffice", crate = "bus", derive(PartialEq, Eq, Default))]
pub enum InvoiceEvent {
    /// An invoice was sent.
    Sent {
        /// Its number.
        number: u64,
    },
}
