//! The least that there is: one event with one field.

use eventbus_runtime::DomainEvent;

/// One event.
#[derive(Debug, Clone, DomainEvent)]
#[event(prefix = "shop")]
pub(crate) enum ShopEvent {
    /// The shop opened.
    Opened {
        /// Who turned the key.
        by: String,
    },
}
