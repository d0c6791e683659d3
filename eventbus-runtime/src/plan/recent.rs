//! The events that plain handlers have handled lately in this process.
//!
//! Where a cursor could not be written, its events are read again. Those that are remembered here are not handed over
//! a second time. It keeps duplicates rare and promises nothing: it goes with the process.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

/// How many ids are remembered.
const MOST: usize = 10_000;

/// For how long, in milliseconds.
const LONGEST: i64 = 5 * 60_000;

/// Ids, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    since: HashMap<Uuid, i64>,
    order: VecDeque<Uuid>,
}

impl Recent {
    /// Remembers an event that was handled.
    pub(crate) fn add(&mut self, id: Uuid, now: i64) {
        if self.since.insert(id, now).is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > MOST {
            self.forget_oldest();
        }
        while self.order.front().is_some_and(|id| now - self.since[id] > LONGEST) {
            self.forget_oldest();
        }
    }

    /// Whether an event was handled lately.
    pub(crate) fn contains(&self, id: Uuid, now: i64) -> bool {
        self.since.get(&id).is_some_and(|since| now - since <= LONGEST)
    }

    /// Forgets everything: somebody else decided where to read on.
    pub(crate) fn clear(&mut self) {
        self.since.clear();
        self.order.clear();
    }

    fn forget_oldest(&mut self) {
        if let Some(id) = self.order.pop_front() {
            self.since.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{LONGEST, MOST, Recent};

    #[test]
    fn ids_are_remembered_for_a_while_and_not_too_many() {
        let ids: Vec<Uuid> = (0..MOST + 2).map(|_| Uuid::now_v7()).collect();
        let id = |n: usize| ids[n];
        let mut recent = Recent::default();
        (0..=MOST).for_each(|n| recent.add(id(n), 0));
        assert!(!recent.contains(id(0), 0) && recent.contains(id(1), 0));
        assert!(!recent.contains(id(1), LONGEST + 1));
        recent.add(id(MOST + 1), LONGEST + 1);
        assert_eq!(recent.order.len(), 1, "what is too old goes");
        recent.clear();
        assert!(!recent.contains(id(MOST + 1), LONGEST + 1));
    }
}
