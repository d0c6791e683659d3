//! What travels with a payload.

mod cloudevents;
mod raw;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

#[cfg(feature = "store")]
pub(crate) use crate::envelope::cloudevents::extension_name;
use crate::priority::Priority;

/// Everything about an event that is not its payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// UUIDv7; the time of the event is derived from it.
    pub id: Uuid,
    /// The dotted type name.
    pub event_type: String,
    /// The version of the payload, from 1.
    pub version: u32,
    /// The service that emitted it, from configuration.
    pub source: String,
    /// The tenant, absent in single-tenant use.
    pub tenant: Option<String>,
    /// The aggregate's id, absent for events of no aggregate.
    pub aggregate_id: Option<String>,
    /// What belongs together across services.
    pub correlation_id: Option<Uuid>,
    /// The event whose handling emitted this one.
    pub causation_id: Option<Uuid>,
    /// W3C trace context.
    pub traceparent: Option<String>,
    /// W3C trace state.
    pub tracestate: Option<String>,
    /// How urgent it is.
    pub priority: Priority,
    /// Extensions named by the caller: names `[a-z0-9]{1,20}`.
    pub metadata: BTreeMap<String, String>,
}

impl Default for Envelope {
    /// An envelope of version 1 with the nil id and nothing else, to be filled in.
    fn default() -> Self {
        Self {
            id: Uuid::nil(),
            event_type: String::new(),
            version: 1,
            source: String::new(),
            tenant: None,
            aggregate_id: None,
            correlation_id: None,
            causation_id: None,
            traceparent: None,
            tracestate: None,
            priority: Priority::Normal,
            metadata: BTreeMap::new(),
        }
    }
}

impl Envelope {
    /// When the event came to be, from its id; `None` where the id is no UUIDv7.
    #[must_use]
    pub fn time(&self) -> Option<SystemTime> {
        let (seconds, nanoseconds) = self.id.get_timestamp()?.to_unix();
        UNIX_EPOCH.checked_add(Duration::new(seconds, nanoseconds))
    }
}

/// An event whose payload is still the text that was written.
///
/// Its JSON, in both directions, is a CloudEvents 1.0 event; `data` keeps its bytes. Metadata whose name is an attribute
/// of the event's own, or is not `[a-z0-9]{1,20}`, fails to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawEvent {
    /// Everything but the payload.
    pub envelope: Envelope,
    /// The payload's JSON text, as written.
    pub data: String,
}
