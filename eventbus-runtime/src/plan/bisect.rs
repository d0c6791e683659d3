//! Which events of a batch are tried together next, until the one is found that the handler cannot deal with.
//!
//! ```text
//! 1 2 3 4 5 6 7 8      fails: somebody of these is to blame
//! 1 2 3 4              handled
//!         5 6 7 8      fails
//!         5 6          fails
//!         5            handled
//!           6          fails, and is alone: it is judged
//!             7 8      handled
//! ```
//!
//! What is handled comes in the order of the log, so that each part that ends well can move the cursor behind it. To find
//! one bad event among n takes 2·log2(n) + 1 calls at most. Where all n are bad it takes 2·n - 1: each is called
//! alone in the end, as a handler of single events would have been.

use std::ops::Range;

/// The parts of a batch that are still to be tried, as ranges over its page; the next one is the last.
#[derive(Debug)]
pub(crate) struct Bisect {
    parts: Vec<Range<usize>>,
}

impl Bisect {
    /// Begins with the whole.
    pub(crate) fn new(whole: Range<usize>) -> Self {
        Self { parts: vec![whole] }
    }

    /// The part to try next.
    pub(crate) fn next(&mut self) -> Option<Range<usize>> {
        self.parts.pop()
    }

    /// A call with the events at `called`, which lie in `part`, failed: each half is tried on its own.
    pub(crate) fn halve(&mut self, part: Range<usize>, called: &[usize]) {
        self.cut(part, called, &[called.len() / 2]);
    }

    /// One of them, at this place in `called`, cannot be read: it is tried alone, and those on either side of it together.
    pub(crate) fn single_out(&mut self, part: Range<usize>, called: &[usize], place: usize) {
        self.cut(part, called, &[place, place + 1]);
    }

    /// Cuts a part before some of the events in it, so that none of the pieces is without an event.
    fn cut(&mut self, part: Range<usize>, called: &[usize], before: &[usize]) {
        let mut end = part.end;
        for cut in before.iter().rev().filter(|cut| (1..called.len()).contains(*cut)) {
            self.parts.push(called[*cut]..end);
            end = called[*cut];
        }
        self.parts.push(part.start..end);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Bisect;

    /// How often a handler is called that fails on each of these, and every event in the order in which it was dealt with.
    fn tried(events: &[usize], bad: &BTreeSet<usize>) -> (usize, Vec<usize>) {
        let end = events.last().map_or(0, |last| last + 3);
        let (mut bisect, mut calls, mut dealt) = (Bisect::new(0..end), 0, Vec::new());
        let mut from = 0;
        while let Some(part) = bisect.next() {
            let called: Vec<usize> = events.iter().copied().filter(|n| part.contains(n)).collect();
            assert!(!called.is_empty() && part.start == from, "{part:?} follows {from}");
            calls += 1;
            if called.len() > 1 && called.iter().any(|n| bad.contains(n)) {
                bisect.halve(part, &called);
                continue;
            }
            from = part.end;
            dealt.extend(called);
        }
        assert_eq!(from, end, "the cursor passes the whole page");
        (calls, dealt)
    }

    #[test]
    fn one_bad_event_is_found_with_few_calls_and_each_is_dealt_with_once() {
        for n in 1..=130_usize {
            let events: Vec<usize> = (0..n).map(|n| n * 2 + 1).collect();
            let most = 2 * n.next_power_of_two().ilog2() + 1;
            assert_eq!(tried(&events, &BTreeSet::new()), (1, events.clone()));
            for bad in &events {
                let (calls, dealt) = tried(&events, &BTreeSet::from([*bad]));
                assert!(calls <= usize::try_from(most).unwrap(), "{calls} calls for {bad} of {n}");
                assert_eq!(dealt, events);
            }
        }
    }

    #[test]
    fn nothing_is_worse_than_twice_one_at_a_time() {
        let events: Vec<usize> = (0..100).collect();
        let all = events.iter().copied().collect();
        assert_eq!(tried(&events, &all), (199, events));
    }

    #[test]
    fn one_that_cannot_be_read_is_alone_at_once() {
        let called = [1, 3, 4, 8];
        let parts = |place| {
            let mut bisect = Bisect::new(0..0);
            bisect.next();
            bisect.single_out(0..10, &called, place);
            std::iter::from_fn(move || bisect.next()).collect::<Vec<_>>()
        };
        assert_eq!(parts(0), [0..3, 3..10]);
        assert_eq!(parts(1), [0..3, 3..4, 4..10]);
        assert_eq!(parts(2), [0..4, 4..8, 8..10]);
        assert_eq!(parts(3), [0..8, 8..10]);
    }
}
