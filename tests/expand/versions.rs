//! What is stored from before, and what this code does not know.

use eventbus_runtime::{DomainEvent, EventPayload, RawEvent};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to parcels.
#[derive(Debug, Clone, PartialEq, DomainEvent)]
#[event(prefix = "parcel", derive(PartialEq))]
pub enum ParcelEvent {
    /// A parcel was sent.
    #[event(alias = "parcel.posted", alias = "mail.sent")]
    #[event(version = 4, unreadable(1), upcast(2 => SentV2, 3 => SentV3))]
    Sent {
        /// The parcel.
        #[event(aggregate_id)]
        parcel: u64,
        /// Its weight.
        grams: u32,
    },
    /// A parcel was thrown away.
    #[event(retired = "2026-01-31")]
    Discarded,
    /// What newer code says of parcels.
    #[event(unknown)]
    Unknown(RawEvent),
}

/// The second version weighed in kilograms.
#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct SentV2 {
    /// The parcel.
    pub parcel: u64,
    /// Its weight.
    pub kilograms: u16,
}

/// The third version had no name for its unit.
#[derive(Debug, Serialize, Deserialize, JsonSchema, EventPayload)]
pub struct SentV3 {
    /// The parcel.
    pub parcel: u64,
    /// Its weight.
    pub weight: u32,
}

impl From<SentV2> for SentV3 {
    fn from(old: SentV2) -> Self {
        Self { parcel: old.parcel, weight: u32::from(old.kilograms) * 1000 }
    }
}

impl From<SentV3> for ParcelSent {
    fn from(old: SentV3) -> Self {
        Self { parcel: old.parcel, grams: old.weight }
    }
}
