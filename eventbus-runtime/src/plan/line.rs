//! A page while several of its events are handled at once: who waits for whom, and up to where all are dealt with.

use std::collections::{HashMap, VecDeque};

/// The events of a page by their index. Those of one key are handled one after the other.
#[derive(Debug)]
pub(crate) struct Line {
    done: Vec<bool>,
    /// Which entered under their key.
    entered: Vec<bool>,
    /// The first that is not dealt with.
    low: usize,
    /// The keys of which one event is being handled, with those that wait behind it.
    busy: HashMap<String, VecDeque<usize>>,
}

impl Line {
    pub(crate) fn new(events: usize) -> Self {
        Self {
            done: vec![false; events],
            entered: vec![false; events],
            low: 0,
            busy: HashMap::new(),
        }
    }

    /// Whether an event may be handled now; else it waits behind the one of its key that is.
    pub(crate) fn enter(&mut self, index: usize, key: Option<&str>) -> bool {
        self.entered[index] = true;
        let Some(key) = key else { return true };
        match self.busy.get_mut(key) {
            Some(waiting) => {
                waiting.push_back(index);
                false
            }
            None => {
                self.busy.insert(key.to_owned(), VecDeque::new());
                true
            }
        }
    }

    /// Whether an event entered, and has to leave.
    pub(crate) fn is_entered(&self, index: usize) -> bool {
        self.entered[index]
    }

    /// An event of the key is not handled any more; the next one that waited.
    pub(crate) fn leave(&mut self, key: Option<&str>) -> Option<usize> {
        let key = key?;
        let next = self.busy.get_mut(key).and_then(VecDeque::pop_front);
        if next.is_none() {
            self.busy.remove(key);
        }
        next
    }

    /// An event is dealt with.
    pub(crate) fn done(&mut self, index: usize) {
        self.done[index] = true;
        while self.done.get(self.low) == Some(&true) {
            self.low += 1;
        }
    }

    /// How many events from the first on are dealt with.
    pub(crate) const fn low(&self) -> usize {
        self.low
    }
}

#[cfg(test)]
mod tests {
    use super::Line;

    #[test]
    fn siblings_wait_in_their_order_and_others_do_not() {
        let mut line = Line::new(5);
        assert!(line.enter(0, Some("a")) && line.enter(1, Some("b")) && line.enter(2, None));
        assert!(!line.enter(3, Some("a")) && !line.enter(4, Some("a")));
        assert_eq!(line.leave(Some("a")), Some(3));
        assert_eq!(line.leave(Some("a")), Some(4));
        assert_eq!((line.leave(Some("a")), line.leave(None)), (None, None));
        assert!(line.enter(0, Some("a")), "nobody of it is handled any more");
    }

    #[test]
    fn the_low_mark_waits_for_the_slowest() {
        let mut line = Line::new(4);
        line.done(1);
        line.done(3);
        assert_eq!(line.low(), 0);
        line.done(0);
        assert_eq!(line.low(), 2);
        line.done(2);
        assert_eq!(line.low(), 4);
    }
}
