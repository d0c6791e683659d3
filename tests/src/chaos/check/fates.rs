//! What became of the transactions: committed, not, or nobody knows.

use std::collections::BTreeMap;

use crate::chaos::history::{Entry, What};

/// What became of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was committed, and nothing has taken it back.
    Committed,
    /// It was about to be committed; or it was, and the database was replaced by a copy that may not have it.
    Unknown,
    /// Nobody tried to commit it.
    Aborted,
}

/// The fates of the events of a history.
pub(super) struct Fates<'a> {
    events: BTreeMap<&'a str, Fate>,
    /// Whether the database was replaced, so that what was committed and handled may be in no log at the end.
    pub(super) was_replaced: bool,
}

/// When a transaction was about to be committed, when it was, and whether it was given up.
#[derive(Default)]
struct Told {
    committing: Option<u64>,
    committed: Option<u64>,
    aborted: bool,
}

impl<'a> Fates<'a> {
    /// Entries are in the order of their times.
    pub(super) fn of(entries: &[&'a Entry]) -> Self {
        let mut told: BTreeMap<&str, Told> = BTreeMap::new();
        let mut events: BTreeMap<&str, &str> = BTreeMap::new();
        for entry in entries {
            match &entry.what {
                What::Emitting { transaction, events: emitted } => {
                    events.extend(emitted.iter().map(|event| (&*event.id, &**transaction)));
                    told.entry(transaction).or_default();
                }
                What::Committing { transaction } => {
                    told.entry(transaction).or_default().committing = Some(entry.at);
                }
                What::Committed { transaction } => {
                    told.entry(transaction).or_default().committed = Some(entry.at);
                }
                What::Aborted { transaction } => {
                    told.entry(transaction).or_default().aborted = true;
                }
                _ => {}
            }
        }
        let copies = copies(entries);
        let fates =
            events.into_iter().map(|(event, transaction)| (event, told[transaction].fate(&copies)));
        Self { events: fates.collect(), was_replaced: !copies.is_empty() }
    }

    pub(super) fn may_be_committed(&self, event: &str) -> bool {
        self.events.get(event).is_some_and(|fate| *fate != Fate::Aborted)
    }

    pub(super) fn surely_committed(&self) -> impl Iterator<Item = &'a str> {
        let sure = self.events.iter().filter(|(_, fate)| **fate == Fate::Committed);
        sure.map(|(event, _)| *event)
    }
}

impl Told {
    fn fate(&self, copies: &[(u64, u64)]) -> Fate {
        match (self.committing, self.committed) {
            (_, _) if self.aborted => Fate::Aborted,
            (None, _) => Fate::Aborted,
            (Some(_), None) => Fate::Unknown,
            // Between the copy and the replacement it may have been committed to what was thrown away.
            (Some(from), Some(to)) if copies.iter().any(|copy| to >= copy.0 && from <= copy.1) => {
                Fate::Unknown
            }
            (Some(_), Some(_)) => Fate::Committed,
        }
    }
}

/// When each copy was begun that took the place of the database, and when it did.
fn copies(entries: &[&Entry]) -> Vec<(u64, u64)> {
    let (mut copies, mut begun) = (Vec::new(), None);
    for entry in entries {
        match entry.what {
            What::Copying => begun = Some(entry.at),
            What::Replaced => copies.extend(begun.take().map(|from| (from, entry.at))),
            _ => {}
        }
    }
    copies
}
