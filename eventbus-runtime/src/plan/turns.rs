//! Whose turn it is where events of several priorities wait.
//!
//! A turn is a page. The turns go round, and so do those who read one priority, a tenant that is read beside others for
//! instance. Whoever has nothing to do leaves its turn to the highest that has. So no priority waits for more than the
//! seven turns of others.

use crate::priority::Priority;

/// The turns of one round.
pub(crate) const TURNS: [Priority; 8] = [
    Priority::High,
    Priority::High,
    Priority::Normal,
    Priority::High,
    Priority::High,
    Priority::Normal,
    Priority::High,
    Priority::Low,
];

/// Where it has come to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Turns(u64);

impl Turns {
    /// Who is asked for something to do: first the one whose turn it is, then the others, the highest first.
    pub(crate) fn order(self) -> impl Iterator<Item = Priority> {
        let all = u64::try_from(TURNS.len()).unwrap_or(u64::MAX);
        let first = TURNS[usize::try_from(self.0 % all).unwrap_or_default()];
        std::iter::once(first).chain(Priority::ALL.into_iter().filter(move |one| *one != first))
    }

    /// Somebody had something to do; how many had so far.
    pub(crate) const fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::{TURNS, Turns};
    use crate::priority::Priority::{self, High, Low, Normal};

    /// How many of the turns of a round each has while these have something to do without an end.
    fn share(busy: &[Priority]) -> [usize; 3] {
        let mut turns = Turns::default();
        let mut share = [0; 3];
        for _ in TURNS {
            let turn = turns.order().find(|one| busy.contains(one)).unwrap();
            share[usize::try_from(turn.number()).unwrap()] += 1;
            turns.next();
        }
        share
    }

    #[test]
    fn the_highest_goes_first_and_the_lowest_has_a_turn_in_eight() {
        assert_eq!(share(&[High, Normal, Low]), [5, 2, 1]);
        assert_eq!(share(&[High, Low]), [7, 0, 1]);
        assert_eq!(share(&[High, Normal]), [6, 2, 0]);
        assert_eq!(share(&[Normal, Low]), [0, 7, 1]);
        assert_eq!(share(&[Low]), [0, 0, 8]);
    }

    #[test]
    fn nobody_waits_for_more_than_seven_turns() {
        for priority in Priority::ALL {
            let twice: Vec<Priority> = TURNS.into_iter().chain(TURNS).collect();
            assert!(twice.windows(8).all(|turns| turns.contains(&priority)), "{priority}");
        }
    }
}
