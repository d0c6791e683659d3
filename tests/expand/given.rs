//! Payload structs that somebody wrote, next to a generated one.

use eventbus_runtime::{DomainEvent, EventPayload};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to accounts.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "account", derive(PartialEq))]
pub enum AccountEvent {
    /// An account was linked.
    #[event(payload)]
    Linked(Link),
    /// A link was cut.
    #[event(payload, version = 3, unreadable(1, 2))]
    Unlinked(Cut),
    /// An account was locked.
    Locked {
        /// Why.
        reason: String,
    },
}

/// An account of another service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
#[serde(rename_all = "camelCase")]
pub struct Link {
    /// The account.
    #[event(aggregate_id)]
    pub account_id: String,
    /// The other service.
    pub service: String,
}

/// A link that is no more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct Cut {}
