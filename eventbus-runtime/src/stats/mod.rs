//! Statistics: how far each subscription is, how fast it goes, and what goes wrong.
//!
//! What waits is counted by the database when somebody asks. What was handled is counted by the process that handles it,
//! in a `ledger` of each subscription, and kept once a minute by the `books`: a row per minute, subscription, type and
//! tenant, whatever the number of events. A process that is lost takes the figures of its last minute along, never an
//! event. `asking` puts both together, and [`Statistics`] is what comes of it.
//!
//! [`EventBus::correlation`](crate::EventBus::correlation) shows the events of one correlation as a `tree` of causes.

#[cfg(feature = "relay")]
mod asking;
#[cfg(feature = "relay")]
mod books;
mod histogram;
#[cfg(feature = "relay")]
mod ledger;
mod note;
#[cfg(feature = "relay")]
mod statistics;
#[cfg(feature = "relay")]
mod tree;

#[cfg(feature = "relay")]
pub use crate::stats::asking::{Asking, MOST_LOOKED_THROUGH};
#[cfg(feature = "relay")]
pub(crate) use crate::stats::books::{Books, keep};
pub use crate::stats::histogram::{Histogram, Spread};
#[cfg(feature = "relay")]
pub(crate) use crate::stats::ledger::{Ledger, Sheet};
pub use crate::stats::note::{MOST_NOTES, Note, NoteKind};
#[cfg(feature = "relay")]
pub use crate::stats::statistics::{Count, Figure, Statistics};
#[cfg(feature = "relay")]
pub use crate::stats::tree::{Correlation, MOST_CORRELATED, Node};

/// How many tenants of a subscription statistics tell apart, those with the most events; the others are counted together.
pub const MOST_TENANTS: usize = 20;

/// For how long statistics are kept, in minutes.
pub const KEPT_MINUTES: i64 = 24 * 60;

/// The minute that a time in milliseconds since 1970 is in.
#[cfg(feature = "relay")]
pub(crate) const fn minute_of(millis: i64) -> i64 {
    millis.div_euclid(60_000)
}
