//! The checker: which promises a history breaks.
//!
//! The names of the anomalies are those of Jepsen's workload for logs.

mod cursors;
mod deliveries;
mod fates;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::chaos::check::fates::Fates;
use crate::chaos::history::{Entry, Noted, What};

/// What must not happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A committed event is not in the log, or was passed over for good: later ones of its aggregate were handled.
    LostWrite,
    /// An event stands in the log, and nobody ever handled it or any later one of its aggregate.
    Unseen,
    /// An event stands in the log twice, or has two effects of a transactional handler.
    Duplicate,
    /// Events of an aggregate stand in the log, or were first handled, in another order than they were emitted.
    Nonmonotonic,
    /// A handler was handed an event while one before it had been handled by nobody.
    PollSkip,
    /// What was never committed was stored, handled, or had an effect.
    AbortedRead,
    /// A cursor moved back, or a replay moved one.
    InconsistentOffsets,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LostWrite,
        Self::Unseen,
        Self::Duplicate,
        Self::Nonmonotonic,
        Self::PollSkip,
        Self::AbortedRead,
        Self::InconsistentOffsets,
    ];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LostWrite => "lost-write",
            Self::Unseen => "unseen",
            Self::Duplicate => "duplicate",
            Self::Nonmonotonic => "nonmonotonic",
            Self::PollSkip => "poll-skip",
            Self::AbortedRead => "aborted-read",
            Self::InconsistentOffsets => "inconsistent-offsets",
        })
    }
}

/// One promise that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Anomaly {
    /// Its name.
    pub kind: Kind,
    /// What is known of it.
    pub text: String,
}

impl Anomaly {
    fn new(kind: Kind, text: String) -> Self {
        Self { kind, text }
    }
}

impl fmt::Display for Anomaly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.text)
    }
}

/// Every anomaly of a history that was drained before its end was read. The entries of one process are in their order; those
/// of several are put into that of their times.
#[must_use]
pub fn check(history: &[Entry]) -> Vec<Anomaly> {
    let mut entries: Vec<&Entry> = history.iter().collect();
    entries.sort_by_key(|entry| entry.at);
    let fates = Fates::of(&entries);
    let mut found = Vec::new();
    let log = stored(&entries, &fates, &mut found);
    counted(&entries, &log, &mut found);
    deliveries::check(&entries, &fates, &log, &mut found);
    cursors::check(&entries, &mut found);
    found
}

/// The log at the end, by id.
pub(crate) type Log<'a> = BTreeMap<&'a str, &'a Noted>;

fn stored<'a>(entries: &[&'a Entry], fates: &Fates<'_>, found: &mut Vec<Anomaly>) -> Log<'a> {
    let mut rows: Vec<(i64, &Noted)> = entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Stored { event, position } => Some((*position, event)),
            _ => None,
        })
        .collect();
    rows.sort_by_key(|row| row.0);
    let (mut log, mut last) = (Log::new(), BTreeMap::new());
    for (position, event) in rows {
        let at = format!("{} of {} at number {position}", event.id, event.account);
        if log.insert(&event.id, event).is_some() {
            found.push(Anomaly::new(Kind::Duplicate, format!("{at} stands in the log twice")));
            continue;
        }
        if !fates.may_be_committed(&event.id) {
            let text = format!("{at} is stored, and was never committed");
            found.push(Anomaly::new(Kind::AbortedRead, text));
        }
        if let Some(before) = last.insert(&event.account, event.n).filter(|n| *n >= event.n) {
            let text = format!("{at} is event {} of its account, stored behind {before}", event.n);
            found.push(Anomaly::new(Kind::Nonmonotonic, text));
        }
    }
    for event in fates.surely_committed().filter(|event| !log.contains_key(event)) {
        let text = format!("{event} was committed and is not in the log");
        found.push(Anomaly::new(Kind::LostWrite, text));
    }
    log
}

/// Rows of the application and events were committed together or not at all.
fn counted(entries: &[&Entry], log: &Log<'_>, found: &mut Vec<Anomaly>) {
    for entry in entries {
        let What::Counted { account, n } = &entry.what else { continue };
        let events = log.values().filter(|event| event.account == *account);
        let last = events.map(|event| event.n).max().unwrap_or_default();
        let kind = match last.cmp(n) {
            Ordering::Equal => continue,
            Ordering::Less => Kind::LostWrite,
            Ordering::Greater => Kind::AbortedRead,
        };
        let text =
            format!("account {account} counts {n} events, and the log's last one of it is {last}");
        found.push(Anomaly::new(kind, text));
    }
}
