//! What a decision may cost.
//!
//! It is counted and not timed: whether a change passes must not depend on how busy the machine is.

/// What a decision may cost in all. A unit is about what it takes to find a goal that is known.
pub(super) const WHOLE: u32 = 1_000_000;

/// What is left.
#[derive(Debug)]
pub(super) struct Budget(pub(super) u32);

impl Budget {
    /// Whether `cost` could be paid. If not, nothing can any more, so that a search that goes on elsewhere ends as well.
    pub(super) fn pays(&mut self, cost: usize) -> bool {
        match u32::try_from(cost).ok().and_then(|cost| self.0.checked_sub(cost)) {
            Some(left) => self.0 = left,
            None => self.0 = 0,
        }
        self.0 > 0
    }
}
