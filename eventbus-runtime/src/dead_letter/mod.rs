//! Dead letters: what was given up, and what people do about it.
//!
//! ```text
//!  delivery ── given up ──► letter ── retry, by somebody or after a delay ──► delivery, from its first attempt
//!  application ── park ───►   │
//!                             ├── discard, purge ──► gone
//!                             └── take, in a transaction of the application's ──► whatever it makes of it
//! ```
//!
//! Whoever acts says who they are, and what they did is written down in the same transaction.

mod filter;
mod handle;
mod operator;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::envelope::RawEvent;
use crate::store::{Failure, Stored};

pub use crate::dead_letter::filter::LetterFilter;
pub(crate) use crate::dead_letter::filter::{check_pattern, fits};
pub use crate::dead_letter::handle::DeadLetters;
pub use crate::dead_letter::operator::{Operator, Retried};

/// The source of events that subscriptions gave up.
pub(crate) const EVENT: &str = "event";

/// Who retries a letter after its delay.
#[cfg(feature = "relay")]
pub(crate) const ITSELF: &str = "eventbus";

/// What is done to letters, as it is recorded.
pub(crate) const RETRY: &str = "retry";
const DISCARD: &str = "discard";
const PURGE: &str = "purge";
const TAKE: &str = "take";

/// How often a letter is retried by itself, until somebody retries it.
pub const MOST_RETRIES: u32 = 3;

/// How many errors a delivery and its letter keep: the newest.
pub const MOST_ERRORS: usize = 20;

/// Something that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its id, a UUIDv7: letters are listed in its order.
    pub id: Uuid,
    /// What it is.
    pub content: Content,
    /// Attempts since it was last retried.
    pub attempts: u32,
    /// The name of the last failure's kind, [`ErrorKind::as_str`](crate::ErrorKind::as_str).
    pub kind: String,
    /// Why it was given up.
    pub message: String,
    /// The newest [`MOST_ERRORS`] failures, oldest first; also those before a retry.
    pub errors: Vec<FailedAttempt>,
    /// When it was given up, in milliseconds since 1970.
    pub at: i64,
    /// When it is retried by itself, in milliseconds since 1970.
    pub retry_at: Option<i64>,
}

/// What a dead letter holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    // Not named `Event`: rustc prints the path of a name that two items have, and what it says of handlers is full of the
    // other one.
    /// An event that a subscription gave up.
    Undelivered {
        /// The subscription; it may be gone by now.
        subscription: String,
        /// The whole event; the log may have lost it by now.
        stored: Box<Stored>,
    },
    /// What the application parked.
    Parked {
        /// The name under which it did.
        source: String,
        /// Whose it is: the tenant of the [`Context`](crate::Context) in which it was parked.
        tenant: Option<String>,
        /// What it parked, JSON.
        data: String,
    },
}

/// A failure that a dead letter or an event in trouble has behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedAttempt {
    /// When it happened, in milliseconds since 1970.
    pub at: i64,
    /// Which attempt it was; counted from 1 anew after each retry of a letter.
    pub attempt: u32,
    /// The name of its kind, [`ErrorKind::as_str`](crate::ErrorKind::as_str).
    pub kind: String,
    /// Its text with its causes.
    pub message: String,
}

impl FailedAttempt {
    /// The failure of an attempt.
    #[must_use]
    pub fn new(attempt: u32, failure: &Failure) -> Self {
        let kind = failure.kind.as_str().to_owned();
        Self { at: failure.at, attempt, kind, message: failure.message.clone() }
    }
}

/// What was done to dead letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// Its id, a UUIDv7.
    pub id: Uuid,
    /// When it began, in milliseconds since 1970.
    pub at: i64,
    /// Who did it; `eventbus` where a letter was retried by itself.
    pub who: String,
    /// `retry`, `discard`, `purge` or `take`.
    pub action: String,
    /// The [`LetterFilter`] that chose the letters, as JSON; one letter is chosen by its `id`.
    pub subject: String,
    /// How many letters it moved or removed.
    pub count: u64,
    /// Why, where somebody said so.
    pub reason: Option<String>,
}

impl DeadLetter {
    /// `event`, or the name under which the application parked it.
    #[must_use]
    pub fn source(&self) -> &str {
        match &self.content {
            Content::Undelivered { .. } => EVENT,
            Content::Parked { source, .. } => source,
        }
    }

    /// The subscription that gave it up.
    #[must_use]
    pub fn subscription(&self) -> Option<&str> {
        match &self.content {
            Content::Undelivered { subscription, .. } => Some(subscription),
            Content::Parked { .. } => None,
        }
    }

    /// The whole event, where it is one.
    #[must_use]
    pub fn event(&self) -> Option<&RawEvent> {
        self.stored().map(|stored| &stored.event)
    }

    /// The event with its place in the log.
    #[must_use]
    pub fn stored(&self) -> Option<&Stored> {
        match &self.content {
            Content::Undelivered { stored, .. } => Some(stored),
            Content::Parked { .. } => None,
        }
    }

    /// The tenant of the event, or in whose context the application parked it.
    #[must_use]
    pub fn tenant(&self) -> Option<&str> {
        match &self.content {
            Content::Undelivered { stored, .. } => stored.event.envelope.tenant.as_deref(),
            Content::Parked { tenant, .. } => tenant.as_deref(),
        }
    }

    /// The event's payload, or what the application parked: JSON.
    #[must_use]
    pub fn data(&self) -> &str {
        match &self.content {
            Content::Undelivered { stored, .. } => &stored.event.data,
            Content::Parked { data, .. } => data,
        }
    }
}
