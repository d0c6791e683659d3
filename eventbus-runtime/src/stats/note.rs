//! What is remembered of single events: the slow and the failed ones.

use std::time::Duration;

use serde::{Serialize, Serializer};
use uuid::Uuid;

/// How many notes of each kind a subscription keeps, the newest.
pub const MOST_NOTES: usize = 200;

/// An event whose handler was slow, or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The note's own id, a `UUIDv7`.
    pub id: Uuid,
    /// What was the matter.
    pub kind: NoteKind,
    /// When it was, in milliseconds since 1970.
    pub at: i64,
    /// Whose handler it was.
    pub subscription: String,
    /// The event's number in the log.
    pub position: i64,
    /// The event's id.
    pub event_id: Uuid,
    /// The event type of the handler.
    pub event_type: String,
    /// The event's tenant.
    pub tenant: Option<String>,
    /// The event's aggregate.
    pub aggregate_id: Option<String>,
    /// Which attempt it was, from 1.
    pub attempt: u32,
    /// How long the call took, of a slow one.
    #[serde(rename = "took_seconds", serialize_with = "seconds")]
    pub took: Option<Duration>,
    /// Whether the event became a dead letter by it.
    pub given_up: bool,
    /// The kind of the failure, as [`ErrorKind`](crate::ErrorKind) names it, of a failed one.
    pub error_kind: Option<String>,
    /// Its text with its causes.
    pub error: Option<String>,
}

/// What was the matter with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NoteKind {
    /// Its handler took a second or more, well or not.
    Slow,
    /// An attempt failed.
    Failed,
}

impl NoteKind {
    /// Its name in the database, `slow`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Slow => "slow",
            Self::Failed => "failed",
        }
    }
}

#[allow(clippy::ref_option, reason = "serde hands a reference over")]
fn seconds<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.as_secs_f64()).serialize(serializer)
}
